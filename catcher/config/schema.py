"""The schema of catcher.toml: a class for each section, and a field for each key with its sentence below.

Longer than others: all keys stand in one file, so that one search finds any key.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal, assert_never

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PrivateAttr, StrictBool, StrictInt, ValidationInfo

from catcher.config.values import (
    NOT_EMPTY,
    AlertChoice,
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
    SocketPath,
    TlsSuites,
    WebAddress,
    Workers,
    ZoneName,
    base,
    wrong,
)
from catcher.model.defaults import (
    DNS_REPLY_RATE,
    DNS_SLIP,
    LOOPBACK,
    NOTICE_DAYS,
    NOTICE_MAILBOXES,
    SMTP_CONNECTION_RATE,
    SMTP_CONNECTION_RATE_PER_PREFIX,
    SMTP_CONNECTIONS,
    SMTP_TLS_SUITES,
)
from catcher.model.language import Language, named_languages
from catcher.model.storekind import StoreKind
from catcher.model.telling.alert import CHOOSABLE

DEFAULT_STATE = Path("var")
"""The state folder, beside catcher.toml, where the file names none."""


class ConfigSection(BaseModel):
    """The rules of every section: unknown keys are errors, values are immutable, and defaults are checked as well.

    Only ``Config`` is validated; with ``defer_build``, no command spends time on separate validators of the sections.
    """

    model_config = ConfigDict(
        frozen=True, extra="forbid", defer_build=True, validate_default=True, hide_input_in_errors=True
    )


class NodeSection(ConfigSection):
    """This machine."""

    name: OneLine = "sink-1"
    """The name of this node in logs and reports."""
    state: AnyPath = DEFAULT_STATE
    """The folder of the database, keys, certificate and control socket; only catcher's account may write there."""
    user: OneLine = ""
    """Started as root, the server switches to this account once its sockets are bound; the account has to own the state
    folder. Empty: the server keeps the account that started it, which should not be root."""


class OperatorSection(ConfigSection):
    """You, the operator of this sink: every report is signed so."""

    name: OneLine = "The operator of this sink"
    """Your organisation's name."""
    contact: OneLine = ""
    """Your mail address, telephone number or both, for people who ask."""
    url: WebAddress = ""
    """Your web page on what you do and why."""
    postal: OneLine = ""
    """Your postal address, on one line."""


class ZoneFile(ConfigSection):
    """A whole zone beside the catalogue, served as it is. Repeat the section for each; thousands are normal."""

    name: ZoneName = Field(examples=["sink.example"])
    """The zone's apex; its labels may hold other printable characters, too, like ``*`` or ``0/25`` (RFC 2317)."""
    file: AnyPath = Field(examples=["zonefiles/sink.example.zone"])
    """Its master file (RFC 1035 §5)."""


class SecondaryServer(ConfigSection):
    """A server that copies zones and catalogue. Repeat the section for each."""

    address: ServerAddress = Field(examples=["192.0.2.53:53"])
    """Its address: transfers go there and NOTIFY (RFC 1996) is sent there, unless transfer_from and notify say
    otherwise. Without a port it is port 53."""
    key: KeyName | None = Field(default=None, examples=["secondary.sink.example"])
    """The name of the TSIG key with which it signs its requests; the key stands in dns.keys. Without a key its address
    alone is checked, which whoever can forge that address passes: for consumers that can't sign, like PowerDNS."""
    transfer_from: tuple[IpNetwork, ...] | None = Field(default=None, examples=[["192.0.2.0/28", "2001:db8::/64"]])
    """Networks from which it may ask for transfers; without the key, its address alone."""
    notify: tuple[ServerAddress, ...] | None = Field(default=None, examples=[["192.0.2.53:53"]])
    """Addresses to which NOTIFY goes; without the key, its address; an empty list: none."""
    zones: tuple[ZoneName, ...] = Field(default=(), examples=[["sink.example"]])
    """Whole zones that it copies. Empty: all of them, and the catalogue with its catalog zone."""
    catalogue: StrictBool = True
    """Whether it copies the catalogued names and the catalog zone."""


