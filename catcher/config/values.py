"""The types of the keys' values; each type checks a value and names the remedy."""

from __future__ import annotations

import re
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path
from typing import Annotated, Any, TypeVar
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, StrictInt, ValidationInfo
from pydantic_core import PydanticCustomError

from catcher.config.address import ListenAddress, ListenAddressError
from catcher.model.defaults import SMTP_TLS_SUITES
from catcher.model.domain import DomainError, to_alabel
from catcher.model.language import is_language
from catcher.model.mail.mailaddress import AddressError, mail_address
from catcher.model.telling.alert import CHOOSABLE, AlertKind

SUBMISSION_PORTS = frozenset({465, 587})
"""Ports to which clients send passwords (RFC 6409, RFC 8314); catcher never listens there."""

_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\Z", re.ASCII | re.IGNORECASE)

_ZONE_LABEL = re.compile(r"""[!#%&'*+,/0-9:<=>?\[\]^_`a-z{|}~-]{1,63}\Z""", re.ASCII)
"""Printable ASCII without what a master file escapes in a name (RFC 1035 §5.1)."""

_T = TypeVar("_T")


def wrong(what: str, remedy: str) -> PydanticCustomError:
    """An error for pydantic; ``faults`` turns it into a Fault without changes."""
    return PydanticCustomError("catcher", "{what}; {remedy}", {"what": what, "remedy": remedy})


def base(info: ValidationInfo) -> Path:
    """The folder of the configuration file; relative paths start there."""
    path = (info.context or {}).get("path")
    return path.parent if isinstance(path, Path) else Path()


def _address(value: Any) -> Any:
    return _read_address(value, None)


def _server_address(value: Any) -> Any:
    address = _read_address(value, 53)
    if address.port == 0:
        raise wrong(f'"{value}" has port 0', "name the port the resolver listens on, as a rule 53")
    return address


def _read_address(value: Any, default_port: int | None) -> ListenAddress:
    if isinstance(value, ListenAddress):
        return value
    if not isinstance(value, str):
        raise wrong(f"{value!r} is not a text", 'write an address in quotes: "127.0.0.1:5300"')
    try:
        return ListenAddress.parse(value, default_port=default_port)
    except ListenAddressError as error:
        raise wrong(error.what, error.remedy) from None


def _no_submission(address: ListenAddress) -> ListenAddress:
    if address.port in SUBMISSION_PORTS:
        raise wrong(
            f"port {address.port} is where mail programs bring passwords; catcher never listens there",
            "listen on port 25, or on a port that 25 is forwarded to",
        )
    return address


def _domain(value: str) -> str:
    try:
        name = to_alabel(value)
    except DomainError as error:
        raise wrong(f'"{value}" is not a domain name: {error}', 'write a name like "mx.sink.example"') from None
    if "." not in name:
        raise wrong(f'"{value}" is a single label', 'write the full name, like "mx.sink.example"')
    return name


def _zone_name(value: str) -> str:
    """The apex of a whole zone: a domain name, or labels of other printable ASCII, like ``*`` (RFC 4592) and
    ``0/25`` (RFC 2317)."""
    name = value.lower().removesuffix(".")
    labels = name.split(".")
    if len(name) <= 253 and len(labels) > 1 and all(map(_ZONE_LABEL.match, labels)):
        return name
    return _domain(value)


def _key_name(value: str) -> str:
    try:
        return to_alabel(value)
    except DomainError as error:
        raise wrong(
            f'"{value}" is not the name of a key: {error}', 'write a name like "secondary.sink.example"'
        ) from None


def _host(value: str) -> str:
    try:
        return str(ip_address(value))
    except ValueError:
        return _domain(value) if value != "localhost" else value


def _label(value: str) -> str:
    if not _LABEL.match(value):
        raise wrong(f'"{value}" is no label of a domain name', 'write letters, digits and hyphens, like "catcher"')
    return value.lower()


def _tls_suites(value: str) -> str:
    if value != SMTP_TLS_SUITES:
        import ssl  # only here: most commands don't need it

        try:
            ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).set_ciphers(value)
        except (ssl.SSLError, ValueError):
            raise wrong(
                "OpenSSL knows no suite of this list", 'write a list that "openssl ciphers" takes, like "HIGH:!aNULL"'
            ) from None
    return value


def _line(value: str) -> str:
    if not value.isprintable():
        raise wrong("it holds a line break or a control character", "write it on one line")
    return value.strip()


