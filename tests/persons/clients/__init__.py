"""Mail programs of people, as templates of what they write before a server adds its fields.

::

    desks, webs, phones ─▶ Client(name, source, template) ─▶ systems: who uses which
"""

from tests.persons.clients.client import Client

__all__ = ["Client"]