class DnsSection(ConfigSection):
    """The authoritative server."""

    listen: Annotated[tuple[Listen, ...], NOT_EMPTY] = Field(examples=[["127.0.0.1:5300", "[::1]:5300"]])
    """Addresses with port to listen on, each over UDP and TCP; an IPv6 address stands in brackets."""
    workers: Workers = 1
    """Processes that share the sockets; at most one for each core is of use."""
    nameservers: Annotated[tuple[Domain, ...], NOT_EMPTY] = ("ns1.sink.example", "ns2.sink.example")
    """Host names of the servers to which catalogued domains are delegated; the first is the SOA's MNAME."""
    nsid: Annotated[OneLine, Field(max_length=128)] = ""
    """The identifier of this server in replies to clients that ask for it by EDNS (RFC 5001). Empty: none is sent."""
    require_cookies: StrictBool = False
    """Whether a client needs a cookie from here to be answered over UDP (RFC 7873); without one it has to use TCP."""
    cookie_secrets: ExistingFile | None = Field(default=None, examples=["cookie-secrets.txt"])
    """A file of secrets for cookies, 32 hexadecimal digits a line. Servers behind one address need the same file. The
    first secret makes cookies; cookies of all are accepted. Without the file, a key in the state folder gives a new
    secret each day."""
    keys: ExistingFile | None = Field(default=None, examples=["transfer.keys"])
    """A file of TSIG keys in the form that tsig-keygen prints."""
    catalog_zone: Domain | None = Field(default=None, examples=["catalog.sink.example"])
    """The name of the catalog zone that lists the catalogue for secondaries (RFC 9432). Without it there is none."""
    catalog_group: Literal["none", "policy", "parent", "file"] = "none"
    """The property group of each member of the catalog zone (RFC 9432 §4.4.2), by which a secondary chooses a zone's
    settings: the policy in force, the name above the member, or the catalogue's file, without its ending."""
    dnstap: SocketPath | None = Field(default=None, examples=["/run/dnstap.sock"])
    """A Unix socket of a dnstap collector (frame streams), which is told every query and reply; never a file. Addresses
    are cut to /24 and /48, and what stands left of a catalogued name is replaced. Without it there is none."""
    freebind: StrictBool = False
    """Whether listen addresses may be absent from this machine at the start (IP_FREEBIND), as with VRRP or anycast."""
    packet_cache: StrictBool = True
    """Whether UDP replies come from the packet cache; false: each is made anew, to see if a fault is in the cache."""
    rate_limit: Annotated[StrictInt, Field(ge=0, le=1_000_000)] = DNS_REPLY_RATE
    """A /24 or /56 gets at most so many replies of a kind (answers, NODATA, NXDOMAIN, referrals, errors) and name in a
    second over UDP from this server: a forged flood then gets little back. 0: no limit."""
    slip: Annotated[StrictInt, Field(ge=0, le=10)] = DNS_SLIP
    """Of the replies over the limit, every n-th is sent empty with TC ("ask again over TCP"); the others are dropped.
    0: all are dropped, 1: none."""
    rate_limit_exempt: tuple[IpNetwork, ...] = Field(default=LOOPBACK, examples=[["127.0.0.0/8", "192.0.2.0/24"]])
    """Networks whose replies are not limited: loopback, your own resolvers and your monitoring. A single address frees
    itself alone, not its /24 or /56."""
    zone: tuple[ZoneFile, ...] = ()
    """Whole zones beside the catalogue."""
    secondary: tuple[SecondaryServer, ...] = ()
    """Servers that copy the zones and the catalogue."""


class LenientClients(ConfigSection):
    """Old devices whose faults are taken: a bare CR or LF in mail, a missing EHLO or HELO, lines that all end with LF
    alone. Name devices, never a mail server that passes on mail of others. Repeat the section for each."""

    networks: Annotated[tuple[IpNetwork, ...], NOT_EMPTY] = Field(examples=[["192.0.2.16/28", "2001:db8:1::/64"]])
    """Their networks."""


