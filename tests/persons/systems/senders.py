"""Services that programs send by: they sign for the organisation, so what they carry passes its DMARC."""

from __future__ import annotations

from tests.persons.system import Key, System

_ZONE = """
{domain} MX 10 mail.{domain}
mail.{domain} A {address}
_dmarc.{domain} TXT v=DMARC1; p=reject
"""
SES = System(
    number=101,
    name="Amazon SES",
    source="docs.aws.amazon.com/ses: header fields, Easy DKIM, custom MAIL FROM; lore.kernel.org: RT of"
    " linuxfoundation.org 2020 (X-SES-Outgoing, Feedback-ID)",
    provider_zone="""
amazonses.com TXT v=spf1 ip4:198.19.64.0/22 -all
224i4yxa5dv7c2xz3womw6peuasteono._domainkey.amazonses.com TXT {RSA}
""",
    zone=_ZONE
    + """
{domain} TXT v=spf1 mx include:amazonses.com -all
bounce.{domain} MX 10 feedback-smtp.us-east-1.amazonses.com
bounce.{domain} TXT v=spf1 include:amazonses.com ~all
{account}abc._domainkey.{domain} CNAME {account}abc.dkim.amazonses.com
{account}abc.dkim.amazonses.com TXT {RSA}
""",
    hosts=(("a8-31.smtp-out.amazonses.com", "198.19.64.31"), ("a11-56.smtp-out.amazonses.com", "198.19.65.56")),
    keys=(
        Key(
            "Date:From:Reply-To:To:Message-ID:Subject:MIME-Version:Content-Type",
            selector="{account}abc",
            canonicalization="relaxed/simple",
            tags="t={stamp};",
        ),
        Key(
            "Date:From:Reply-To:To:Message-ID:Subject:MIME-Version:Content-Type:Feedback-ID",
            domain="amazonses.com",
            selector="224i4yxa5dv7c2xz3womw6peuasteono",
            canonicalization="relaxed/simple",
            tags="t={stamp};",
        ),
    ),
    envelope="0100019{hex:9}-{hex:8}-{hex:12}-000000@bounce.{domain}",
    after="""
Feedback-ID: ::1.us-east-1.{b64:32}:AmazonSES
X-SES-Outgoing: 2026.11.20-198.19.64.31
""",
)
SENDGRID = System(
    number=102,
    name="SendGrid with the customer's own host name",
    source="docs.sendgrid.com: sender authentication, reverse DNS; lore.kernel.org: industrypack-devel 2022 (X-SG-EID)",
    zone=_ZONE
    + """
{domain} TXT v=spf1 mx -all
em1234.{domain} TXT v=spf1 ip4:{address} -all
em1234.{domain} MX 10 mx.sendgrid.net
s1._domainkey.{domain} CNAME s1.domainkey.u{account}.wl123.sendgrid.net
s1.domainkey.u{account}.wl123.sendgrid.net TXT {RSA}
""",
    hosts=(("o1.ptr5678.{domain}", "{address}"),),
    keys=(
        Key(
            "content-type:from:mime-version:subject:reply-to:to:cc:content-type:date:feedback-id:from:subject:to",
            selector="s1",
            tags="t={stamp};",
        ),
    ),
    envelope="bounces+1234567-{hex:4}-{rcpt}@em1234.{domain}",
    after="""
X-SG-EID: u001.{b64:60}
X-Entity-ID: u001.{b64:24}
""",
)
MAILGUN = System(
    number=103,
    name="Mailgun",
    source="documentation.mailgun.com: tracking, headers (X-Mailgun-*), domain verification",
    provider_zone="mailgun.org TXT v=spf1 ip4:198.19.68.0/23 ~all",
    zone=_ZONE
    + """
{domain} TXT v=spf1 mx include:mailgun.org ~all
mg.{domain} TXT v=spf1 include:mailgun.org ~all
mg.{domain} MX 10 mxa.mailgun.org
pic._domainkey.{domain} TXT {RSA}
""",
    hosts=(("m42-5.mailgun.net", "198.19.68.5"),),
    keys=(
        Key(
            "Content-Transfer-Encoding:Content-Type:Message-Id:To:To:Reply-To:From:From:Subject:Subject:Mime-Version:"
            "Date:Sender:Sender",
            selector="pic",
            tags="q=dns/txt; t={stamp};",
        ),
    ),
    envelope="bounce+{hex:6}.{hex:6}-{rcpt}@mg.{domain}",
    before="""
X-Mailgun-Sending-Ip: 198.19.68.5
X-Mailgun-Sid: WyJ{b64:24}
""",
)
MANDRILL = System(
    number=104,
    name="Mailchimp and its transactional service",
    source="mailchimp.com/developer: SMTP headers (X-MC-*, X-MC-User), domain authentication (k2, mte1)",
    provider_zone="spf.mandrillapp.com TXT v=spf1 ip4:198.19.72.0/23 ~all",
    zone=_ZONE
    + """
{domain} TXT v=spf1 mx include:spf.mandrillapp.com ~all
mte1._domainkey.{domain} CNAME dkim1.mandrillapp.com
dkim1.mandrillapp.com TXT {RSA}
mandrillapp.com TXT v=spf1 include:spf.mandrillapp.com -all
""",
    hosts=(("mail137-10.atl71.mandrillapp.com", "198.19.72.10"),),
    keys=(
        Key(
            "From:Subject:To:Reply-To:Message-Id:Date:MIME-Version:Content-Type:List-Unsubscribe:Feedback-ID",
            selector="mte1",
            tags="t={stamp}; x={week}; i={local}@{domain};",
        ),
    ),
    envelope="bounce-md_{hex:8}.{hex:8}.v1-{hex:32}@mandrillapp.com",
    after="""
X-Mandrill-User: md_{dec:8}
Feedback-ID: {dec:8}:{dec:8}.{hex:32}:md
""",
)
SALESFORCE = System(
    number=105,
    name="Salesforce",
    source="developer.salesforce.com: email headers (X-SFDC-*); lore.kernel.org: linux-erofs 2026",
    provider_zone="_spf.salesforce.com TXT v=spf1 ip4:198.19.76.0/23 ~all",
    zone=_ZONE
    + """
{domain} TXT v=spf1 mx include:_spf.salesforce.com ~all
sf1._domainkey.{domain} CNAME sf1.{account}.custdkim.salesforce.com
sf1.{account}.custdkim.salesforce.com TXT {RSA}
{account}.um8.bnc.salesforce.com TXT v=spf1 include:_spf.salesforce.com -all
""",
    hosts=(("smtp08-ia4-sp3.mta.salesforce.com", "198.19.76.8"),),
    keys=(
        Key("Date:From:To:Cc:Subject:Reply-To:Message-ID:MIME-Version:Content-Type", selector="sf1", tags="t={stamp};"),
    ),
    envelope="{local}={domain}__0-{hex:14}@{account}.um8.bnc.salesforce.com",
    after="""
X-SFDC-LK: 00D1U0000013lbu
X-SFDC-User: 0056e00000EKg1f
X-Sender: postmaster@salesforce.com
X-mail_abuse_inquiries: https://www.salesforce.com/company/legal/abuse
X-SFDC-ORGTYPE: ACTIVE
X-SFDC-Binding: 1WrIRBV94myi25uB
X-SFDC-EmailCategory: apiSingleMail
X-SFDC-Interface: internal
""",
)
ZENDESK = System(
    number=106,
    name="Zendesk for a domain of the customer's",
    source="support.zendesk.com: SPF and DKIM (zendesk1, zendesk2); clang-built-linux group 2020-2021",
    provider_zone="mail.zendesk.com TXT v=spf1 ip4:198.19.80.0/23 ~all",
    zone=_ZONE
    + """
{domain} TXT v=spf1 mx include:mail.zendesk.com ?all
zendesk2._domainkey.{domain} CNAME zendesk2._domainkey.zendesk.com
zendesk2._domainkey.zendesk.com TXT {RSA}
""",
    hosts=(("outbyoip13.pod13.use1.zdsys.com", "198.19.80.138"),),
    keys=(
        Key(
            "date:from:reply-to:to:message-id:in-reply-to:references:subject:mime-version:content-type:"
            "content-transfer-encoding",
            selector="zendesk2",
            tags="q=dns/txt; t={stamp};",
        ),
    ),
)
WEBSERVER = System(
    number=107,
    name="the organisation's web server (Postfix, OpenDKIM signs all)",
    source="opendkim.conf(5); postfix.org: sendmail(1) from PHP's mail()",
    zone="""
{domain} MX 10 mail.{domain}
{domain} TXT v=spf1 mx a:www.{domain} -all
_dmarc.{domain} TXT v=DMARC1; p=quarantine
default._domainkey.{domain} TXT {RSA}
mail.{domain} A {address}
""",
    hosts=(("www.{domain}", "{address}"),),
    keys=(
        Key(
            "To:Subject:Date:From:Reply-To:Message-ID:MIME-Version:Content-Type:From",
            selector="default",
            canonicalization="relaxed/simple",
            tags="t={stamp};",
        ),
    ),
    before="""
Received: by www.{domain} (Postfix, from userid 33)
	id {HEX:10}; {date}
""",
)
GATEWAY = System(
    number=108,
    name="the organisation's relay for its devices and servers (Exim)",
    source="exim.org: spec, dkim_domain; relay_from_hosts",
    zone=WEBSERVER.zone.replace("a:www.{domain}", "a:relay.{domain}").replace("default._domainkey", "x._domainkey"),
    hosts=(("relay.{domain}", "{address}"),),
    keys=(
        Key(
            "Content-Transfer-Encoding:Content-Type:In-Reply-To:MIME-Version:Date:Message-ID:From:References:To:"
            "Subject:Sender:Reply-To:Cc:Auto-Submitted:Precedence",
            selector="x",
            tags="q=dns/txt; t={stamp};",
            only_present=False,
        ),
    ),
    before="""
Received: from srv12.intern.{domain} ([10.0.3.12] helo=srv12)
	by relay.{domain} with esmtp (Exim 4.96)
	id 1vABCD-0001Ab-2C
	for {rcpt}; {date}
""",
)