def _web_address(value: str) -> str:
    if value and not value.startswith(("https://", "http://")):
        raise wrong(f'"{value}" is not a web address', 'write "https://…", or "" for none')
    return value


def _mail_address(value: str) -> str:
    try:
        return mail_address(value)
    except AddressError as error:
        raise wrong(f"{error}", 'write an address like "duty@operator.example"') from None


def _secure_address(value: str) -> str:
    try:
        place = urlsplit(value)
        right = place.scheme == "https" and place.hostname and place.port != 0 and not place.username
    except ValueError:
        right = False
    if not right or not value.isascii() or not value.isprintable() or " " in value or "#" in value:
        raise wrong(f'"{value}" is no address for a webhook', 'write "https://…", without a user or a fragment')
    return value


def _path(value: Path, info: ValidationInfo) -> Path:
    return base(info) / value


def _may_be_missing(info: ValidationInfo) -> bool:
    return bool((info.context or {}).get("files_may_be_missing"))


def _existing(value: Path, info: ValidationInfo) -> Path:
    if not value.is_file() and not _may_be_missing(info):
        what = "is not a file" if value.exists() else "does not exist"
        raise wrong(f"{value} {what}", "name a file that exists; paths are relative to the configuration file")
    return value


def _existing_folder(value: Path, info: ValidationInfo) -> Path:
    if not value.is_dir() and not _may_be_missing(info):
        what = "is not a folder" if value.exists() else "does not exist"
        raise wrong(f"{value} {what}", "name a folder that exists; paths are relative to the configuration file")
    return value


def _socket(value: Path) -> Path:
    if value.is_file():
        raise wrong(
            f"{value} is a regular file", "name the Unix socket of a collector; queries are never written to disk"
        )
    return value


def _language(value: str) -> str:
    if not is_language(value.lower()):
        raise wrong(f'"{value}" is not a language', 'write a tag like "en", "fr" or "pt-br"')
    return value.lower()


def _alert_kind(value: Any) -> AlertKind:
    *others, last = (f'"{kind}"' for kind in CHOOSABLE)
    remedy = f"write {', '.join(others)} or {last}"
    if not isinstance(value, str):
        raise wrong(f"{value!r} is not a text", remedy)
    if value not in CHOOSABLE:
        raise wrong(f'"{value}" is not a value it can have', remedy)
    return AlertKind(value)


def _network(value: Any) -> Any:
    if isinstance(value, IPv4Network | IPv6Network):
        return value
    try:
        if not isinstance(value, str):
            raise ValueError
        return ip_network(value)
    except ValueError:
        raise wrong(
            f'"{value}" is not a network', 'write "192.0.2.0/24", "2001:db8::/32" or a single address'
        ) from None


def _not_empty(value: tuple[_T, ...]) -> tuple[_T, ...]:
    if not value:
        raise wrong("the list is empty", "name at least one")
    return value


NOT_EMPTY = AfterValidator(_not_empty)
Listen = Annotated[ListenAddress, BeforeValidator(_address)]
SmtpListen = Annotated[Listen, AfterValidator(_no_submission)]
IpNetwork = Annotated[IPv4Network | IPv6Network, BeforeValidator(_network)]
ServerAddress = Annotated[ListenAddress, BeforeValidator(_server_address)]
Domain = Annotated[str, AfterValidator(_domain)]
ZoneName = Annotated[str, AfterValidator(_zone_name)]
HostOrAddress = Annotated[str, AfterValidator(_host)]
Label = Annotated[str, AfterValidator(_label)]
KeyName = Annotated[str, AfterValidator(_key_name)]
OneLine = Annotated[str, AfterValidator(_line)]
TlsSuites = Annotated[str, AfterValidator(_tls_suites)]
MailAddress = Annotated[str, AfterValidator(_mail_address)]
SecureAddress = Annotated[str, AfterValidator(_secure_address)]
WebAddress = Annotated[OneLine, AfterValidator(_web_address)]
AnyPath = Annotated[Path, AfterValidator(_path)]
SocketPath = Annotated[AnyPath, AfterValidator(_socket)]
ExistingFolder = Annotated[AnyPath, AfterValidator(_existing_folder)]
LanguageTag = Annotated[str, AfterValidator(_language)]
AlertChoice = Annotated[AlertKind, BeforeValidator(_alert_kind)]
ExistingFile = Annotated[AnyPath, AfterValidator(_existing)]
Workers = Annotated[StrictInt, Field(ge=1, le=256)]
