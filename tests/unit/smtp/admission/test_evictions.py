"""Whom to send away: the order beside a naive model, and its cost."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass

from hypothesis import given, settings
from hypothesis import strategies as st

from catcher.smtp import SmtpLimits
from catcher.smtp.admission.evictions import Evictions, SlowestFirst
from catcher.smtp.admission.networks import CountedNetwork, networks_of, shares_of
from catcher.smtp.admission.place import GRACE_SECONDS, OCTETS_A_SECOND, Place

PLACES = 40
SHARES = shares_of(SmtpLimits(connections=PLACES, connections_per_address=5, connections_per_prefix=8))
ADDRESSES = (
    *("192.0.2.1", "192.0.2.2", "198.51.100.1", "127.0.0.1"),
    *("2001:db8:1:1::1", "2001:db8:1:1::2", "2001:db8:1:2::1", "2001:db8:1:f00::1", "2001:db8:2::1"),
)
"""In fourteen networks: fewer than are tried."""


@dataclass(eq=False)
class Client:
    place: Place
    waits: bool = False
    evicted: bool = False

    def is_evictable(self, now: float) -> bool:
        return not self.waits

    def evict(self) -> None:
        self.evicted = True


def opened(evictions: Evictions, address: str, number: int, now: float) -> Client:
    place = Place(networks_of(address), number, now)
    place.client = client = Client(place)
    evictions.add(place)
    return client


def expected(
    clients: list[Client], newcomer: tuple[CountedNetwork, ...], now: float, places: int = PLACES
) -> list[Client]:
    """Whoever may be sent away for a newcomer by the rule, found by looking at everybody."""
    sizes = Counter(network for client in clients for network in client.place.networks)

    def weight(network: CountedNetwork, more: int = 0) -> float:
        return (sizes[network] + more) / min(SHARES[network[:2]].connections, places)

    own = max((weight(network, 1) for network in newcomer), default=0.0)
    for paid_to, above in ((now, 0.0), (now + GRACE_SECONDS, 2 * own)):
        may_go = [client for client in clients if client.place.paid_until <= paid_to and not client.waits]
        heavy = {network for client in may_go for network in client.place.networks if sizes[network] > 1}
        heavy = {network for network in heavy if weight(network) > above}
        if heavy:
            most = max(map(weight, heavy))
            heaviest = {network for network in heavy if weight(network) == most}
            may_go = [client for client in may_go if heaviest & {*client.place.networks}]
        elif paid_to > now:
            return []
        if may_go:
            first = min(client.place.paid_until for client in may_go)
            return [client for client in may_go if client.place.paid_until == first]
    return []


EVENTS = st.lists(
    st.tuples(
        st.sampled_from(["open", "open", "open", "leave", "receive", "receive", "wait", "evict", "evict"]),
        st.integers(0, 30),
        st.sampled_from([0.0, 0.5, 3.0, 10.0, 40.0]),
    ),
    max_size=80,
)


@settings(max_examples=400)
@given(EVENTS, st.sampled_from([4, PLACES]))
def test_the_same_client_goes_as_by_looking_at_all_of_them(events: list[tuple[str, int, float]], places: int) -> None:
    """With few places the order is kept for long, with many it is often built anew."""
    evictions = Evictions(SHARES, places)
    clients: list[Client] = []
    now = 0.0
    for number, (event, which, later) in enumerate(events):
        now += later
        client = clients[which % len(clients)] if clients else None
        if event == "open":
            clients.append(opened(evictions, ADDRESSES[which % len(ADDRESSES)], number, now))
        elif client is None:
            assert evictions.next((), now) is None
        elif event == "leave":
            clients.remove(client)
            evictions.remove(client.place)
        elif event == "receive":
            client.place.received(which * 1000, now)
        elif event == "wait":
            client.waits = not client.waits
        else:
            networks = networks_of(ADDRESSES[which % len(ADDRESSES)])
            may_go = expected(clients, networks, now, places)
            place = evictions.next(networks, now)
            assert (place is None) == (not may_go)
            if place is not None:
                assert place in [each.place for each in may_go]
                assert isinstance(place.client, Client)
                clients.remove(place.client)
                evictions.remove(place)
        assert len(evictions) == len(clients)
        assert evictions.networks in (0, len({network for each in clients for network in each.place.networks}))


def test_a_client_alone_in_its_networks_goes_last_and_a_fast_one_never() -> None:
    evictions = Evictions(SHARES, PLACES)
    alone = opened(evictions, "203.0.113.1", 0, 0.0)
    many = [opened(evictions, f"192.0.2.{n}", n, 1.0) for n in range(1, 7)]
    two = [opened(evictions, f"198.51.100.{n}", 10 + n, 2.0) for n in range(1, 3)]
    fast = opened(evictions, "192.0.2.9", 20, 0.0)
    fast.place.received(1000 * OCTETS_A_SECOND, 20.0)
    gone = []
    while (place := evictions.next((), 20.0)) is not None:
        assert isinstance(place.client, Client)
        gone.append(place.client)
        evictions.remove(place)
    # the /24 of seven until it weighs as much as the other; of that weight whoever came first; at last those alone
    assert gone == [*many[:5], many[5], two[0], alone, two[1]]
    assert len(evictions) == 1


def test_a_trickler_in_a_message_goes_before_an_idle_client_alone_in_its_network() -> None:
    evictions = Evictions(SHARES, PLACES)
    idle = opened(evictions, "203.0.113.1", 0, 0.0)
    tricklers = [opened(evictions, f"192.0.2.{n}", n, 0.0) for n in (1, 2, 3)]
    for second in range(1, 100):
        for trickler in tricklers:
            trickler.place.received(55, second)
    place = evictions.next((), 100.0)
    assert place is not None and place.client in tricklers
    assert idle.place.paid_until < place.paid_until


def test_a_network_that_comes_anew_all_the_time_gives_way_to_a_lighter_one_and_to_no_other() -> None:
    evictions = Evictions(SHARES, PLACES)
    fast = opened(evictions, "192.0.2.1", 0, 0.0)
    fast.place.received(1000 * OCTETS_A_SECOND, 10.0)
    churning = [opened(evictions, f"192.0.2.{n}", n, 10.0) for n in (2, 3, 4)]
    alone = opened(evictions, "203.0.113.1", 9, 10.0)
    assert evictions.next(networks_of("192.0.2.9"), 10.0) is None
    assert evictions.next(networks_of("198.51.100.1"), 10.0) is churning[0].place
    evictions.remove(churning[0].place)
    evictions.remove(churning[1].place)
    assert evictions.next(networks_of("198.51.100.1"), 10.0) is None  # two of 8 beside one of 5
    assert alone.place.paid_until == churning[2].place.paid_until


def test_a_client_that_waits_for_us_is_passed_over_and_then_has_its_grace() -> None:
    evictions = Evictions(SHARES, PLACES)
    client = opened(evictions, "192.0.2.1", 1, 0.0)
    client.waits = True
    assert evictions.next((), 100.0) is None
    client.waits = False
    assert evictions.next((), 100.0 + GRACE_SECONDS - 0.1) is None
    assert evictions.next((), 100.0 + GRACE_SECONDS) is client.place


class CountedPlace(Place):
    """Counts how often its payment was looked at."""

    __slots__ = ("_paid",)
    looks = 0

    @property
    def paid_until(self) -> float:  # type: ignore[override]
        CountedPlace.looks += 1
        return self._paid

    @paid_until.setter
    def paid_until(self, value: float) -> None:
        self._paid = value


def test_the_cost_of_a_place_does_not_grow_with_the_number_of_places() -> None:
    """Looks at places for 2,000 evictions, each with a newcomer, at 1,000 and at 8,000 places that all trickle on."""

    def looks(number: int) -> float:
        evictions = Evictions(shares_of(SmtpLimits(connections=number)), number)
        rng = random.Random(7)
        places = []
        for n in range(number):
            place = CountedPlace(networks_of(f"10.{n // 250 % 250}.{n // 62500}.{n % 250}"), n, 0.0)
            place.client = Client(place)
            evictions.add(place)
            places.append(place)
        CountedPlace.looks = 0
        received = 0
        for n in range(2000):
            for place in rng.sample(places, 10):
                place.received(10, 100.0 + n)
                received += 1
            out = evictions.next((), 100.0 + n)
            assert out is not None
            evictions.remove(out)
            place = CountedPlace(out.networks, number + n, 100.0 + n)
            place.client = Client(place)
            evictions.add(place)
            places[places.index(out)] = place  # type: ignore[arg-type]
        return CountedPlace.looks / (2000 + received)

    few, many = looks(1_000), looks(8_000)
    assert many < 2 * few + 4


def test_places_that_were_left_take_no_memory() -> None:
    evictions = Evictions(SHARES, 4)
    stays = [opened(evictions, "192.0.2.1", n, 0.0) for n in range(3)]
    assert evictions.next((), 0.0) is not None  # from now on the order is kept
    heap = SlowestFirst()
    for n in range(1000):
        client = opened(evictions, "192.0.2.2", 10 + n, 0.0)
        heap.add(client.place)
        evictions.remove(client.place)
        heap.note_left()
        assert len(heap) == 0
    assert len(evictions) == len(stays)
    assert evictions.networks == 2


def test_the_order_is_kept_from_the_first_search_on_until_less_than_half_of_the_places_are_taken() -> None:
    evictions = Evictions(SHARES, 8)
    clients = [opened(evictions, f"192.0.2.{n}", n, float(n)) for n in range(8)]
    assert evictions.networks == 0
    first = evictions.next((), 100.0)
    assert first is clients[0].place
    assert evictions.networks == 9
    for client in clients[:4]:
        evictions.remove(client.place)
    assert evictions.networks == 5
    evictions.remove(clients[4].place)
    assert evictions.networks == 0
    assert evictions.next((), 100.0) is clients[5].place
