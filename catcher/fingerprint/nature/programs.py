"""The signs of programs that send mail without a person, apart from a field's mere presence (``fieldnames``): tables.

Sources: the names that these programs are known to write; few of them were checked one by one. Power Automate's fields
stand in Microsoft's documentation of its connector and were seen in a public list archive, as were those of Exchange's
rule agents. RFC 2142 names role mailboxes. A name that no program writes costs nothing; a name that is missing leaves a
mail of class *unknown*, since a person's mail needs positive signs.
"""

from __future__ import annotations

import re
from enum import StrEnum


def _words_of(text: str) -> frozenset[str]:
    return frozenset(text.split())


PROGRAM_MAILERS = re.compile(
    rb"(?:phpmailer|php[/ 0-9]|swift ?mailer|symfony|nodemailer|javamail|jakarta|spring|apache|otrs|znuny|zammad"
    rb"|osticket|glpi|jira|atlassian|confluence|servicenow|service-now|zendesk|fresh(?:desk|service)|help ?scout"
    rb"|hesk|hubspot|intercom|wordpress|contact form|wpforms|drupal|joomla|typo3|neos|concrete5|cakephp"
    rb"|codeigniter|laravel|laminas|zend[_ ]?(?:mail|framework)|yii|kohana|modx|magento|woocommerce|prestashop"
    rb"|shopware|shopify|oxid|phpbb|vbulletin|smf|xenforo|discourse|invision|mybb|moodle|ilias|limesurvey"
    rb"|surveymonkey|typeform|formmail|form ?mail|nagios|icinga|zabbix|grafana|prometheus|alertmanager|prtg"
    rb"|check_?mk|munin|monit|whatsup|solarwinds|orion|opmanager|manageengine|veeam|acronis|backup|synology|qnap"
    rb"|freenas|truenas|vmware|vcenter|proxmox|jenkins|teamcity|bamboo|gitlab|github|gitea|gerrit|redmine|trac"
    rb"|bugzilla|mantis|phabricator|sentry|sonarqube|nessus|qualys|rapid7|mime-tools|mime::|mail::|perl|python"
    rb"|ruby|actionmailer|rails|golang|go-mail|gomail|mailkit|mimekit|system\.net|\.net|powershell|aspnet|asp"
    rb"|aspmail|aspose|chilkat|indy |jmail|persits|smtp2go|blat|bmail|sendemail|swaks|msmtp|mailsend|mailx"
    rb"|heirloom|s-nail|bsd-?mailx|mail \(gnu|gnu mailutils|nail |curl|libcurl|vbs|cdo |microsoft cdo"
    rb"|microsoft sharepoint|microsoft dynamics|microsoft power|microsoft sql|sql ?server|database mail|dynamics"
    rb"|navision|sap |sap-|abap|oracle|peoplesoft|siebel|workday|netsuite|quickbooks|xero|sage |datev|lexware"
    rb"|crystal|cognos|businessobjects|tableau|salesforce|marketo|eloqua|pardot|mailchimp|mandrill|sendgrid"
    rb"|amazon ses|amazonses|mailgun|postmark|sparkpost|mailjet|sendinblue|brevo|aweber|campaign|constant contact"
    rb"|getresponse|activecampaign|klaviyo|cleverreach|newsletter|rapidmail|inxmail|emarsys|optivo|episerver"
    rb"|silverpop|acoustic|exacttarget|responsys|sendy|phplist|mailpoet|acymailing|mautic|listmonk|mailman|sympa"
    rb"|majordomo|listserv|lyris|ezmlm|docusign|adobesign|zoom|webex|eventbrite|ticketmaster|google apps script"
    rb"|azure|logic apps|zapier|ifttt|make\.com|n8n|autorespon|vacation|devis|phpautoreply|mcafee|sophos"
    rb"|barracuda|fortinet|cisco|ironport|asterisk|freepbx|3cx|hylafax|rightfax"
    rb"|efax|starface|avaya|faxserver|cron\b)",
    re.IGNORECASE,
)
"""How the X-Mailer or User-Agent of a program begins."""

PROGRAM_BOUNDARIES = re.compile(
    rb"multipart/[a-z-]{1,20}(?>;\s*[a-z-]{1,20}=(?:\"[^\"]*\"|[^\s;\"]*))*?;\s*boundary=\"?(?:={15}\d{10,20}==|--_NmP-"
    rb"|b[1-4]_[0-9a-f]{32}|b[1-4]=_|_=_swift|--boundary_\d|--==_mimepart_|_-{10}=_|PHP-(?:alt|mixed)-)",
    re.IGNORECASE,
)
"""Boundaries of libraries with which programs make mail: Python's email, Nodemailer, PHPMailer, SwiftMailer, .NET's
System.Net.Mail, Ruby's mail, Perl's MIME::Lite."""

