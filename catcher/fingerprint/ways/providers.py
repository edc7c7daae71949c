"""Mailbox providers and gateways: the names by which an organisation's MX and SPF name one, and its outbound hosts.

Longer than others: one row for each provider.

A row says nothing about an organisation by itself. Way (b) needs three that agree: the author's MX lies in ``mx``, his
SPF passes by a record in ``spf``, and the client's confirmed reverse name lies in ``hosts``. Sending services, whose
customers are programs, have no row.

The SPF names of Trend Micro (hes), Cisco, Gandi, Infomaniak, Mimecast and Proton were read on the pages that their rows
name. All other names are by the provider's documentation, which was not read again; some of these rows name only the
first page of that documentation. A wrong name makes mail of that provider's customers not count. It makes no other mail
count, since MX, SPF and reverse name have to agree.
"""

from __future__ import annotations

from collections.abc import Iterable

from catcher.model.domain import is_at_or_below
from catcher.model.value import value


@value
class MailProvider:
    """The names are A-labels; a name stands for itself and all names below it."""

    name: str
    mx: tuple[str, ...]
    """Names of its inbound hosts."""
    spf: tuple[str, ...]
    """Names that its customers put into ``include``, ``redirect`` or ``exists``."""
    hosts: tuple[str, ...]
    """Names of its outbound hosts; never a name below which customers have machines of their own."""
    source: str
    """A public page about its MX or SPF, or the first page of the provider's manual. ``hosts`` are the names in the PTR
    records of its addresses; no page lists them."""


def _row(name: str, *, mx: str, spf: str, hosts: str, source: str) -> MailProvider:
    return MailProvider(name, tuple(mx.split()), tuple(spf.split()), tuple(hosts.split()), source)


