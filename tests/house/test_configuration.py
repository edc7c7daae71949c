"""Every key of catcher.toml has an effect, and a sentence where it is defined and where ``catcher init`` shows it."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, get_args

import pytest
from click import Context

from catcher.cli import notify, root
from catcher.config import load_config
from tests.support.configreads import behind, key_sentences, keys, reads
from tests.support.tree import ROOT, sources, text_of

_FIXED = {
    "node": ["name", "state"],
    "operator": ["name", "contact", "url", "postal"],
    "dns": ["listen", "workers", "nameservers"],
    "dns.zone": ["name", "file"],
    "smtp": ["listen", "hostname", "workers"],
    "catalogue": ["files", "template"],
    "store": ["url"],
    "fingerprint": ["lookups", "resolvers", "watchlist"],
    "notify": ["domain"],
    "log": ["level"],
}
"""The keys that DESIGN §4 fixes: configurations of others rest on them."""
_RELATIVE = re.compile(r"(?:^|[.;:] )(?:What|Who|Whom|Whose|Where|Which|That|Whoever|Every how)\b")
KEYS = dict(keys())
SENTENCES = dict(key_sentences())


@cache
def read_keys() -> frozenset[str]:
    """Every key that something outside the configuration's own room reads, itself or through a property."""
    paths = [path for path in sources("catcher") if path.parts[1] != "config"]
    found = frozenset().union(*(reads(ast.parse(text_of(path))) for path in paths))
    return found.union(*map(behind, found))


def test_the_keys_of_the_design_are_there() -> None:
    assert not {f"{section}.{key}" for section, names in _FIXED.items() for key in names} - KEYS.keys()


@pytest.mark.parametrize("key", KEYS)
def test_a_key_has_an_effect(key: str) -> None:
    """A key that is documented and accepted, and read nowhere, would promise what nothing does."""
    assert key in read_keys()


@pytest.mark.parametrize(
    ("source", "paths"),
    [
        ("def f(config: Config): return config.smtp.workers", {"smtp.workers"}),
        ("class A:\n def f(self): return self._config.smtp.workers", {"smtp.workers"}),
        ("made = load(file)\nmade.smtp.workers", {"smtp.workers"}),
        ("def f(config):\n mail = config.smtp\n return mail.workers", {"smtp.workers"}),
        ("[(n, z.file) for n, z in enumerate(config.dns.zone)]", {"dns.zone.file"}),
        ("for zone in config.dns.zone: zone.name", {"dns.zone.name"}),
        ("def f(asked: ZoneFile | None): return asked.name", {"dns.zone.name"}),
        ("def f(settings: Settings): return settings.workers", set()),
        ("other.smtp.workers", set()),
    ],
)
def test_a_read_is_told_from_another_attribute(source: str, paths: set[str]) -> None:
    assert reads(ast.parse(source)) & KEYS.keys() == paths


def test_a_property_reads_the_keys_behind_it() -> None:
    assert behind("notify.from_address") == {"notify.sender", "notify.domain"}
    assert behind("notify.sender") == set()


@pytest.mark.parametrize("key", KEYS)
def test_a_key_has_a_sentence(key: str) -> None:
    """It begins with a capital, or with one of the key's own values, and says more than the key's name."""
    description = SENTENCES[key]
    values = [value for value in get_args(KEYS[key].annotation) if isinstance(value, str)]
    assert description[:1].isupper() or description.startswith(
        tuple(f"{value}{end}" for value in values for end in " ,:")
    )
    assert description.rstrip().endswith(".")
    assert {*re.findall(r"\w+", description.lower())} - {*key.split("."), "the", "a", "its"}


def test_a_sentence_begins_with_no_relative_clause() -> None:
    assert not {key for key, sentence in SENTENCES.items() if _RELATIVE.search(sentence)}


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that ``catcher init`` makes."""
    folder = tmp_path_factory.mktemp("init") / "sink"
    subprocess.run([sys.executable, "-m", "catcher", "init", str(folder)], check=True, capture_output=True, timeout=60)
    return folder


def test_what_init_writes_is_right(written: Path) -> None:
    assert load_config(written / "catcher.toml").dns.listen


@pytest.mark.parametrize("key", KEYS)
def test_init_shows_a_key(written: Path, key: str) -> None:
    text = (written / "catcher.toml").read_text(encoding="utf-8")
    name = key.rpartition(".")[2]
    assert any(line.lstrip("# ").startswith((f"{name} =", f"{name}=")) for line in text.splitlines())


def test_init_shows_only_keys_that_exist(written: Path) -> None:
    """With every example key switched on the file still has no key that the schema doesn't know."""
    text = (written / "catcher.toml").read_text(encoding="utf-8")
    switched_on = re.sub(r"^# (# )?(?=\w+ = |\[\[)", "", text, flags=re.MULTILINE)
    assert set(leaves(tomllib.loads(switched_on))) == KEYS.keys()


