"""A right file gives values with absolute paths and A-labels; a wrong one gives every fault."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catcher.config import Config, ListenAddress, load_config, parse_config, state_folder
from catcher.config.describe import toml
from catcher.model.errors import ConfigurationError

LEAST = """
[dns]
listen = ["127.0.0.1:5300", "[::1]:5300"]
[smtp]
listen = ["127.0.0.1:2500"]
[catalogue]
files = ["zonefiles/catalogue.csv"]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with what the least configuration names."""
    (tmp_path / "zonefiles").mkdir()
    (tmp_path / "zonefiles" / "catalogue.csv").write_text("domain\n")
    return tmp_path


def read(folder: Path, text: str) -> Config:
    (folder / "catcher.toml").write_text(text, encoding="utf-8")
    return load_config(folder / "catcher.toml")


def faults(folder: Path, text: str) -> str:
    with pytest.raises(ConfigurationError) as error:
        read(folder, text)
    assert error.value.exit_status == 2
    return str(error.value)


def test_only_listen_addresses_and_catalogue_are_needed(folder: Path) -> None:
    config = read(folder, LEAST)
    assert config.dns.listen == (ListenAddress("127.0.0.1", 5300), ListenAddress("::1", 5300))
    assert config.smtp.workers == config.dns.workers == 1
    assert config.catalogue.template is None
    assert config.catalogue.guard == "off"
    assert config.fingerprint.lookups is True
    assert config.notify.domain is None


def test_an_empty_file_misses_exactly_these() -> None:
    with pytest.raises(ConfigurationError) as error:
        parse_config("", Path("catcher.toml"))
    where = [fault.where for fault in error.value.faults]
    assert where == ["catcher.toml: dns.listen", "catcher.toml: smtp.listen", "catcher.toml: catalogue.files"]


def test_paths_are_relative_to_the_file_and_become_absolute(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = LEAST + '[node]\nstate = "state"\n[store]\nurl = "sqlite:data/x.db"\n'
    (folder / "catcher.toml").write_text(text)
    monkeypatch.chdir(folder)
    config = load_config(Path("catcher.toml"))
    assert config.path == folder / "catcher.toml"
    assert config.node.state == folder / "state"
    assert config.store.path == folder / "data" / "x.db"
    assert config.catalogue.files == (folder / "zonefiles" / "catalogue.csv",)


def test_defaults_are_relative_to_the_file_too(folder: Path) -> None:
    config = read(folder, LEAST)
    assert config.node.state == folder / "var"
    assert config.store.path == folder / "var" / "catcher.db"


@pytest.mark.parametrize("url", ["sqlite:/srv/catcher.db", "sqlite:///srv/catcher.db"])
def test_an_absolute_store_stays_where_it_is(folder: Path, url: str) -> None:
    assert read(folder, LEAST + f'[store]\nurl = "{url}"\n').store.path == Path("/srv/catcher.db")


def test_names_become_a_labels(folder: Path) -> None:
    text = LEAST.replace("[smtp]", 'nameservers = ["NS1.Bücher.example."]\n[smtp]\nhostname = "MX.Sink.Example"')
    config = read(folder, text)
    assert config.dns.nameservers == ("ns1.xn--bcher-kva.example",)
    assert config.smtp.hostname == "mx.sink.example"


def test_a_byte_order_mark_is_tolerated(folder: Path) -> None:
    assert read(folder, "\ufeff" + LEAST).dns.workers == 1


def test_values_do_not_change(folder: Path) -> None:
    config = read(folder, LEAST)
    with pytest.raises(ValueError, match="frozen"):
        config.dns.workers = 2  # type: ignore[misc]


def test_toml_that_is_none_names_the_line(folder: Path) -> None:
    assert faults(folder, "[dns]\nlisten = [\n").startswith("catcher.toml:3: it is not TOML: ")
    assert faults(folder, "[dns]\nworkers == 2\n").startswith("catcher.toml:2: it is not TOML: ")


def test_a_file_that_is_not_there_or_not_text(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"there is no such file; name one with -c"):
        load_config(tmp_path / "catcher.toml")
    (tmp_path / "catcher.toml").write_bytes(b"[node]\nname = '\xe4'\n")
    with pytest.raises(ConfigurationError, match=r"catcher.toml: octet 16 is not UTF-8"):
        load_config(tmp_path / "catcher.toml")
    with pytest.raises(ConfigurationError, match="it can't be read"):
        load_config(tmp_path)


def test_rules_over_several_values_speak_beside_wrong_values(folder: Path) -> None:
    text = LEAST.replace('["127.0.0.1:2500"]', '["127.0.0.1:25", "127.0.0.1:25", "nowhere"]')
    told = faults(folder, text)
    assert 'smtp.listen[2]: "nowhere"' in told
    assert "smtp.listen[1]: 127.0.0.1:25 stands in smtp.listen[0] already" in told


def test_port_0_may_come_twice(folder: Path) -> None:
    text = LEAST.replace('["127.0.0.1:2500"]', '["127.0.0.1:0", "127.0.0.1:0"]')
    assert len(read(folder, text).smtp.listen) == 2


KEYS = [(name, key) for name, section in Config.model_fields.items() for key in section.annotation.model_fields]  # type: ignore[union-attr]
VALUES = st.recursive(
    st.one_of(st.booleans(), st.integers(-(2**63), 2**63 - 1), st.floats(allow_nan=False, allow_infinity=False))
    | st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=20),
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=4,
)


@given(st.sampled_from(KEYS), VALUES)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_a_key_holds_is_taken_or_told_in_our_words(folder: Path, key: tuple[str, str], value: object) -> None:
    """No value of any kind gets past the texts of ``faults``, or out as another error."""
    text = f"[{key[0]}]\n{key[1]} = {value if isinstance(value, float) else toml(value)}\n"
    with pytest.raises(ConfigurationError) as error:
        parse_config(text, folder / "catcher.toml")
    assert all(fault.what and fault.remedy for fault in error.value.faults)


def test_a_server_starts_without_the_files_that_keys_name(tmp_path: Path) -> None:
    """Commands refuse them, one message each; a server serves what it has, and says what is missing."""
    file = tmp_path / "catcher.toml"
    file.write_text(
        '[dns]\nlisten = ["127.0.0.1:5300"]\nkeys = "a"\ncookie_secrets = "b"\n'
        '[[dns.zone]]\nname = "sink.example"\nfile = "c"\n'
        '[smtp]\nlisten = ["127.0.0.1:2500"]\nexplanations = "d"\ncertificate = "e"\nkey = "f"\n'
        '[catalogue]\nfiles = ["g"]\ntemplate = "h"\n[fingerprint]\nwatchlist = "i"\nmarkings = "j"\nnetworks = "k"\n'
    )
    with pytest.raises(ConfigurationError) as error:
        load_config(file)
    assert len(error.value.faults) == 10
    config = load_config(file, files_may_be_missing=True)
    assert config.dns.zone[0].file == tmp_path / "c" and config.catalogue.files == (tmp_path / "g",)
    file.write_text(file.read_text() + 'odd = "key"\n')
    with pytest.raises(ConfigurationError, match="no key has this name"):
        load_config(file, files_may_be_missing=True)


@pytest.mark.parametrize(
    ("text", "state"),
    [
        (b"", "var"),
        (b'[node]\nstate = "/srv/catcher"\n', "/srv/catcher"),
        (b'[node]\nstate = "/srv/catcher"\n[dns\n', "/srv/catcher"),
        (b"x = [\n[node]\n  state='run'  # ours\n", "run"),
        (b'\xff\xfe\n[node]\nstate = "run"\n', "run"),
        (b"[dns\n", "var"),
        (b"node = 3\n", "var"),
    ],
)
def test_the_state_folder_is_found_in_a_broken_file(tmp_path: Path, text: bytes, state: str) -> None:
    """The server that runs with it is asked for its status, and mail can be stopped."""
    (tmp_path / "catcher.toml").write_bytes(text)
    assert state_folder(tmp_path / "catcher.toml") == tmp_path / state


def test_without_a_file_there_is_no_state_folder(tmp_path: Path) -> None:
    assert state_folder(tmp_path / "catcher.toml") is None
    assert state_folder(tmp_path) is None
