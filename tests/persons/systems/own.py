"""Servers that organisations run themselves: Exim, Postfix, Domino, MDaemon."""

from __future__ import annotations

from tests.persons.clients import desks, phones, webs
from tests.persons.system import Key, System

PEOPLE = (
    desks.THUNDERBIRD,
    desks.THUNDERBIRD,
    webs.ROUNDCUBE,
    desks.APPLE_MAIL,
    phones.IPHONE,
    phones.SAMSUNG,
    phones.K9,
    phones.GMAIL_APP,
    desks.OUTLOOK_IMAP,
    desks.EVOLUTION,
    desks.MUTT,
)
_ZONE = """
{domain} MX 10 mail.{domain}
{domain} TXT v=spf1 mx -all
_dmarc.{domain} TXT v=DMARC1; p=none
"""
EXIM = System(
    number=16,
    name="Exim with its default DKIM headers",
    source="exim.org: spec, dkim_sign_headers (_DKIM_SIGN_HEADERS); lore.kernel.org: collabora, infradead users",
    zone=_ZONE + "x._domainkey.{domain} TXT {RSA}\n",
    hosts=(("mail.{domain}", "{address}"),),
    keys=(
        Key(
            "Content-Transfer-Encoding:Content-Type:In-Reply-To:MIME-Version:Date:Message-ID:From:References:To:"
            "Subject:Sender:Reply-To:Cc:Content-ID:Content-Description:Resent-Date:Resent-From:Resent-Sender:"
            "Resent-To:Resent-Cc:Resent-Message-ID:List-Id:List-Help:List-Unsubscribe:List-Subscribe:List-Post:"
            "List-Owner:List-Archive",
            selector="x",
            tags="q=dns/txt;",
            only_present=False,
        ),
    ),
    clients=PEOPLE,
    before="""
Received: from [192.168.1.20] (helo=[192.168.1.20])
	by mail.{domain} with esmtpsa (TLS1.3) tls TLS_AES_128_GCM_SHA256
	(Exim 4.96)
	(envelope-from <{local}@{domain}>)
	id 1vABCD-0001Ab-2C
	for {rcpt};
	{date}
""",
)
OPENDKIM = System(
    number=17,
    name="Postfix with OpenDKIM (Debian's OversignHeaders)",
    source="opendkim.conf(5); Debian's opendkim.conf (OversignHeaders From); lore.kernel.org: many own servers",
    zone=_ZONE + "mail._domainkey.{domain} TXT {RSA}\n",
    hosts=(("mail.{domain}", "{address}"),),
    keys=(
        Key(
            "Date:From:To:Cc:Subject:References:In-Reply-To:From",
            selector="mail",
            canonicalization="relaxed/simple",
            tags="t={stamp};",
        ),
    ),
    clients=PEOPLE,
    before="""
Received: from [192.168.178.23] (unknown [192.168.178.23])
	(using TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits))
	(No client certificate requested)
	by mail.{domain} (Postfix) with ESMTPSA id {HEX:11}
	for <{rcpt}>; {date}
DKIM-Filter: OpenDKIM Filter v2.11.0 mail.{domain} {HEX:11}
""",
)
RSPAMD = System(
    number=19,
    name="Postfix with rspamd (mailcow)",
    source="rspamd.com: modules/dkim_signing, sign_headers; mailcow documentation (selector dkim)",
    zone=_ZONE + "dkim._domainkey.{domain} TXT {RSA}\n",
    hosts=(("mail.{domain}", "{address}"),),
    keys=(
        Key(
            "from:from:reply-to:subject:subject:date:date:message-id:message-id:to:to:cc:mime-version:mime-version:"
            "content-type:content-type:content-transfer-encoding:content-transfer-encoding:in-reply-to:in-reply-to:"
            "references:references",
            selector="dkim",
            tags="t={stamp};",
        ),
    ),
    clients=(webs.SOGO, *PEOPLE),
    before="""
Received: from [127.0.0.1] (localhost [127.0.0.1]) by localhost (Mailerdaemon) with ESMTPSA id {HEX:12}
	for <{rcpt}>; {date}
""",
    after="X-Last-TLS-Session-Version: TLSv1.3\n",
)
DOMINO = System(
    number=20,
    name="HCL Domino (no DKIM)",
    source="lore.kernel.org: mails of Notes users, X-MIMETrack; HCL: Domino signs by DKIM only since 12.0.1, if set up",
    zone=_ZONE.replace("_dmarc.{domain} TXT v=DMARC1; p=none\n", "").replace("v=spf1 mx", "v=spf1 ip4:{address}"),
    hosts=(("mail.{domain}", "{address}"),),
    keys=(),
    clients=(desks.NOTES,),
)
MDAEMON = System(
    number=22,
    name="MDaemon",
    source="help.mdaemon.com: DKIM signing (selector MDaemon, c=simple/relaxed by choice, t=, x=, q=dns/txt)",
    zone=_ZONE + "mdaemon._domainkey.{domain} TXT {RSA}\n",
    hosts=(("mail.{domain}", "{address}"),),
    keys=(
        Key(
            "From:Sender:Reply-To:To:Cc:Subject:Date:Message-ID:MIME-Version:Content-Type:In-Reply-To:References",
            selector="MDaemon",
            tags="t={stamp}; x={week}; i={local}@{domain}; q=dns/txt;",
        ),
    ),
    clients=(desks.OUTLOOK_IMAP, desks.THUNDERBIRD, phones.IPHONE),
    before="""
X-MDAV-Result: clean
X-MDAV-Processed: mail.{domain}, {date}
Received: from PC17 by mail.{domain} (192.168.0.5) (MDaemon PRO v24.0.1)
	with ESMTPSA id md5001{dec:9}.msg; {date}
X-Spam-Processed: mail.{domain}, {date}
	(not processed: message from valid local sender)
""",
    after="""
X-MDArrival-Date: {date}
X-Authenticated-Sender: {local}@{domain}
X-Return-Path: {local}@{domain}
X-Envelope-From: {local}@{domain}
X-MDaemon-Deliver-To: {rcpt}
""",
)
SYSTEMS = (EXIM, OPENDKIM, RSPAMD, DOMINO, MDAEMON)