PROGRAM_IDS = re.compile(
    rb"<(?:[^<>@\s]{1,900}@(?:odspnotify|etrnotification|geopod-ismtpd[\w-]{0,60}|ismtpd[\w.-]{0,60}\.sendgrid\.net"
    rb"|mtasv\.net|(?:mail\d{0,4}\.)?mandrillapp\.com)>|[0-9a-f]{12,16}_[0-9a-f]{2,40}@[\w.-]{1,200}\.mail>"
    rb"|[\d.-]{1,60}\.JavaMail\.(?!zimbra@|root@|www@ww)|\d{12,20}\.\d{1,10}\.\d{15,20}@)",
    re.IGNORECASE,
)
"""Message-IDs of programs. ``@odspnotify``: Microsoft 365's notices of files, tasks and Teams, in the sharer's name,
too (seen in public repositories); ``@EtrNotification``: a rule of Exchange Online (seen in a public list archive);
SendGrid, Postmark, Mandrill (by their documentation and common samples); Java's mail library, but for webmails that
use it (seen in public archives); Python's ``email.utils.make_msgid`` and Ruby's ``mail`` (by their source)."""

DEVICE_MAILERS = re.compile(
    rb"(?:canon|ricoh|aficio|savin|lanier|nashuatec|gestetner|xerox|workcentre|versalink|altalink|docucentre"
    rb"|fuji ?xerox|konica|minolta|bizhub|km[_ -]?(?:bt|c)|kmbt|develop|kyocera|taskalfa|ecosys|sharp|mx-\d"
    rb"|brother|epson|hp |hewlett|hp_?(?:digital|laserjet|officejet)|lexmark|toshiba|e-studio|oki\b|oki "
    rb"|samsung (?:mfp|mult|sl|sc)|panasonic|utax"
    rb"|triumph|olivetti|scan|network scanner|mfp|multifunction|fax)",
    re.IGNORECASE,
)
"""How the X-Mailer of a scanner or fax begins."""

DEVICE_SUBJECTS = re.compile(
    r"\W{0,4}(?:scanned (?:from|image|document|file|data|by|with)\b|scan(?:ned)? (?:from|to e?-?mail|data from"
    r"|file from|job|notification)\b|scan (?:vom?|von|de|da|desde|du|fra|från|van|z) (?:\w+ ){0,3}(?:xerox|canon"
    r"|ricoh|km|hp|mfp|brother|kyocera|sharp|ger[aä]t|scanner|impressora|multifunc\w+|multifonc\w+)"
    r"|message from [\"']?(?:km|rnp|bt|mx|mfp|kmbt|device|\w{2,4}\d{4})|attached image from"
    r"|(?:a )?document from (?:device|scanner|mfp)|image (?:data )?from (?:mx|mfp|device)|(?:incoming|received"
    r"|new) fax\b|fax (?:from|received|message|nachricht|empfangen|recu|recibido|ricevuto)\b|fax an\b"
    r"|nachricht von [\"']?(?:km|rnp)|gescann?te?s? (?:dokument|bild|datei)|eingescannt\w*|ihr scan\b"
    r"|num[eé]risation\b|document num[eé]ris[eé]|num[eé]ris[eé] (?:à partir|depuis|par)|escaneado\b"
    r"|documento (?:escaneado|digitalizado|scansionato)|digitaliza(?:do|ção|cao)\b|scansione\b|gescand (?:van"
    r"|vanaf|document)|skan(?:owanie)? (?:z|do|od)\b|skanowany|отсканирован\w*|скан(?:ированный)? (?:с|из"
    r"|документ)|tarama\b|taranan\b|skannat\b|skannattu\b|scannet\b"
    r"|スキャン|扫描|掃描|스캔)",
    re.IGNORECASE,
)
"""Subjects that scanners and faxes write, from their beginning."""

DEVICE_WORDS = _words_of(
    "scan scanner scanning scans scantomail scan2mail scan2email scantoemail mfp mfd mfc copier photocopier"
    " kopierer kopieerapparaat photocopieur copieur fotocopiadora fotocopiatrice multifunktion multifunction"
    " multifonction xerox ricoh kyocera bizhub konica lexmark skaner skener kserokopiarka yazici scaneur faxserver"
    " fax"
)
"""Words of local-parts that name a device; one of them, delimited, suffices."""

LONE_DEVICE_WORDS = _words_of(
    "printer printserver drucker imprimante impresora impressora stampante drukarka skrivare tulostin canon brother"
    " sharp epson toshiba oki"
)
"""Words that name a device only as the whole local-part, since they are surnames, too."""

