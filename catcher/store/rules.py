"""What every store agrees on: the grain of time, and what makes two observations the same mail."""

from __future__ import annotations

import hashlib
from dataclasses import replace

from catcher.model.observation import Observation


def to_the_minute(observation: Observation) -> Observation:
    """``observation`` as it may be stored: the dictionary allows no more than the minute."""
    minute = observation.observed_at.replace(second=0, microsecond=0)
    return observation if minute == observation.observed_at else replace(observation, observed_at=minute)


def retry_key(observation: Observation) -> str | None:
    """Equal when retry tag, domain, reverse-path and the set of recipients are equal; None without a tag."""
    o = observation
    if o.retry_tag is None:
        return None
    text = "\n".join((o.retry_tag, o.domain, o.reverse_path_token or "", *sorted(set(o.recipients))))
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()
