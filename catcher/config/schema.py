"""The schema of catcher.toml: one class for a section, one field for a key, its doc sentence below it.

Longer than others: whoever looks for a key finds all of them in one file.
"""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PrivateAttr, StrictBool, StrictInt, ValidationInfo

from catcher.config.values import (
    NOT_EMPTY,
    AnyPath,
    Domain,
    ExistingFile,
    ExistingFolder,
    HostOrAddress,
    IpNetwork,
    KeyName,
    Label,
    LanguageTag,
    Listen,
    MailAddress,
    OneLine,
    SecureAddress,
    ServerAddress,
    SmtpListen,
    WebAddress,
    Workers,
    base,
    wrong,
)

AlertWord = Literal["new-party", "marking", "spike", "request", "policy-ends", "delegation-lost", "store-trouble"]


class ConfigSection(BaseModel):
    """What all sections share: unknown keys are errors, values don't change, defaults are checked, too.

    Only ``Config`` is ever validated; ``defer_build`` saves every command from building the sections on their own.
    """

    model_config = ConfigDict(
        frozen=True, extra="forbid", defer_build=True, validate_default=True, hide_input_in_errors=True
    )


class NodeSection(ConfigSection):
    """This machine."""

    name: OneLine = "sink-1"
    """What this node is called in logs and reports."""
    state: AnyPath = Path("var")
    """The folder of the database, keys, certificate and control socket; writable for catcher alone."""
    user: OneLine = ""
    """The account that a server started as root goes on as once its sockets are bound; it has to own the state folder.
    Empty: the one that starts it, which should not be root."""


class OperatorSection(ConfigSection):
    """Who runs this sink; signs every report."""

    name: OneLine = "The operator of this sink"
    """The organisation's name."""
    contact: OneLine = ""
    """Where people reach you: a mail address, a telephone number or both."""
    url: WebAddress = ""
    """A web page that explains what you do and why."""
    postal: OneLine = ""
    """The postal address, on one line."""


class ZoneFile(ConfigSection):
    """A whole zone beside the catalogue, served as it is. Repeat the section for each; thousands are normal."""

    name: Domain = Field(examples=["sink.example"])
    """The zone's apex."""
    file: ExistingFile = Field(examples=["zonefiles/sink.example.zone"])
    """Its master file (RFC 1035 §5)."""


class SecondaryServer(ConfigSection):
    """A server of yours that copies zones and catalogue by AXFR. Repeat the section for each."""

    address: ServerAddress = Field(examples=["192.0.2.53:53"])
    """Its address: transfers are given to it alone, and NOTIFY (RFC 1996) goes there; without a port to 53."""
    key: KeyName = Field(examples=["secondary.sink.example"])
    """The name of the TSIG key that it has to sign with, one of those in dns.keys."""


class DnsSection(ConfigSection):
    """The authoritative server."""

    listen: Annotated[tuple[Listen, ...], NOT_EMPTY] = Field(examples=[["127.0.0.1:5300", "[::1]:5300"]])
    """Addresses with port, UDP and TCP each; an IPv6 address stands in brackets."""
    workers: Workers = 1
    """Processes that share the sockets; one a core at most."""
    nameservers: Annotated[tuple[Domain, ...], NOT_EMPTY] = ("ns1.sink.example", "ns2.sink.example")
    """The host names that catalogued domains are delegated to; the first is the SOA's MNAME."""
    nsid: Annotated[OneLine, Field(max_length=128)] = ""
    """What this server calls itself to whoever asks by EDNS (RFC 5001); empty: nothing."""
    require_cookies: StrictBool = False
    """Whether answers over UDP are only for clients that show a cookie from here (RFC 7873); others come over TCP."""
    cookie_secrets: ExistingFile | None = Field(default=None, examples=["cookie-secrets.txt"])
    """A file of secrets for cookies, 32 hexadecimal digits a line, shared by servers behind one address; the first
    makes cookies, all are accepted. Without it a key in the state folder gives a new secret each day."""
    keys: ExistingFile | None = Field(default=None, examples=["transfer.keys"])
    """A file of TSIG keys, as tsig-keygen prints them."""
    catalog_zone: Domain | None = Field(default=None, examples=["catalog.sink.example"])
    """The name under which secondaries get the catalogue as a catalog zone (RFC 9432); without it there is none."""
    rate_limit: Annotated[StrictInt, Field(ge=0, le=1_000_000)] = 200
    """UDP replies a second to one /24 or /56 and of one class (answers, NODATA, NXDOMAIN, errors); 0: no limit."""
    slip: Annotated[StrictInt, Field(ge=0, le=10)] = 2
    """Every how manyth reply over the limit says "ask again over TCP" instead of nothing; 0: none, 1: each."""
    rate_limit_exempt: tuple[IpNetwork, ...] = Field(
        default=(IPv4Network("127.0.0.0/8"), IPv6Network("::1/128")), examples=[["127.0.0.0/8", "192.0.2.0/24"]]
    )
    """Networks without a limit: your own resolvers and monitoring. From this machine nobody else can send."""
    zone: tuple[ZoneFile, ...] = ()
    """Whole zones beside the catalogue."""
    secondary: tuple[SecondaryServer, ...] = ()
    """Servers that copy what is served here."""