def leaves(table: Mapping[str, Any], above: str = "") -> Iterator[str]:
    for name, value in table.items():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            value = value[0]
        if isinstance(value, dict):
            yield from leaves(value, f"{above}{name}.")
        else:
            yield above + name


def test_the_unit_file_starts_what_exists() -> None:
    unit = unit_of("catcher.service")
    for key, command in (("ExecStart", "serve"), ("ExecReload", "reload")):
        assert unit[key] == [f"/usr/local/bin/catcher {command} -c /etc/catcher/catcher.toml"]
        assert root.get_command(Context(root), command)
    assert unit["Type"] == ["notify"]


def unit_of(name: str) -> dict[str, list[str]]:
    """Key → its values in the unit file ``name``, in order."""
    found: dict[str, list[str]] = {}
    for line in (ROOT / "deploy" / name).read_text(encoding="utf-8").splitlines():
        key, equals, value = line.partition("=")
        if equals and not line.startswith("#"):
            found.setdefault(key, []).append(value)
    return found


def test_a_filtered_system_call_fails_and_kills_nothing() -> None:
    """What the filter takes away is refused with EPERM: the default action of SystemCallFilter is SIGSYS."""
    assert unit_of("catcher.service")["SystemCallErrorNumber"] == ["EPERM"]


@pytest.mark.parametrize(
    "call",
    ["fork", "clone", "kill", "mmap", "memfd_create", "recvmmsg", "sendmmsg", "flock", "poll", "setpriority", "prctl"],
)
def test_the_unit_permits_the_calls_that_a_server_needs(call: str) -> None:
    assert call in permitted()


def test_a_process_that_the_kernel_kills_for_memory_does_not_end_the_service() -> None:
    """With systemd's default, OOMPolicy=stop, a loader that is killed would stop the name server."""
    assert unit_of("catcher.service")["OOMPolicy"] == ["continue"]


def test_no_mail_that_is_under_way_and_no_key_goes_to_swap() -> None:
    """A header, a chunk of a body or a key in a swap file outlives the transaction and the key's end."""
    assert unit_of("catcher.service")["MemorySwapMax"] == ["0"]


@pytest.mark.parametrize("call", ["fchown", "setrlimit", "mount", "ptrace", "init_module"])
def test_the_unit_takes_other_calls_away(call: str) -> None:
    """fchown is taken away, too: a file is written beside and renamed without it where the owner is right."""
    assert call not in permitted()


@cache
def permitted() -> frozenset[str]:
    """The system calls that the unit permits, by systemd's own groups."""
    if not Path("/usr/bin/systemd-analyze").exists():
        pytest.skip("systemd-analyze is not installed")
    allowed: set[str] = set()
    for line in unit_of("catcher.service")["SystemCallFilter"]:
        calls = frozenset().union(*map(calls_of, line.removeprefix("~").split()))
        allowed = allowed - calls if line.startswith("~") else allowed | calls
    return frozenset(allowed)


@cache
def calls_of(group: str) -> frozenset[str]:
    """The system calls of a group, those of the groups in it included."""
    if not group.startswith("@"):
        return frozenset([group])
    listed = subprocess.run(
        ["/usr/bin/systemd-analyze", "syscall-filter", group], check=True, capture_output=True, text=True, timeout=60
    )
    words = [line.strip() for line in listed.stdout.splitlines()[1:]]
    return frozenset().union(*(calls_of(word) for word in words if word and not word.startswith("#")))


def test_the_timers_unit_runs_what_exists() -> None:
    unit = (ROOT / "deploy" / "catcher-notify.service").read_text(encoding="utf-8")
    ran = re.findall(r"^ExecStart=\S+/catcher (\S+) (\S+) -c", unit, re.MULTILINE)
    assert ran == [("notify", "list"), ("notify", "send")]
    assert {command for _, command in ran} <= notify.command.commands.keys()
