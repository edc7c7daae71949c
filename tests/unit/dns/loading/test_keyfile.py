"""Files with secrets: what is taken, what is a fault, and that no fault and no repr tells a secret."""

from __future__ import annotations

from pathlib import Path

import pytest

from catcher.dns.loading.keyfile import COOKIE_KEY, cookie_secrets, own_cookie_secrets, tsig_keys

SECRET = "c2VjcmV0IHNlY3JldCBzZWNyZXQgc2VjcmV0ISEhISE="
KEY = f'key "secondary.sink.example" {{\n\talgorithm hmac-sha256;\n\tsecret "{SECRET}";\n}};\n'


def file(folder: Path, text: str, mode: int = 0o600) -> Path:
    path = folder / "secrets"
    path.write_text(text)
    path.chmod(mode)
    return path


def test_a_file_as_tsig_keygen_prints_it(tmp_path: Path) -> None:
    keys, faults = tsig_keys(file(tmp_path, "// mine\n" + KEY + "/* another\n */ # one\n" + KEY.replace("nd", "st")))
    assert not faults
    assert [(key.name, key.algorithm) for key in keys.values()] == [
        (b"\x09secondary\x04sink\x07example\0", "hmac-sha256"),
        (b"\x09secostary\x04sink\x07example\0", "hmac-sha256"),
    ]
    assert "secret" not in repr(keys) and SECRET not in repr(keys)


@pytest.mark.parametrize(
    ("text", "place", "what"),
    [
        ("zone x;", ":1", "here a key should begin"),
        (KEY + KEY, ":5", "the key secondary.sink.example stands here twice"),
        (KEY.replace("sha256", "md5"), ":1", "the algorithm is not one for keys here"),
        (KEY.replace(SECRET, "????"), ":1", "the secret is not base64"),
        (KEY.replace(SECRET, "c2hvcnQ="), ":1", "the secret has less than 16 octets"),
        ("\n" + KEY[:-3], ":2", "the key has no end"),
        (KEY.replace(";\n}", "\n}"), ":1", '";" is missing in this key'),
        (KEY.replace("secondary.sink", "secondary..sink"), ":1", "the key's name is not a domain name"),
        (KEY.replace('";\n', ";\n"), ":3", "a quotation mark isn't closed"),
        ("schlüssel", "", "it is not ASCII text"),
    ],
)
def test_faults_name_the_line_and_no_secret(tmp_path: Path, text: str, place: str, what: str) -> None:
    path = file(tmp_path, text)
    _, (fault,) = tsig_keys(path)
    assert (fault.where, fault.what) == (f"{path}{place}", what)
    assert SECRET not in str(fault)


def test_a_file_that_others_may_read_is_a_fault(tmp_path: Path) -> None:
    _, (fault,) = tsig_keys(file(tmp_path, KEY, 0o644))
    assert "everybody on this machine" in str(fault) and "chmod 600" in str(fault)
    _, (fault,) = cookie_secrets(file(tmp_path, "00" * 16, 0o604))
    assert "everybody on this machine" in str(fault)


def test_a_file_that_is_not_there_is_a_fault(tmp_path: Path) -> None:
    assert "can't be read" in str(tsig_keys(tmp_path / "no")[1][0])
    assert "can't be read" in str(cookie_secrets(tmp_path / "no")[1][0])


def test_secrets_for_cookies_one_a_line(tmp_path: Path) -> None:
    secrets, faults = cookie_secrets(file(tmp_path, f"# now\n{'ab' * 16}\n\n{'cd' * 16}\n"))
    assert not faults and secrets.at(0) == (b"\xab" * 16, b"\xcd" * 16)
    _, faults = cookie_secrets(file(tmp_path, "abc\n" + "ab" * 15))
    assert [fault.where.rpartition(":")[2] for fault in faults] == ["1", "2"]
    assert "holds no secret" in str(cookie_secrets(file(tmp_path, "# none\n"))[1][0])


def test_the_own_key_is_made_once_and_kept(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    made = own_cookie_secrets(folder).at(0)
    assert own_cookie_secrets(folder).at(0) == made and len(made) == 2
    assert (folder / COOKIE_KEY).stat().st_mode & 0o777 == 0o600
    (folder / COOKIE_KEY).write_bytes(b"damaged")
    mended = own_cookie_secrets(folder).at(0)
    assert own_cookie_secrets(folder).at(0) == mended != made


def test_a_key_that_a_full_disk_cut_is_made_whole_later(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    folder = tmp_path / "keys"
    folder.write_text("no folder")
    assert own_cookie_secrets(folder).at(0) != own_cookie_secrets(folder).at(0)
    assert "cookies have another key until the next load" in caplog.text
    folder.unlink()
    assert own_cookie_secrets(folder).at(0) == own_cookie_secrets(folder).at(0)