class SmtpSection(ConfigSection):
    """The mail sink."""

    listen: Annotated[tuple[SmtpListen, ...], NOT_EMPTY] = Field(examples=[["127.0.0.1:2500"]])
    """Addresses with port; never 465 or 587, where mail programs bring passwords."""
    hostname: Domain = "mx.sink.example"
    """The host that the MX of catalogued domains names; greets clients, too."""
    workers: Workers = 1
    """Processes that share the sockets; one a core at most."""
    certificate: ExistingFile | None = Field(default=None, examples=["tls/chain.pem"])
    """PEM file of the certificate chain for STARTTLS, read again when it changes; without it one is made."""
    key: ExistingFile | None = Field(default=None, examples=["tls/key.pem"])
    """PEM file of the certificate's private key; needed where `certificate` is given."""
    explanations: ExistingFolder | None = Field(default=None, examples=["explanations"])
    """A folder of texts that policies explain and refuse tell senders, a file en.txt, fr.txt … for each language; for
    a language without one there, and without the folder, the built-in text in English and French."""
    language: LanguageTag = "en"
    """The language of these texts where a row of the catalogue names none in its column lang."""
    proxy_from: tuple[IpNetwork, ...] = ()
    """Networks of proxies (haproxy) whose connections start with a PROXY header, version 1 or 2."""
    bare_newline: Literal["refuse", "accept"] = "refuse"
    """refuse or accept: what becomes of DATA with a bare CR or LF, which smuggled mails have and some old senders."""
    connections: Annotated[StrictInt, Field(ge=1, le=1_000_000)] = 8000
    """Connections that a worker takes at a time; for one more a client that sleeps is sent away, else it hears 421."""
    connection_rate: Annotated[StrictInt, Field(ge=0, le=1_000_000)] = 1000
    """New connections a second that a worker takes, about what a core can serve; in a flood the others hear a short 421
    at once; 0: no limit."""
    connection_rate_per_prefix: Annotated[StrictInt, Field(ge=0, le=1_000_000)] = 100
    """The same from one /24 or /56, so that one network alone can't use up the limit of all; 0: no limit."""
    connection_rate_exempt: tuple[IpNetwork, ...] = Field(
        default=(IPv4Network("127.0.0.0/8"), IPv6Network("::1/128")), examples=[["127.0.0.0/8", "192.0.2.0/24"]]
    )
    """Networks that these two limits don't count: your own monitoring, machines that measure."""


class CatalogueSection(ConfigSection):
    """The domains that are held."""

    files: Annotated[tuple[ExistingFile, ...], NOT_EMPTY] = Field(examples=[["zonefiles/catalogue.csv"]])
    """CSV files with a header row domain,intended,policy,until,then,note,lang; the last ones may be left out."""
    template: ExistingFile | None = Field(default=None, examples=["zonefiles/template.zone"])
    """What every catalogued domain publishes; without it the built-in template."""
    guard: Literal["off", "required"] = "off"
    """off, or required: no policy above null for a name that no `catcher check --against ZONE` cleared in 24 hours."""


def _url(value: str, info: ValidationInfo) -> str:
    scheme, colon, rest = value.partition(":")
    remedy = 'write "sqlite:" and a file, like "sqlite:var/catcher.db"'
    if not colon or scheme != "sqlite":
        raise wrong(f'"{value}" is not a store that catcher knows', remedy)
    rest = "/" + rest.lstrip("/") if rest.startswith("///") else rest
    if not rest or rest.startswith((":", "//")) or rest.endswith("/"):
        raise wrong(f'"{value}" names no file', remedy)
    return f"sqlite:{base(info) / rest}"


class StoreSection(ConfigSection):
    """Where observations are kept, and for how long."""

    url: Annotated[str, AfterValidator(_url)] = "sqlite:var/catcher.db"
    """The database: "sqlite:" and a file."""
    keep_days: Annotated[StrictInt, Field(ge=1, le=3650)] = 180
    """Days until an observation is reduced to daily counts; after 30 days it is coarsened already."""

    @property
    def path(self) -> Path:
        """The file of a sqlite: URL, absolute."""
        return Path(self.url.removeprefix("sqlite:"))


class FingerprintSection(ConfigSection):
    """How senders are recognised."""

    lookups: StrictBool = True
    """Whether SPF, DKIM, DMARC and reverse DNS are looked up; false: no look-up at all, results are then "none"."""
    resolvers: tuple[ServerAddress, ...] = ()
    """Resolvers to ask, address and port; empty: the system's."""
    watchlist: ExistingFile | None = Field(default=None, examples=["watchlist.csv"])
    """A CSV file domain,organisation: names of organisations you protect."""
    networks: ExistingFile | None = Field(default=None, examples=["asn.mmdb"])
    """An MMDB database of autonomous systems: who holds a sender's network. Needs the package maxminddb."""


