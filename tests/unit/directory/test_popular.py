"""A popular label weighs more, under whatever suffix it stands."""

from __future__ import annotations

from catcher.directory import Popularity, Suffixes
from catcher.directory.popular import WEIGHT

POPULARITY = Popularity(Suffixes().registrable)


def test_a_popular_name_weighs_more_under_any_suffix() -> None:
    assert POPULARITY.weight("wikipedia.org") == POPULARITY.weight("www.wikipedia.com.bd") == WEIGHT > 1


def test_other_names_and_bare_suffixes_weigh_one() -> None:
    assert POPULARITY.weight("contractor-of-nobody.example") == POPULARITY.weight("com") == POPULARITY.weight("") == 1
