"""Organisations: finds the organisation that a domain belongs to, if it belongs to one, and its contacts.

::

    name ─▶ Suffixes.organizational_domain ─▶ party_of ─▶ None: a mailbox provider or a shared platform
                                                  └─────▶ the party's domain ─▶ Organisations.name
                                                                             └▶ Listings.of: contacts

The public suffix list comes with its own package and is read once; the watch-list is the operator's file.
"""

from catcher.directory.contacts import Listings
from catcher.directory.csirts import Csirts
from catcher.directory.importedlists import ImportedLists
from catcher.directory.networks import owners
from catcher.directory.organisations import Organisations
from catcher.directory.parties import Parties, party_of
from catcher.directory.popular import Popularity
from catcher.directory.providers import own_mailbox_providers, platform_of
from catcher.directory.suffixes import Suffixes, listed

__all__ = [
    "Csirts",
    "ImportedLists",
    "Listings",
    "Organisations",
    "Parties",
    "Popularity",
    "Suffixes",
    "listed",
    "own_mailbox_providers",
    "owners",
    "party_of",
    "platform_of",
]