class NotifySection(ConfigSection):
    """Notices to both sides of a leak."""

    domain: Domain | None = Field(default=None, examples=["notices.sink.example"])
    """The domain notices are sent from; bounces and answers come back to it. Without it nothing is sent."""
    contacts: AnyPath = Path("contacts.csv")
    """Your own CSV file party,address,language,openpgp: whom to tell at an organisation; it goes before what
    `catcher contact find` finds. `catcher contact add` makes it when there is none."""
    mailboxes: Annotated[StrictInt, Field(ge=1, le=1000)] = 3
    """A notice is due when mail that counts came from so many mailboxes in a month, on as many days as `days` says."""
    days: Annotated[StrictInt, Field(ge=1, le=28)] = 3
    """On how many days of the month it has to have come."""
    quiet_days: Annotated[StrictInt, Field(ge=0, le=365)] = 14
    """Days that one organisation, in one role, is left alone after a notice."""
    escalate_days: Annotated[StrictInt, Field(ge=7, le=365)] = 30
    """Days without an answer after which an organisation, if mail goes on, is told by another way: another contact, a
    letter, the CSIRT; each is a draft that waits for approval."""
    second_approver: StrictBool = False
    """Whether two different people have to approve a notice before it is sent."""
    sender: OneLine = Field(default="", examples=["notices@notices.sink.example"])
    """The address in From, in notify.domain's organisation; empty: notices@ at notify.domain. Replies go to
    operator.contact."""
    smarthost: HostOrAddress | None = Field(default=None, examples=["smtp.sink.example"])
    """The mail server of yours that takes notices and delivers them, by name or address. Without it nothing is sent."""
    smarthost_port: Annotated[StrictInt, Field(ge=1, le=65535)] = 587
    """Its port."""
    smarthost_tls: Literal["starttls", "implicit", "none"] = "starttls"
    """starttls, implicit (port 465), or none; its certificate is verified; none is for a server on this machine."""
    smarthost_authorities: ExistingFile | None = Field(default=None, examples=["tls/authorities.pem"])
    """PEM file of the authorities that its certificate may come from; without it those that this machine trusts."""
    smarthost_user: OneLine | None = Field(default=None, examples=["catcher"])
    """What to log in as; without it there is no login."""
    smarthost_password: ExistingFile | None = Field(default=None, examples=["smarthost.password"])
    """A file with the password on one line, for catcher alone to read."""
    retry_hours: Annotated[StrictInt, Field(ge=1, le=96)] = 48
    """How long a notice that the smarthost can't take now is tried again; then the next contact's turn comes."""
    dkim_selector: Label = "catcher"
    """The selector of the DKIM signature: the public key belongs at SELECTOR._domainkey below notify.domain."""
    dkim_key: ExistingFile | None = Field(default=None, examples=["dkim.pem"])
    """PEM file of the private key, RSA or Ed25519; without it an RSA key is made in the state folder. `catcher check`
    prints the record to publish."""

    @property
    def from_address(self) -> str:
        """The address in From; empty without a domain."""
        return self.sender or (f"notices@{self.domain}" if self.domain else "")


class AlertsSection(ConfigSection):
    """What you are told at once. Alerts hold incident numbers and counts, no names."""

    mail: MailAddress | None = Field(default=None, examples=["duty@operator.example"])
    """Where alerts go by mail, through notify.smarthost; without it none go by mail."""
    webhook: SecureAddress | None = Field(default=None, examples=["https://hooks.operator.example/catcher"])
    """Where alerts go by HTTPS, as JSON signed with `secret`; without it none go so."""
    secret: ExistingFile | None = Field(default=None, examples=["webhook.secret"])
    """A file with the secret that webhooks are signed with, 16 octets at least, for catcher alone to read."""
    authorities: ExistingFile | None = Field(default=None, examples=["tls/authorities.pem"])
    """PEM file of the authorities that the webhook's certificate may come from; without it those of this machine."""
    kinds: tuple[AlertWord, ...] = get_args(AlertWord)
    """What is told: new-party, marking, spike, request, policy-ends, delegation-lost, store-trouble."""


class LogSection(ConfigSection):
    """What goes to stderr."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    """The least severity that is logged: debug, info, warning or error."""


def _section() -> Any:
    """A section that may be left out: its keys' defaults hold, and a key without one is told as missing."""
    return Field(default_factory=dict)


class Config(ConfigSection):
    """The whole file, checked; every path absolute, every name an A-label."""

    node: NodeSection = _section()
    operator: OperatorSection = _section()
    dns: DnsSection = _section()
    smtp: SmtpSection = _section()
    catalogue: CatalogueSection = _section()
    store: StoreSection = _section()
    fingerprint: FingerprintSection = _section()
    notify: NotifySection = _section()
    alerts: AlertsSection = _section()
    log: LogSection = _section()

    _path: Path = PrivateAttr(default=Path("catcher.toml"))

    def model_post_init(self, context: Any, /) -> None:
        """Remembers the file that the values come from."""
        if isinstance(context, dict) and isinstance(context.get("path"), Path):
            self._path = context["path"]

    @property
    def path(self) -> Path:
        """The configuration file, absolute."""
        return self._path