PROGRAM_WORDS = _words_of(
    "noreply nreply donotreply dontreply notreply unreply neantworten nichtantworten nepasrepondre noresponder"
    " naoresponda nonrispondere nieodpowiadaj notification notifications notifier notificacion notificaciones"
    " notificacoes notifiche benachrichtigung benachrichtigungen bounce bounces alert alerts alarms alarme alerta"
    " alertas automat automatic automated automation automailer autoreply autoresponder autoresponse autosender"
    " nagios icinga zabbix grafana prometheus alertmanager prtg checkmk munin monitoring otp mfa verification"
    " verifications verify verifizierung confirmation confirmations cron crond anacron logwatch wwwdata httpd"
    " wordpress drupal joomla typo3 phpmailer mailer webform webforms kontaktformular contactform dmarc dmarcreport"
    " dmarcreports dmarcrep rua tlsrpt tlsreport tlsreports servicenow otrs znuny zendesk github gitlab redmine"
    " bugzilla veeam vcenter vmware synology newsletter newsletters ticketsystem mailrobot sysalert systemmail"
    " sharepoint powerautomate docusign mailserver webserver"
)
"""Words of local-parts that name a program; one of them, delimited, suffices."""

LONE_PROGRAM_WORDS = _words_of(
    "root daemon monit monitor apache nginx tomcat www web webserver form forms formular jira confluence jenkins"
    " bamboo teamcity sentry backup backups esx esxi nas qnap ups apc mailing digest receipt receipts quittung"
    " ticket tickets system systems robot bot server shipment tracking orderstatus workflow scheduler job jobs"
    " report reports reporting reminder reminders invitation invitations invite invites welcome signup registration"
    " register code codes confirm notify notifs survey surveys flow logicapps vacation auto alarm news updates"
    " update login signin security account password reset data"
)
"""Words that name a program only where all words of the local-part are of this list or of SHARED_WORDS."""

SHARED_WORDS = _words_of(
    "info information infos office mail email post kontakt contact contacts contato contacto contatti hello hallo"
    " hola hi bonjour team support help helpdesk servicedesk service services customer customers care kundenservice"
    " kundendienst sales vertrieb verkauf ventas vendite marketing press presse media pr hr personal jobs career"
    " careers karriere billing invoice invoices rechnung rechnungen facturation facturacion accounting buchhaltung"
    " finance payments payment order orders bestellung bestellungen pedidos booking bookings reservation"
    " reservations reservierung shop store webshop it edv admin administrator administration webmaster hostmaster"
    " abuse security privacy datenschutz legal compliance operations ops noc soc desk front reception empfang"
    " rezeption sekretariat zentrale poststelle online web website portal app dev sysadmin members membership club"
    " events event training academy school library newsroom central general enquiries enquiry inquiries inquiry"
    " request requests anfrage anfragen delivery shipping versand logistics it-support client clients success"
    " onboarding community group dispatch intake"
)
"""Words of local-parts of functions (RFC 2142 has some), behind which both people and programs write."""

OFFICE_WORDS = _words_of(
    "info information office mail email post kontakt contact contacts contato contacto contatti hello hallo hola hi"
    " bonjour team press presse hr personal finance accounting buchhaltung legal empfang rezeption reception"
    " sekretariat zentrale poststelle administration"
)
"""Those of SHARED_WORDS that are the first, often the only address of a small organisation."""

_DELIMITERS = re.compile(r"[-._+=\d]+")
_NO_REPLY = re.compile(r"(?:no|non|do[-_.]?not|dont|not|ne|nicht|nie)[-_.]?(?:reply|repl|response|respond|antwort)")


class MailboxUse(StrEnum):
    """What a mailbox is for, according to its name."""

    PROGRAM = "program"
    DEVICE = "device"
    """A scanner, printer or fax."""
    SHARED = "shared"
    """A function, behind which anybody may write."""
    OFFICE = "office"
    """The first address of a small organisation, from which its people write, and its website."""


def use_of(local_part: str) -> MailboxUse | None:
    """The use of a mailbox with this local-part, in lower case; None for what may be a person's."""
    words = [word for word in _DELIMITERS.split(local_part) if word]
    if not DEVICE_WORDS.isdisjoint(words) or (len(words) == 1 and words[0] in LONE_DEVICE_WORDS):
        return MailboxUse.DEVICE
    if not PROGRAM_WORDS.isdisjoint(words) or local_part.translate(_JOINED) in PROGRAM_WORDS:
        return MailboxUse.PROGRAM
    if words and _FUNCTIONS.issuperset(words):
        if not SHARED_WORDS.issuperset(words):
            return MailboxUse.PROGRAM
        return MailboxUse.OFFICE if OFFICE_WORDS.issuperset(words) else MailboxUse.SHARED
    return MailboxUse.PROGRAM if _NO_REPLY.search(local_part) else None


_JOINED = str.maketrans("", "", "-._")
_FUNCTIONS = LONE_PROGRAM_WORDS | SHARED_WORDS
