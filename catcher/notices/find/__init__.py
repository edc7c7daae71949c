"""Finds the contacts of an organisation: a cascade of sources, each step with its outcome, whatever they answer.

::

    Finder.find(party)              cascade.py      every step in order; of each finding the usable addresses are kept
      ├─ entered, imported          directory       the operator's own files
      ├─ security.txt  securitytxt.py ─┐
      ├─ rdap          rdap.py ────────┴▶ https.py  one verified connection to one checked address, http.py over it
      │                                     └ openaddresses.py   which addresses are of the open Internet
      ├─ soa, rfc2142  zone.py          ─▶ Resolver (model.ports)
      └─ csirt         directory            csirts.csv

The parsers are pure. All input from outside is hostile: it is bounded in time and size, judged by closed lists, and
never repeated. No mail can feed a source: no From, no Reply-To, nothing that a stranger sent.
"""

from catcher.notices.find.cascade import Finder, NoParty, Search
from catcher.notices.find.https import Fetcher

__all__ = ["Fetcher", "Finder", "NoParty", "Search"]