class SmtpSection(ConfigSection):
    """The mail sink."""

    listen: Annotated[tuple[SmtpListen, ...], NOT_EMPTY] = Field(examples=[["127.0.0.1:2500"]])
    """Addresses with port to listen on; never 465 or 587, where mail programs bring passwords."""
    hostname: Domain = "mx.sink.example"
    """The mail host's name, in the MX of catalogued domains and in the greeting to clients."""
    workers: Workers = 1
    """Processes that share the sockets; at most one for each core is of use."""
    certificate: ExistingFile | None = Field(default=None, examples=["tls/chain.pem"])
    """PEM file of the certificate chain for STARTTLS; it is read again when it changes. Without it a self-signed
    certificate is made in the state folder."""
    key: ExistingFile | None = Field(default=None, examples=["tls/key.pem"])
    """PEM file of the certificate's private key; needed where `certificate` is given."""
    tls_suites: TlsSuites = SMTP_TLS_SUITES
    """Cipher suites of TLS 1.2, in OpenSSL's form. The default has those of Postfix's list medium, for old senders; TLS
    1.3 has its own."""
    explanations: ExistingFolder | None = Field(
        default=None,
        examples=["explanations"],
        description="A folder with your own texts for senders under policies explain and refuse, a file for each "
        f"language (en.txt). A language without a file has the built-in text: {named_languages()}.",
    )
    language: LanguageTag = Language.ENGLISH.value
    """The language of these texts for rows of the catalogue whose column lang is empty."""
    proxy_from: tuple[IpNetwork, ...] = ()
    """Networks of your proxies (haproxy): their connections have to start with a PROXY header, version 1 or 2."""
    bare_newline: Literal["refuse", "accept"] = "refuse"
    """refuse or accept mail with a bare CR or LF in DATA: smuggled mails have them, and those of some old senders."""
    connections: Annotated[StrictInt, Field(ge=1, le=1_000_000)] = SMTP_CONNECTIONS
    """Most connections a worker holds at a time. When one more comes, the slowest client of the network with the most
    connections is closed; if none is slower than 4,000 octets a second, the new one gets 421."""
    connection_rate: Annotated[StrictInt, Field(ge=0, le=1_000_000)] = SMTP_CONNECTION_RATE
    """New connections a second that a worker takes, about what one core can serve; the others get 421 at once. An IPv6
    /32 has a quarter of them. 0: no limit."""
    connection_rate_per_prefix: Annotated[StrictInt, Field(ge=0, le=1_000_000)] = SMTP_CONNECTION_RATE_PER_PREFIX
    """New connections a second that a worker takes from one /24 or /48, so that one network can't use up the limit of
    all; one address or /64 has half of them, a /56 three quarters. 0: no limit."""
    connection_rate_exempt: tuple[IpNetwork, ...] = Field(default=LOOPBACK, examples=[["127.0.0.0/8", "192.0.2.0/24"]])
    """Networks whose connections these two rates don't count: loopback and your monitoring."""
    lenient: tuple[LenientClients, ...] = ()
    """Networks of old devices whose faults are taken."""


class CatalogueSection(ConfigSection):
    """The domains that are held."""

    files: Annotated[tuple[ExistingFile, ...], NOT_EMPTY] = Field(examples=[["zonefiles/catalogue.csv"]])
    """CSV files with a header row domain,intended,policy,until,then,note,lang; the last ones may be left out."""
    template: ExistingFile | None = Field(default=None, examples=["zonefiles/template.zone"])
    """A master file with the records that every catalogued domain publishes. Without it the built-in template holds."""
    guard: Literal["off", "required"] = "off"
    """off or required. Required: policies accept, explain and refuse hold only for names that a
    `catcher check --against ZONE` cleared in the last guard_hours; other names are treated as under policy null."""
    guard_hours: Annotated[StrictInt, Field(ge=24, le=72)] = 24
    """Hours for which a comparison clears names, from the transfer of the zone or from the first sight of its file."""


def _url(value: str, info: ValidationInfo) -> str:
    scheme, colon, rest = value.partition(":")
    remedy = 'write "sqlite:" and a file, like "sqlite:var/catcher.db"'
    kind = next((kind for kind in StoreKind if kind == scheme), None)
    if not colon or kind is None:
        raise wrong(f'"{value}" is not a store that catcher knows', remedy)
    match kind:
        case StoreKind.SQLITE:
            return _sqlite_url(value, rest, base(info), remedy)
        case _:
            assert_never(kind)


