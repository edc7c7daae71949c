"""A process that does nothing but commit: ``python -m tests.support.committing DATABASE COUNT TOGETHER``.

It prints the id and the transaction of each observation once its commit returned, each line by one write.
"""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

from catcher.store import SqliteStore
from tests.support.observations import observation
from tests.support.storing import storing


async def commit(path: Path, count: int, together: int) -> None:
    """Commits ``count`` transactions, ``together`` at a time."""
    async with storing(lambda: SqliteStore(path)) as link:
        os.write(1, b"ready\n")
        numbers = iter(range(count))

        async def sender() -> None:
            for number in numbers:
                name = f"{os.getpid()}-{number}"
                for stored in await link.commit([observation(transaction=name, retry_tag=None)]):
                    os.write(1, f"ack {stored.id} {name}\n".encode())

        await asyncio.gather(*(sender() for _ in range(together)))


if __name__ == "__main__":
    asyncio.run(commit(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])))
