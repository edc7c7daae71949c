"""Whether hypothesis reduces an example that fails: not where one example costs much, unless ``CATCHER_SHRINK`` is set.

A store that is wrong is then told in seconds; looking for the shortest example that shows it takes minutes.
"""

from __future__ import annotations

import os

from hypothesis import Phase

PHASES = tuple(Phase) if os.environ.get("CATCHER_SHRINK") else (Phase.explicit, Phase.reuse, Phase.generate)
