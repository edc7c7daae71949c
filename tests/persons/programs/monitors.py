"""Machines that report: monitors, cron, scanners, backups, power supplies."""

from __future__ import annotations

from tests.persons.programs import words
from tests.persons.programs.program import Program
from tests.persons.programs.shapes import DOTNET, PHPMAILER, SHELL
from tests.persons.systems import gateways, microsoft
from tests.persons.systems.senders import GATEWAY, SES

_EN = words.table
PROGRAMS = (
    Program(
        58,
        "Nagios",
        "github.com/NagiosEnterprises/nagioscore: sample-config commands.cfg (notify-host-by-email by mail(1))",
        GATEWAY,
        SHELL + "Auto-Submitted: auto-generated\n",
        _EN("en ** PROBLEM Service Alert: srv12/Disk Space is CRITICAL **"),
        author=("nagios", "nagios"),
    ),
    Program(
        59,
        "Grafana",
        "github.com/grafana/grafana: pkg/services/notifications/smtp.go (gomail order: From, To, Subject)",
        GATEWAY,
        """
Mime-Version: 1.0
Date: {date}
From: {from:quoted}
To: {to:bare}
Subject: {subject}
Content-Type: multipart/alternative;
 boundary={boundary}
""",
        _EN("en [FIRING:1] High CPU load (srv12 production)"),
        author=("Grafana", "grafana"),
    ),
    Program(
        61,
        "uptime monitor of a service",
        "uptimerobot.com, statuscake.com: alert mails (Monitor is DOWN)",
        SES,
        PHPMAILER,
        words.table(
            """
en Monitor is DOWN: www.{domain}
de Monitor ist AUSGEFALLEN: www.{domain}
fr Le moniteur est HORS SERVICE : www.{domain}
es El monitor está CAÍDO: www.{domain}
""".replace("{domain}", "example")
        ),
        author=("Uptime", "alert"),
    ),
    Program(
        62,
        "cron",
        "debian: cron's do_command.c (X-Cron-Env, Auto-Submitted since 3.0pl1-128)",
        GATEWAY,
        """
From: {from:quoted}
To: {to:bare}
Subject: {subject}
MIME-Version: 1.0
Content-Type: text/plain; charset=UTF-8
Content-Transfer-Encoding: 8bit
X-Cron-Env: <SHELL=/bin/sh>
X-Cron-Env: <HOME=/root>
X-Cron-Env: <PATH=/usr/bin:/bin>
X-Cron-Env: <LOGNAME=root>
Message-Id: <20261120120000.{HEX:10}@srv12.{domain}>
Date: {date}
""",
        _EN("en Cron <root@srv12> /usr/local/bin/backup.sh"),
        author=("root", "root"),
    ),
    Program(
        64,
        "logwatch",
        "sourceforge.net/projects/logwatch: logwatch.pl (Precedence: bulk, X-Auto-Response-Suppress)",
        GATEWAY,
        """
To: {rcpt}
From: {from}
Subject: {subject}
Auto-Submitted: auto-generated
Precedence: bulk
Content-Type: text/plain; charset="UTF-8"
Message-Id: <20261120120000.{HEX:10}@srv12.{domain}>
Date: {date}
""",
        _EN("en Logwatch for srv12 (Linux)"),
        author=("", "logwatch"),
    ),
    Program(
        65,
        "scan of a multifunction printer",
        "docker-mailserver issue 1853 and others; vendors' manuals (Scan to E-mail)",
        GATEWAY,
        """
From: {from}
To: {rcpt}
Subject: {subject}
Date: {date}
Message-ID: <{dec:14}.{dec:5}@mfp-3.{domain}>
MIME-Version: 1.0
Content-Type: multipart/mixed;
	boundary="DC_BOUND_{boundary}"
X-Mailer: KONICA MINOLTA bizhub C368
""",
        words.table("""
en Message from KM_C368
de Nachricht von KM_C368
fr Scan depuis MFP-3
es Mensaje de KM_C368
it Messaggio da KM_C368
"""),
        author=("MFP Floor 3", "scanner"),
    ),
    Program(
        67,
        "backup job (Veeam, .NET)",
        "helpcenter.veeam.com: email notifications; learn.microsoft.com: System.Net.Mail",
        GATEWAY,
        DOTNET + "X-Priority: 1\n",
        words.table("""
en [Success] Daily backup (4 machines)
de [Erfolgreich] Tägliche Sicherung (4 Maschinen)
fr [Succès] Sauvegarde quotidienne (4 machines)
"""),
        author=("{shop} Backup", "backup"),
    ),
    Program(
        68,
        "card of a UPS",
        "APC Network Management Card user guide (e-mail notification); public forum posts with headers",
        gateways.BARE,
        """
Date: {date}
From: {from}
To: {rcpt}
Subject: {subject}
MIME-Version: 1.0
Content-Type: text/plain; charset=us-ascii
""",
        _EN("en Warning - UPS: On battery power in response to an input power problem."),
        author=("", "ups1"),
    ),
    Program(
        70,
        "test page of a printer's mail settings",
        "vendors' manuals: Send test e-mail; docker-mailserver issue 1853",
        microsoft.WITH_KEY,
        """
From: {from}
To: {rcpt}
Date: {date}
Subject: {subject}
MIME-Version: 1.0
Content-Type: text/plain; charset="utf-8"
Message-ID: <{hex:16}@{domain}>
""",
        words.table("""
en Test e-mail from the device
de Test-E-Mail vom Gerät
fr E-mail de test de l'appareil
es Correo de prueba del dispositivo
"""),
        author=("", "printer3"),
    ),
)