def _sqlite_url(value: str, rest: str, folder: Path, remedy: str) -> str:
    rest = "/" + rest.lstrip("/") if rest.startswith("///") else rest
    if not rest or rest.startswith((":", "//")) or rest.endswith("/"):
        raise wrong(f'"{value}" names no file', remedy)
    return f"{StoreKind.SQLITE}:{folder / rest}"


class StoreSection(ConfigSection):
    """The database of observations, and the time they are kept."""

    url: Annotated[str, AfterValidator(_url)] = "sqlite:var/catcher.db"
    """The database: "sqlite:" and a file."""
    keep_days: Annotated[StrictInt, Field(ge=1, le=3650)] = 180
    """Days after which an observation is reduced to daily counts; 30 days after it was made it is coarsened already."""
    rows_a_day: Annotated[StrictInt, Field(ge=1_000, le=1_000_000_000)] = 1_000_000
    """Observations that a day may add. Networks and proven senders have fair shares of them; mail beyond a share is
    answered as ever and only counted. A row takes about 1 kB; whoever floods a day adds 1 GB, of which one network
    that proves nothing adds a sixth."""
    reserve_mb: Annotated[StrictInt, Field(ge=0, le=1_000_000)] = 1_000
    """Megabytes of free disk below which no observation is added: policy accept answers 451. They are kept for folding
    and forgetting, whose log takes up to 512 MB before it gives room back. At most a tenth of the file system counts,
    or 20 MB if that is more. 0: no reserve."""

    @property
    def path(self) -> Path:
        """The absolute path in a sqlite: URL."""
        return Path(self.url.removeprefix("sqlite:"))


class FingerprintSection(ConfigSection):
    """Rules by which senders are recognised."""

    lookups: StrictBool = True
    """Whether SPF, DKIM, DMARC and reverse DNS are looked up. false: nothing is, and their results are "none"."""
    resolvers: tuple[ServerAddress, ...] = ()
    """Resolvers to ask, each an address with port. Empty: the system's own."""
    watchlist: ExistingFile | None = Field(default=None, examples=["watchlist.csv"])
    """A CSV file domain,organisation of the organisations you protect."""
    markings: ExistingFile | None = Field(default=None, examples=["markings.csv"])
    """Your own CSV file field,words,level of protective markings that catcher doesn't know, like a ministry's own
    header field or label."""
    networks: ExistingFile | None = Field(default=None, examples=["asn.mmdb"])
    """An MMDB database of autonomous systems: it names the holder of a sender's network. It needs the package
    maxminddb."""


