"""Header blocks that many programs share: those of the libraries that they send by."""

from __future__ import annotations

PHPMAILER = """
Date: {date}
To: {to}
From: {from}
Subject: {subject}
Message-ID: <{b64:30}@www.{domain}>
X-Mailer: PHPMailer 6.9.1 (https://github.com/PHPMailer/PHPMailer)
MIME-Version: 1.0
Content-Type: text/html; charset=UTF-8
"""
"""PHPMailer's createHeader (github.com/PHPMailer/PHPMailer)."""
DJANGO = """
Content-Type: multipart/alternative; boundary="==============={dec:19}=="
MIME-Version: 1.0
Subject: {subject}
From: {from}
To: {to:bare}
Date: {date}
Message-ID: <{stamp}12.{dec:5}.{dec:19}@web-1>
"""
"""django.core.mail: EmailMultiAlternatives.message (docs.djangoproject.com)."""
JAVA = """
Date: {date}
From: {from}
To: {to:bare}
Message-ID: <{dec:9}.{dec:4}.{stamp}123@app12>
Subject: {subject:q}
MIME-Version: 1.0
Content-Type: multipart/mixed;
	boundary="----=_Part_{boundary}"
"""
"""Jakarta Mail's MimeMessage.updateHeaders (jakartaee.github.io/mail-api)."""
RAILS = """
Date: {date}
From: {from}
To: {to:bare}
Message-ID: <{hex:12}_{hex:10}@web-7d4b9.mail>
Subject: {subject:q}
Mime-Version: 1.0
Content-Type: multipart/alternative;
 boundary="--==_mimepart_{boundary}";
 charset=UTF-8
Content-Transfer-Encoding: 7bit
"""
"""mikel/mail, Rails' ActionMailer (guides.rubyonrails.org)."""
DOTNET = """
MIME-Version: 1.0
From: {from:quoted}
To: {to:bare}
Date: {date}
Subject: {subject}
Content-Type: text/html; charset=utf-8
Content-Transfer-Encoding: base64
"""
"""System.Net.Mail.SmtpClient: no Message-ID of its own (learn.microsoft.com)."""
CDO = """
thread-index: {thread}
Thread-Topic: {topic}
From: {from}
To: {to:angle}
Subject: {subject}
Date: {date}
Message-ID: <{HEX:32}@{domain}>
MIME-Version: 1.0
Content-Type: multipart/alternative;
	boundary="----=_NextPart_{boundary}"
X-Mailer: Microsoft CDO for Windows 2000
Content-Class: urn:content-classes:message
Importance: normal
Priority: normal
X-MimeOLE: Produced By Microsoft MimeOLE
"""
"""CDO.Message of Windows (learn.microsoft.com: CDO for Windows 2000; lore.kernel.org: build mails of Windows hosts)."""
EXCHANGE_ONLINE = """
Received: from {HEX:4}PR09MB{dec:4}.namprd09.prod.outlook.com
 ([fe80::{hex:4}:{hex:4}:{hex:4}:{hex:4}]) by {HEX:4}PR09MB{dec:4}.namprd09.prod.outlook.com
 ([fe80::{hex:4}:{hex:4}:{hex:4}:{hex:4}%5]) with mapi id 15.20.9343.016; {date}
From: {from}
To: {to}
Subject: {subject:latin}
Thread-Topic: {topic:latin}
Thread-Index: {thread}
Date: {date}
Message-ID:
 <{HEX:4}PR09MB{dec:4}{HEX:28}@{HEX:4}PR09MB{dec:4}.namprd09.prod.outlook.com>
Accept-Language: en-US
Content-Language: en-US
X-MS-Has-Attach:
X-MS-TNEF-Correlator:
MIME-Version: 1.0
"""
"""What Exchange Online writes for any program that sends from a mailbox (lore.kernel.org: u-boot list, July 2021)."""
SHELL = """
From: {from}
To: {to:bare}
Subject: {subject}
Message-Id: <20261120120000.{HEX:10}@srv12.{domain}>
Date: {date}
"""
"""mail(1) or sendmail(1) from a script; Postfix adds Message-Id and Date (postfix.org: cleanup(8))."""