MAIL_PROVIDERS = (
    _row(
        "Microsoft 365",
        # The last names of each are those of outlook.com and hotmail.com themselves, as their records have them.
        mx="mail.protection.outlook.com mx.microsoft olc.protection.outlook.com",
        spf="spf.protection.outlook.com spf2.outlook.com spf-a.outlook.com spf-b.outlook.com",
        hosts="outbound.protection.outlook.com",
        source="https://learn.microsoft.com/microsoft-365/enterprise/external-domain-name-system-records",
    ),
    _row(
        "Microsoft 365 GCC High and DoD",
        mx="mail.protection.office365.us",
        spf="spf.protection.office365.us",
        hosts="outbound.protection.office365.us",
        source="https://learn.microsoft.com/microsoft-365/enterprise/dns-records-for-office-365-gcc-high",
    ),
    _row(
        "Microsoft 365 by 21Vianet",
        mx="mail.protection.partner.outlook.cn",
        spf="spf.protection.partner.outlook.cn",
        hosts="outbound.protection.partner.outlook.cn",
        source="https://learn.microsoft.com/microsoft-365/admin/services-in-china/services-in-china",
    ),
    _row(
        "Google",
        mx="google.com googlemail.com",
        spf="_spf.google.com",
        hosts="google.com",
        source="https://support.google.com/a/answer/33786",
    ),
    _row(
        "Proofpoint",
        mx="pphosted.com gpphosted.com ppe-hosted.com",
        spf="pphosted.com gpphosted.com ppe-hosted.com",
        hosts="pphosted.com gpphosted.com ppe-hosted.com",
        source="https://help.proofpoint.com/",
    ),
    _row(
        "Mimecast",
        mx="mimecast.com mimecast-offshore.com mimecast-pscom-us.com",
        spf="_netblocks.mimecast.com _netblocks.mimecast-offshore.com _netblocks.mimecast-pscom-us.com",
        hosts="mimecast.com mimecast-offshore.com mimecast-pscom-us.com",
        source="https://mimecastsupport.zendesk.com/hc/en-us/articles/34000792642963",
    ),
    _row(
        "Barracuda",
        mx="barracudanetworks.com",
        spf="barracudanetworks.com",
        hosts="barracuda.com barracudanetworks.com",
        source="https://campus.barracuda.com/doc/96022990",
    ),
    _row(
        "Cisco Secure Email",
        mx="iphmx.com",
        spf="iphmx.com",
        hosts="iphmx.com",
        source="https://www.cisco.com/c/en/us/support/docs/security/email-security-appliance/213938-understanding-the-ces-spf-record.html",
    ),
    _row(
        "Sophos",
        mx="hydra.sophos.com",
        spf="_spf.prod.hydra.sophos.com",
        hosts="hydra.sophos.com",
        source="https://docs.sophos.com/central/customer/help/en-us/",
    ),
    _row(
        "Trend Micro",
        mx="hes.trendmicro.com hes.trendmicro.eu tmes.trendmicro.com tmes.trendmicro.eu",
        spf="spf.hes.trendmicro.com spf.hes.trendmicro.eu spf.tmes.trendmicro.com spf.tmes.trendmicro.eu",
        hosts="hes.trendmicro.com hes.trendmicro.eu tmes.trendmicro.com tmes.trendmicro.eu",
        source="https://docs.trendmicro.com/en-us/enterprise/hosted-email-security-administrator-guide/about-domain-managem/configuring-a-domain/adding-spf-records.aspx",
    ),
    _row(
        "Symantec Email Security.cloud",
        mx="messagelabs.com",
        spf="spf.messagelabs.com",
        hosts="messagelabs.com",
        source="https://techdocs.broadcom.com/",
    ),
    _row(
        "Hornetsecurity",
        mx="hornetsecurity.com antispameurope.com",
        spf="spf.hornetsecurity.com spf.antispameurope.com",
        hosts="hornetsecurity.com antispameurope.com",
        source="https://help.cumulussmtp.com/article/280-hornetsecurity-correct-spf-authentication",
    ),
    _row(
        "Forcepoint",
        mx="mailcontrol.com",
        spf="mailcontrol.com",
        hosts="mailcontrol.com",
        source="https://help.forcepoint.com/",
    ),
    _row(
        "iCloud",
        mx="mail.icloud.com",
        spf="icloud.com",
        hosts="me.com icloud.com",
        source="https://support.apple.com/102374",
    ),
    _row(
        "Proton",
        mx="protonmail.ch",
        spf="_spf.protonmail.ch",
        hosts="protonmail.ch proton.ch mail-europe.com",
        source="https://proton.me/support/anti-spoofing-custom-domain",
    ),
    _row(
        "Fastmail",
        mx="messagingengine.com",
        spf="spf.messagingengine.com",
        hosts="messagingengine.com",
        source="https://www.fastmail.help/hc/en-us/articles/360060591153",
    ),
    _row(
        "Zoho",
        mx="zoho.com zoho.eu zoho.in zoho.jp zoho.com.au zoho.com.cn zoho.sa zohocloud.ca",
        spf="zoho.com zoho.eu zoho.in zoho.jp zoho.com.au zoho.com.cn zoho.sa zohocloud.ca zohomail.com zohomail.eu",
        hosts="zoho.com zoho.eu zoho.in zoho.jp zoho.com.au zoho.com.cn zoho.sa zohocloud.ca",
        source="https://www.zoho.com/mail/help/adminconsole/spf-configuration.html",
    ),
    _row(
        "Yahoo",
        mx="yahoodns.net",
        spf="_spf.mail.yahoo.com",
        hosts="mail.bf1.yahoo.com mail.bf2.yahoo.com mail.gq1.yahoo.com mail.ir2.yahoo.com mail.ne1.yahoo.com",
        source="https://senders.yahooinc.com/",
    ),
    _row(
        "Amazon WorkMail",
        mx="inbound-smtp.us-east-1.amazonaws.com inbound-smtp.us-west-2.amazonaws.com "
        "inbound-smtp.eu-west-1.amazonaws.com",
        spf="amazonses.com",
        hosts="smtp-out.amazonses.com smtp-out.us-west-2.amazonses.com smtp-out.eu-west-1.amazonses.com",
        source="https://docs.aws.amazon.com/workmail/latest/adminguide/add_domain.html",
    ),
    _row(
        "OVHcloud",
        mx="mail.ovh.net mail.ovh.ca",
        spf="mx.ovh.com mx.ovh.ca",
        hosts="mail-out.ovh.net mail-out.ovh.ca",
        source="https://help.ovhcloud.com/",
    ),
    _row(
        "IONOS",
        mx="ionos.com ionos.de ionos.co.uk ionos.es ionos.fr ionos.it kundenserver.de perfora.net 1and1.com",
        spf="_spf.perfora.net _spf.kundenserver.de _spf-us.ionos.com _spf-eu.ionos.com",
        hosts="mout.kundenserver.de mout.perfora.net",
        source="https://www.ionos.com/help/",
    ),
    _row(
        "Gandi",
        mx="mail.gandi.net",
        spf="_mailcust.gandi.net",
        hosts="mail.gandi.net",
        source="https://helpdesk.gandi.net/hc/en-us/articles/14001808469404-What-is-an-SPF-record",
    ),
    _row(
        "Infomaniak",
        mx="infomaniak.ch infomaniak.com",
        spf="spf.infomaniak.ch",
        hosts="mail.infomaniak.ch",
        source="https://www.infomaniak.com/en/support/faq/2199/manage-spf-records",
    ),
    _row(
        "Yandex",
        mx="mx.yandex.net mx.yandex.ru",
        spf="_spf.yandex.net _spf.yandex.ru",
        hosts="mail.yandex.net mail.yandex.ru",
        source="https://yandex.com/support/",
    ),
    _row(
        "Mail.ru",
        mx="mail.ru",
        spf="_spf.mail.ru",
        hosts="i.mail.ru",
        source="https://help.mail.ru/biz",
    ),
    _row(
        "Tuta",
        mx="tutanota.de",
        spf="spf.tutanota.de",
        hosts="tutanota.de",
        source="https://tuta.com/support",
    ),
    _row(
        "mailbox.org",
        mx="mailbox.org",
        spf="mailbox.org",
        hosts="mailbox.org",
        source="https://kb.mailbox.org/",
    ),
    _row(
        "Posteo",
        mx="posteo.de",
        spf="posteo.de",
        hosts="posteo.de",
        source="https://posteo.de/en/help",
    ),
    _row(
        "Rackspace",
        mx="emailsrvr.com",
        spf="emailsrvr.com",
        hosts="emailsrvr.com rsapps.net",
        source="https://docs.rackspace.com/",
    ),
    _row(
        "Hostinger",
        mx="hostinger.com titan.email",
        spf="_spf.mail.hostinger.com spf.titan.email",
        hosts="hostinger.io titan.email",
        source="https://www.pangaea.id/article/email-dns-records",
    ),
    _row(
        "Strato",
        mx="rzone.de",
        spf="smtp.rzone.de _spf.strato.com _spf.strato.de",
        hosts="smtp.rzone.de",
        source="https://www.strato.de/faq/",
    ),
    _row(
        "GoDaddy",
        mx="secureserver.net",
        spf="secureserver.net",
        hosts="prod.phx3.secureserver.net prod.iad2.secureserver.net prod.sxb1.secureserver.net",
        source="https://www.godaddy.com/help/",
    ),
    _row(
        "Namecheap Private Email",
        mx="privateemail.com",
        spf="spf.privateemail.com",
        hosts="privateemail.com",
        source="https://www.namecheap.com/support/knowledgebase/",
    ),
    _row(
        "Migadu",
        mx="migadu.com",
        spf="spf.migadu.com",
        hosts="migadu.com",
        source="https://migadu.com/guides/",
    ),
)


def providers_of(hosts: Iterable[str]) -> tuple[MailProvider, ...]:
    """The providers whose outbound hosts these are, by their confirmed names."""
    named = tuple(hosts)
    return tuple([row for row in MAIL_PROVIDERS if any(is_within(host, row.hosts) for host in named)])


def is_within(name: str, suffixes: Iterable[str]) -> bool:
    """Whether ``name`` is one of ``suffixes`` or below one."""
    return any(is_at_or_below(name, suffix) for suffix in suffixes)