class NotifySection(ConfigSection):
    """Notices to both sides of a leak."""

    domain: Domain | None = Field(default=None, examples=["notices.sink.example"])
    """The domain from which notices are sent and to which bounces and answers return. Without it nothing is sent."""
    contacts: AnyPath = Path("contacts.csv")
    """Your own CSV file party,address,language,openpgp of contacts; they come before those that `catcher contact find`
    finds. `catcher contact add` makes the file when there is none."""
    mailboxes: Annotated[StrictInt, Field(ge=1, le=1000)] = NOTICE_MAILBOXES
    """Mailboxes from which counted mail must come in one month before a notice is due; one alone may be a flood."""
    days: Annotated[StrictInt, Field(ge=1, le=28)] = NOTICE_DAYS
    """Days of that month on which it must come; one alone may be a flood."""
    quiet_days: Annotated[StrictInt, Field(ge=0, le=365)] = 14
    """Days after a notice in which the same organisation, in the same role, gets no other."""
    escalate_days: Annotated[StrictInt, Field(ge=7, le=365)] = 30
    """Days without an answer after which, if mail goes on, a draft to another contact, a letter or the CSIRT is made;
    it waits for approval."""
    second_approver: StrictBool = False
    """Whether two different people have to approve a notice before it is sent."""
    tenant_discovery: StrictBool = True
    """Whether the drafting of a notice asks Microsoft's public discovery if a tenant belongs to the sender's domain;
    Microsoft then learns which domain is asked about. If false, such mail is never a reason for a notice."""
    sender: OneLine = Field(default="", examples=["notices@notices.sink.example"])
    """The address in From, in notify.domain's organisation; replies go to operator.contact. Empty: notices@ at
    notify.domain."""
    smarthost: HostOrAddress | None = Field(default=None, examples=["smtp.sink.example"])
    """Name or address of your mail server that delivers notices. Without it nothing is sent."""
    smarthost_port: Annotated[StrictInt, Field(ge=1, le=65535)] = 587
    """The smarthost's port; 587 is for submission (RFC 6409)."""
    smarthost_tls: Literal["starttls", "implicit", "none"] = "starttls"
    """starttls, implicit (port 465) or none; none is only for a server on this machine. The certificate is verified."""
    smarthost_authorities: ExistingFile | None = Field(default=None, examples=["tls/authorities.pem"])
    """PEM file of the authorities that may have issued its certificate. Without it, those that this machine trusts."""
    smarthost_user: OneLine | None = Field(default=None, examples=["catcher"])
    """The user name to log in with. Without it there is no login."""
    smarthost_password: ExistingFile | None = Field(default=None, examples=["smarthost.password"])
    """A file with the password on one line; only catcher's account may read it."""
    retry_hours: Annotated[StrictInt, Field(ge=1, le=96)] = 48
    """Hours for which a notice is tried again while the smarthost can't take it; then the next contact is tried."""
    dkim_selector: Label = "catcher"
    """The selector of the DKIM signature; publish the public key at SELECTOR._domainkey below notify.domain."""
    dkim_key: ExistingFile | None = Field(default=None, examples=["dkim.pem"])
    """PEM file of the private key, RSA or Ed25519. Without it an RSA key is made in the state folder. `catcher check`
    prints the record to publish."""

    @property
    def from_address(self) -> str:
        """The address in From; empty if ``domain`` and ``sender`` are not set."""
        return self.sender or (f"notices@{self.domain}" if self.domain else "")


class AlertsSection(ConfigSection):
    """Alerts to you, as soon as something happens. They hold incident numbers and counts, no names."""

    mail: MailAddress | None = Field(default=None, examples=["duty@operator.example"])
    """The address to which alerts are mailed, through notify.smarthost. Without it none are mailed."""
    webhook: SecureAddress | None = Field(default=None, examples=["https://hooks.operator.example/catcher"])
    """The https address to which alerts are posted as JSON, signed with `secret`. Without it none are posted."""
    secret: ExistingFile | None = Field(default=None, examples=["webhook.secret"])
    """A file with the secret that signs webhooks, at least 16 octets; only catcher's account may read it."""
    authorities: ExistingFile | None = Field(default=None, examples=["tls/authorities.pem"])
    """PEM file of the authorities that may have issued the webhook's certificate. Without it, those that this machine
    trusts."""
    kinds: tuple[AlertChoice, ...] = Field(
        default=CHOOSABLE, description=f"The kinds of alert that are sent, of {', '.join(CHOOSABLE)}."
    )


class LogSection(ConfigSection):
    """The log, on stderr, and the log of deliveries."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    """The lowest severity that is logged: debug, info, warning or error."""
    deliveries: StrictBool = False
    """Whether each transaction leaves a line in a file a day under `deliveries` in the state folder: minute, the first
    four letters of its reference, outcome, size class, nothing else. The files are deleted after 14 days."""


RESTART_KEYS = ("node.state", "node.user", "dns.listen", "dns.workers", "dns.freebind", "smtp.listen", "smtp.workers")
"""Keys that a server reads at its start alone: the sockets are bound, the account is chosen, the state folder is
locked."""


def _section() -> Any:
    """A section that may be absent: then its keys have their defaults, and a key without a default is a fault."""
    return Field(default_factory=dict)


class Config(ConfigSection):
    """The whole file after all checks. Every path is absolute; every domain name is in A-labels."""

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
        """Stores the path of the configuration file."""
        if isinstance(context, dict) and isinstance(context.get("path"), Path):
            self._path = context["path"]

    @property
    def path(self) -> Path:
        """The absolute path of the configuration file."""
        return self._path
