"""Finds whom to tell at an organisation: a cascade of sources, each step with its outcome, whatever they answer.

::

    Finder.find(party)              cascade.py      every step in order, what is kept of what they say
      ├─ entered, imported          directory       the operator's own files
      ├─ security.txt  securitytxt.py ─┐
      ├─ rdap          rdap.py ────────┴▶ https.py  one verified connection to one checked address, http.py over it
      │                                     └ open.py   which addresses are of the open Internet
      ├─ soa, rfc2142  zone.py          ─▶ Resolver (model.ports)
      └─ csirt         csirt.py             csirts.csv

The parsers are pure. Whatever comes from outside is hostile: bounded in time and size, judged by closed lists, never
repeated. There is no source that a mail could feed: no From, no Reply-To, nothing that a stranger sent.
"""

from catcher.notify.find.cascade import Finder, NoParty, Search
from catcher.notify.find.https import Fetcher

__all__ = ["Fetcher", "Finder", "NoParty", "Search"]
