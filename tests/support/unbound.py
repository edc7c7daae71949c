"""A resolver as a sender's host has one: unbound, which knows nothing but the zones it is told of."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.support.netns import Host
from tests.support.peers import peer

_CONF = """\
server:
    interface: 127.0.0.1
    interface: {address}
    access-control: 0.0.0.0/0 allow
    do-daemonize: no
    username: ""
    chroot: ""
    directory: "{folder}"
    pidfile: ""
    use-syslog: no
    logfile: ""
    module-config: "iterator"
    do-ip6: no
    num-threads: 1
    verbosity: 1
    do-not-query-localhost: no
    local-zone: "." refuse
"""


@contextmanager
def unbound(host: Host, folder: Path, *, stubs: Mapping[str, str], data: Sequence[str]) -> Iterator[None]:
    """An unbound on port 53 of ``host``.

    ``stubs``: zone → address of its server; ``data``: records that it answers itself, in presentation format.
    Everything else is refused.
    """
    program = str(peer("unbound"))
    folder.mkdir(parents=True)
    conf = _CONF.format(address=host.address, folder=folder)
    conf += "".join(f'    local-zone: "{zone}" transparent\n' for zone in stubs)
    conf += "".join(f"    local-data: '{record}'\n" for record in data)
    conf += "".join(f'stub-zone:\n    name: "{zone}"\n    stub-addr: {address}\n' for zone, address in stubs.items())
    (folder / "unbound.conf").write_text(conf)
    with subprocess.Popen(
        [*host.prefix, program, "-d", "-c", str(folder / "unbound.conf")], stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stderr is not None
            said = ""
            while "start of service" not in said:
                line = process.stderr.readline()
                assert line, f"unbound ended: {said}"
                said += line
            yield
        finally:
            process.terminate()
            process.communicate(timeout=30)
