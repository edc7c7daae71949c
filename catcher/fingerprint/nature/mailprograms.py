"""The programs with which people write mail, and what each of them writes into the header: a table of data.

Longer than others: one table, one row a program.

A row matches when all its first conditions hold and, where it has companions, one of those holds as well. A User-Agent
or X-Mailer never suffices by itself, since an answering program may copy it from the mail before: the row also asks for
a Message-ID, a boundary or another field of that program. (Outlook without Exchange is the weakest row: X-Mailer and
Thread-Index, both of which can be copied.) A match says how the mail was made, not who made it: a program that sends
through a person's mailbox looks alike where nothing in ``programs`` gives it away.

A row's source says what was looked at. "Seen" means that headers of that shape were read, with the years of those
mails. Other rows follow the documentation or source code that they name, not compared with it again for this table, or
only what is commonly known of the program.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from enum import StrEnum
from functools import lru_cache

from catcher.model.value import value

_CACHED_NAME_SETS = 1_024
_ID, _TYPE, _MAILER, _AGENT = b"message-id", b"content-type", b"x-mailer", b"user-agent"

Condition = tuple[bytes, "re.Pattern[bytes] | None"]
"""(name of a field, pattern that its value begins with; None when the field's presence suffices)."""


class SignsBy(StrEnum):
    """What makes the signs of a row."""

    CLIENT = "client"
    """A program with which people write."""
    SERVER = "server"
    """The mail server, for whatever sends through a mailbox: people's programs, and others by its interfaces."""
    CALENDAR = "calendar"
    """A calendar, in the name of whose owner the server sends."""


@value
class MailProgram:
    """A program, and the signs by which its mail is recognised."""

    name: str
    source: str
    signs: tuple[Condition, ...]
    """All of them hold."""
    companions: tuple[Condition, ...] = ()
    """At least one of them holds, unless there is none."""
    absent: tuple[bytes, ...] = ()
    """Fields that the mail doesn't have."""
    signs_by: SignsBy = SignsBy.CLIENT


def _is(name: bytes, pattern: bytes = b"") -> Condition:
    return name, re.compile(pattern, re.IGNORECASE) if pattern else None


def _id(pattern: bytes) -> Condition:
    return _ID, re.compile(rb"<(?:" + pattern + rb")[^<>\s]{0,300}>")


def _at(hosts: bytes) -> Condition:
    """A Message-ID made at one of ``hosts``."""
    return _ID, re.compile(rb"<[^<>@\s]{1,250}@(?:" + hosts + rb")>", re.IGNORECASE)


def _boundary(pattern: bytes) -> Condition:
    """A boundary that begins as the program makes it."""
    return _TYPE, re.compile(
        rb"multipart/[a-z-]{1,20}(?>;\s*[a-z-]{1,20}=(?:\"[^\"]*\"|[^\s;\"]*))*?;\s*boundary=\"?" + pattern, re.I
    )


_UUID = rb"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_UUID_UPPER = rb"[0-9A-F]{8}-[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{12}"
_FLOWED = (_TYPE, re.compile(rb"text/plain;(?:[^;]{0,80};){0,3}\s*format=\"?flowed", re.IGNORECASE))
_LANGUAGE, _AUTOCRYPT = _is(b"content-language"), _is(b"autocrypt")
_INLINE = _is(b"content-disposition", rb"inline")
_CLOUD = _at(rb"[a-z0-9.-]{1,80}\.prod\.(?:outlook|exchangelabs)\.com|[a-z0-9.-]{1,80}\.outlook\.com\.cn")
_MOZILLA: tuple[Condition, ...] = (
    _id(rb"[0-9A-F]{8}\.\d{6,8}@"),
    _is(b"x-mozilla-draft-info"),
    _is(b"x-identity-key"),
)
_MOZILLA += (_is(b"x-mozilla-status"), _AUTOCRYPT, _LANGUAGE, _is(b"x-me-sender"), _boundary(rb"-{12}[\w.]{20}"))

MAIL_PROGRAMS: tuple[MailProgram, ...] = (
    MailProgram(
        "Outlook with Exchange, Outlook on the web, Outlook mobile",
        "seen in public list archives; MS-OXCMAIL §2.1.3, MS-OXOMSG §2.2.1.3",
        (_is(b"thread-topic"), _is(b"thread-index", rb"(?:=\?|A[a-z0-9+/])")),
        (
            _is(b"accept-language"),
            _LANGUAGE,
            _is(b"x-ms-has-attach"),
            _is(b"x-ms-tnef-correlator"),
        ),
        signs_by=SignsBy.SERVER,
    ),
    MailProgram(
        "Outlook with Exchange, where a gateway dropped Thread-Index or Thread-Topic",
        "MS-OXCMAIL §2.1.3",
        (_is(b"x-ms-has-attach"), _is(b"accept-language")),
        (_is(b"thread-topic"), _is(b"thread-index"), _CLOUD, _boundary(rb"_0\d\d_")),
        signs_by=SignsBy.SERVER,
    ),
    MailProgram(
        "Exchange Online, of whose mail only the signed fields are judged",
        "MS-OXCMAIL §2.1.3.4; signed fields of Exchange Online as seen in public archives",
        (_is(b"x-ms-exchange-senderadcheck"), _CLOUD),
        (_boundary(rb"_0\d\d_"),),
        absent=(b"to", b"x-ms-has-attach", b"thread-topic"),
        signs_by=SignsBy.SERVER,
    ),
    MailProgram(
        "Outlook on a desk without Exchange",
        "MS-OXCMAIL §2.1.3.2",
        (_is(_MAILER, rb"microsoft (?:office )?outlook,? (?!express)"),),
        (
            _id(rb"[0-9a-f]{12}\$[0-9a-f]{8}\$[0-9a-f]{8}[$@]"),
            _id(rb"!&!"),
            _is(b"thread-index"),
            _CLOUD,
        ),
    ),
    MailProgram(
        "Outlook Express, Windows Mail, Windows Live Mail",
        "mails of 2002 in SpamAssassin's public corpus",
        (_is(_MAILER, rb"microsoft (?:outlook express|windows (?:live )?mail)"), _is(b"x-mimeole")),
        (
            _id(rb"[0-9A-Fa-f]{12}\$[0-9a-f]{8}\$[0-9a-f]{8}[\$@]"),
            _id(rb"[0-9A-F]{32}@"),
        ),
    ),
    MailProgram(
        "Outlook for Mac, older Outlook mobile",
        "seen in public list archives (Outlook for Mac, 2019 to 2025); the others as they are known",
        (_is(_AGENT, rb"(?:microsoft-macoutlook|microsoft-entourage|outlook-(?:ios|android))/"),),
        (_is(b"thread-topic"), _id(_UUID_UPPER), _is(b"x-ms-has-attach"), _boundary(rb"b_\d"), _CLOUD),
    ),
    MailProgram("Mail of Windows 10", "seen in public list archives, 2020 to 2023", (_at(rb"hxcore\.ol"),)),
    MailProgram(
        "Gmail in a browser or its app",
        "seen in public list archives",
        (_id(rb"CA[\w+=-]{20,100}@mail\.gmail\.com"),),
    ),
    MailProgram(
        "Google Calendar, an invitation in the organiser's name",
        "RFC 5546 §3.2.2; a reviewer's mail",
        (_is(b"sender", rb"(?:\"?google calendar\"? )?<?calendar-notification@google\.com"),),
        signs_by=SignsBy.CALENDAR,
    ),
    MailProgram(
        "Google Calendar",
        "seen in public archives: qemu-devel 2023 to 2025, dri-devel 2023",
        (_id(rb"calendar-" + _UUID + rb"@google\.com"),),
        signs_by=SignsBy.CALENDAR,
    ),
    MailProgram(
        "Notes, iNotes, Verse, Traveler",
        "seen in public list archives (HCL Notes, 2021); HCL Domino documentation",
        (_is(_MAILER, rb"(?:lotus|ibm|hcl) (?:notes|inotes|domino|verse|traveler)"),),
        (_id(rb"OF[0-9A-F]{8}\.[0-9A-F]{8}-ON"), _is(b"x-keepsent"), _is(b"x-mimetrack"), _is(b"x-notes-item")),
    ),
    MailProgram(
        "Notes behind a gateway that drops X-Mailer",
        "seen in public list archives with X-Mailer, 2021; without it, by HCL Domino documentation",
        (_id(rb"OF[0-9A-F]{8}\.[0-9A-F]{8}-ON[0-9A-F]{8}\."), _is(b"x-mimetrack")),
    ),
    MailProgram(
        "Fastmail in a browser or its app",
        "seen in public list archives, 2022 to 2026",
        (_at(rb"(?:app|www|betaapp)\.fastmail\.com"),),
    ),
    MailProgram(
        "Cyrus JMAP",
        "as it is known; no mail was read for it",
        (_is(_AGENT, rb"cyrus-jmap/"),),
        (_is(b"x-me-sender"), _is(b"x-me-proxy"), _id(_UUID)),
    ),
    MailProgram(
        "Fastmail, any program",
        "Fastmail help: header fields",
        (_is(b"x-me-sender"), _is(b"feedback-id", rb"\S{1,80}:fastmail\Z")),
        (_is(_AGENT), _is(_MAILER), _id(_UUID)),
        signs_by=SignsBy.SERVER,
    ),
    MailProgram(
        "Proton Mail", "seen in public list archives, 2022 to 2026", (_is(b"feedback-id", rb"\d{1,20}:user:proton\Z"),)
    ),
    MailProgram(
        "Proton Mail",
        "seen in public list archives, 2022 to 2026",
        (_id(rb"[\w-]{60,100}=*@"),),
        (_is(b"x-pm-message-id"), (_ID, re.compile(rb"<[\w-]{60,100}=*@(?:proton(?:mail)?\.(?:me|com|ch)|pm\.me)>"))),
    ),
    MailProgram(
        "Amazon WorkMail",
        "seen in public list archives, 2020 to 2026; Amazon WorkMail administrator guide",
        (_is(_MAILER, rb"amazon workmail"),),
        (
            _is(b"x-wm-sent-timestamp"),
            _is(b"thread-index"),
            _is(b"thread-topic"),
            _is(b"feedback-id"),
        ),
    ),
    MailProgram(
        "Mail on a Mac",
        "seen in public list archives, 2023 to 2026",
        (_is(b"mime-version", rb"1\.0\s+\(Mac OS X Mail "),),
    ),
    MailProgram(
        "Mail on a Mac",
        "seen in public list archives, 2023 to 2026",
        (_is(_MAILER, rb"apple mail \("),),
        (
            _boundary(rb"Apple-Mail"),
            _is(b"mime-version", rb"1\.0\s+\("),
            _is(b"x-universally-unique-identifier"),
        ),
    ),
    MailProgram(
        "Mail on iPhone, iPad, Watch",
        "seen in public list archives, 2018 to 2026",
        (_is(_MAILER, rb"(?:iphone|ipad|ipod|apple ?watch) mail \("),),
        (_is(b"mime-version", rb"1\.0\s+\(1\.0\)"), _boundary(rb"Apple-Mail")),
    ),
    MailProgram(
        "Mail on iPhone behind a gateway that drops X-Mailer",
        "follows the row above; no such mail was read",
        (_is(b"mime-version", rb"1\.0\s+\(1\.0\)"),),
        (_id(_UUID_UPPER), _boundary(rb"Apple-Mail")),
    ),
    MailProgram(
        "iCloud Mail in a browser",
        "seen in public list archives, 2016 to 2026",
        (_is(_MAILER, rb"icloud mailclient"),),
        (_id(_UUID), _id(_UUID_UPPER), _at(rb"(?:me|icloud|mac)\.com")),
    ),
    MailProgram(
        "Thunderbird, Betterbird, SeaMonkey, Icedove, Postbox",
        "after Mozilla's source, mailnews/compose",
        (
            _is(
                _AGENT,
                rb"(?:mozilla thunderbird|betterbird|thunderbird|icedove|postbox|seamonkey|mozilla/5\.0"
                rb" \([^()]{1,120}\) (?:gecko|applewebkit)/[^()]{1,60}"
                rb"(?:thunderbird|seamonkey|postbox|icedove|betterbird|lightning)/)",
            ),
        ),
        (*_MOZILLA, _FLOWED),
    ),
    MailProgram(
        "Thunderbird that hides its name",
        "after Mozilla's source, mailnews.headers.sendUserAgent",
        (_id(_UUID + rb"@"), _LANGUAGE),
        (_FLOWED, _boundary(rb"-{12}\w{24}")),
    ),
    MailProgram(
        "K-9 Mail, Thunderbird for Android",
        "seen in public list archives (K-9 Mail, 2019 to 2026); thunderbird-android source, MessageBuilder",
        (_is(_AGENT, rb"(?:k-9 mail|thunderbird) (?:beta )?for android"),),
        (_id(_UUID_UPPER), _AUTOCRYPT, _boundary(rb"-{4}[0-9A-Z]{10}")),
    ),
    MailProgram(
        "FairEmail",
        "by FairEmail's source, MessageHelper; no mail was found",
        (_is(_AGENT, rb"fairemail"),),
        (_id(_UUID), _is(b"x-correlation-id"), _boundary(rb"-{4}=_Part_"), _AUTOCRYPT),
    ),
    MailProgram(
        "FairEmail",
        "by FairEmail's source, MessageHelper; no mail was found",
        (_is(_MAILER, rb"fairemail"),),
        (_id(_UUID), _is(b"x-correlation-id"), _boundary(rb"-{4}=_Part_"), _AUTOCRYPT),
    ),
    MailProgram(
        "Email on Android, Samsung Email",
        "seen in public list archives (Email on Android, 2010 to 2019); Android source, Rfc822Output",
        (_at(rb"email\.android\.com|email\.samsung\.com"),),
    ),
    MailProgram(
        "Samsung Email, Nine",
        "seen in public list archives (Android's boundary, 2023 and 2024); Android source; the others follow it",
        (_boundary(rb"--_com\.(?:samsung\.android|android|ninefolders\.hd3)\.email_"),),
    ),
    MailProgram("Spark", "seen in public list archives, 2017 to 2020", (_at(rb"spark(?:mail)?(?:app)?(?:\.com)?"),)),
    MailProgram("Spark", "seen in public list archives, 2017 to 2020", (_is(b"x-readdle-message-id"),)),
    MailProgram("BlueMail, TypeApp", "as it is known; no mail was found", (_at(rb"typeapp|bluemail|bluemail\.me"),)),
    MailProgram("Superhuman", "seen in public list archives, 2022 and 2025", (_is(b"x-superhuman-id"),)),
    MailProgram("Mailspring", "seen in public list archives, 2019 to 2023", (_at(rb"getmailspring\.com"),)),
    MailProgram(
        "Airmail, Edison, Canary, MailMate",
        "seen in public list archives (Airmail, 2014 to 2019; MailMate, 2019 to 2026); the others as they are known",
        (_is(_MAILER, rb"(?:airmail |edisonmail|canary|mailmate \()"),),
        (_id(_UUID), _id(_UUID_UPPER), _id(rb"etPan\."), _at(rb"airmail|edison(?:\.tech)?|canary")),
    ),
    MailProgram(
        "eM Client",
        "seen in public list archives, 2019 to 2025",
        (_is(_AGENT, rb"em[_ ]?client/"),),
        (_id(rb"em[0-9a-f-]{20}"), _boundary(rb"-{6}=_MB")),
    ),
    MailProgram(
        "The Bat!",
        "seen in public list archives, 2001 to 2012 (its name)",
        (_is(_MAILER, rb"the bat!"),),
        (_id(rb"\d{6,12}\.\d{14}@"), _is(b"x-priority"), _boundary(rb"-{10}[0-9A-F]")),
    ),
    MailProgram(
        "Evolution",
        "by its source: evolution-data-server source, camel-mime-message",
        (_id(rb"[0-9a-f]{8,64}\.camel@"),),
    ),
    MailProgram(
        "Evolution",
        "after evolution's source",
        (_is(_AGENT, rb"evolution "),),
        (_id(rb"\d{10}\.\d{3,6}\."), _boundary(rb"=-"), _INLINE),
    ),
    MailProgram(
        "KMail",
        "after KDE's source, KMime",
        (_is(_AGENT, rb"kmail/"),),
        (_id(rb"\d{6,12}\.[A-Za-z0-9]{8}"), _boundary(rb"nextPart")),
    ),
    MailProgram(
        "KMail that hides its name",
        "after KDE's source, KMime",
        (_id(rb"\d{6,12}\.[A-Za-z0-9]{10,14}@"), _boundary(rb"nextPart\d")),
    ),
    MailProgram(
        "Claws Mail, Sylpheed",
        "after Claws Mail's source",
        (_is(_MAILER, rb"(?:claws mail|sylpheed)"),),
        (_id(rb"\d{14}\.[0-9a-f]{8}"), _boundary(rb"(?:MP_/|Multipart=_)")),
    ),
    MailProgram(
        "Mutt, NeoMutt",
        "after Mutt's source, sendlib",
        (_is(_AGENT, rb"(?:neo)?mutt[/ -]"),),
        (
            _INLINE,
            _id(rb"\d{14}\.[A-Z]{2}\d"),
            _id(rb"\d{14}\.[a-z0-9]{16}@"),
            _id(rb"[\w+/-]{16}@"),
        ),
    ),
    MailProgram(
        "Mutt that hides its name",
        "after Mutt's source, sendlib",
        (_INLINE, _id(rb"(?:\d{14}\.[A-Z]{2}\d{1,7}|[\w+/%-]{16})@")),
    ),
    MailProgram(
        "Gnus, mu4e, Emacs",
        "after Emacs's source, message.el",
        (_is(_AGENT, rb"(?:gnus/|mu4e|notmuch/|emacs|t-gnus|wanderlust)"),),
        (_id(rb"[\w+-]{6,24}\.(?:fsf|gnus|ln2)"),),
    ),
    MailProgram(
        "Gnus that hides its name",
        "after Emacs's source, message.el",
        (_id(rb"[\w+-]{8,20}\.(?:fsf|gnus)(?:_-_)?@"),),
    ),
    MailProgram("Alpine, Pine", "after Alpine's source", (_id(rb"(?:alpine|Pine)\."),)),
    MailProgram(
        "aerc, meli, Himalaya",
        "after aerc's source",
        (_is(_AGENT, rb"(?:aerc|meli|himalaya)[/ ]"),),
        (_id(rb"[A-Z0-9]{10,13}\."),),
    ),
    MailProgram("aerc", "after aerc's source", (_is(_MAILER, rb"aerc[/ ]"),), (_id(rb"[A-Z0-9]{12}\."),)),
    MailProgram(
        "Roundcube",
        "after Roundcube's source, rcmail_sendmail",
        (_is(_AGENT, rb"(?:roundcube|posteo webmail)"),),
        (_is(b"x-sender"), _FLOWED, _boundary(rb"=_[0-9a-f]{32}")),
    ),
    MailProgram(
        "Roundcube",
        "after Roundcube's source, rcmail_sendmail",
        (_is(_MAILER, rb"roundcube"),),
        (_is(b"x-sender"), _FLOWED, _boundary(rb"=_[0-9a-f]{32}")),
    ),
    MailProgram(
        "Roundcube that hides its name",
        "after Roundcube's source, rcmail_sendmail",
        (_is(b"x-sender"), _id(rb"[0-9a-f]{32}@")),
    ),
    MailProgram(
        "SOGo",
        "seen in public list archives, 2019 to 2025; SOGo source, SOGoDraftObject",
        (_is(_AGENT, rb"sogo(?:mail)?"),),
        (_id(rb"[0-9a-f]+-[0-9a-f]{8}-[0-9a-f]+-[0-9a-f]+@"), _is(b"x-forward"), _boundary(rb"-{4}=_=-_OpenGroupware")),
    ),
    MailProgram(
        "Horde, IMP, Nextcloud Mail",
        "seen in public list archives (Horde, 2016 to 2020); Horde_Mime source, Headers_MessageId",
        (_id(rb"\d{14}\.(?:Horde\.)?[\w-]{10,32}@"),),
        (_is(_AGENT, rb"(?:horde|internet messaging program|dynamic internet messaging)"), _boundary(rb"=_[\w-]{20}")),
    ),
    MailProgram("SquirrelMail", "after SquirrelMail's source", (_id(rb"[\w.]{6,80}\.squirrel@"),)),
    MailProgram(
        "RainLoop, SnappyMail, AfterLogic",
        "seen in public list archives (RainLoop, 2020 to 2022; SnappyMail, 2022); the others as they are known",
        (_is(_MAILER, rb"(?:rainloop/|snappymail/|afterlogic|mailbee)"),),
        (
            _id(rb"[0-9a-f]{32}(?:[0-9a-f]{8})?@"),
            _id(_UUID),
            _boundary(rb"--=_RainLoop"),
        ),
    ),
    MailProgram(
        "Zimbra, Carbonio",
        "after Zimbra's source, ZMailbox",
        (_is(_MAILER, rb"(?:zimbra|carbonio|zextras)"),),
        (
            _is(b"thread-topic"),
            _is(b"thread-index"),
            _is(b"x-originating-ip"),
            _id(rb"\d{1,12}\.\d{1,12}\.\d{13}\.JavaMail\.zimbra@"),
        ),
    ),
    MailProgram(
        "Kopano, Zarafa, grommunio",
        "seen in public list archives (Kopano, 2019 to 2022); the others as they are known",
        (_is(_MAILER, rb"(?:kopano|zarafa|grommunio)"),),
        (_is(b"thread-index"), _is(b"thread-topic"), _id(rb"(?:kcis|kc|zarafa|kopano)[.E]")),
    ),
    MailProgram(
        "Zoho Mail",
        "seen in public list archives, 2019 to 2026",
        (_is(_MAILER, rb"zoho mail"),),
        (
            _id(rb"[0-9a-f]{10,12}\.[0-9a-f]{6,16}\.\d{10,20}@"),
            _is(_AGENT, rb"zoho mail"),
            _is(b"feedback-id", rb"\S{1,900}:zohomail\Z"),
        ),
    ),
    MailProgram(
        "Open-Xchange (mailbox.org, IONOS, Telekom)",
        "seen in public list archives, 2018 to 2024",
        (_is(_MAILER, rb"open-xchange mailer"),),
        (
            _is(b"x-originating-client"),
            _is(b"x-originating-ip"),
        ),
    ),
    MailProgram(
        "Yahoo, AOL in a browser or their app",
        "as it is known; no mail was read for it",
        (_at(rb"mail\.yahoo\.com|mail\.yahoo\.co\.jp"), _id(rb"\d{1,12}\.\d{1,12}\.\d{13}@")),
    ),
    MailProgram(
        "GMX, WEB.DE, mail.com in a browser",
        "seen in public list archives, 2018 to 2026",
        (_id(rb"trinity-[0-9a-f-]{10}"),),
    ),
    MailProgram(
        "Tuta", "as it is known; no mail was found", (_at(rb"tuta(?:nota|mail)?\.(?:com|de|io)|keemail\.me|tuta\.com"),)
    ),
    MailProgram(
        "Yandex",
        "seen in public list archives, 2018 to 2021",
        (_is(_MAILER, rb"yamail \["),),
        (_at(rb"[a-z0-9.-]{1,80}\.yandex\.(?:ru|net|com)"),),
    ),
    MailProgram(
        "Yandex",
        "seen in public list archives, 2018 to 2021",
        (_at(rb"mail\.yandex\.(?:ru|com)|[a-z0-9.-]{1,80}\.yp-c\.yandex\.net"),),
    ),
    MailProgram(
        "Mail.ru",
        "seen in public list archives, 2019 to 2024",
        (_is(_MAILER, rb"mail\.ru mailer"),),
        (_at(rb"[a-z0-9.-]{1,60}\.mail\.ru"),),
    ),
    MailProgram(
        "Infomaniak",
        "seen in public list archives, 2022 to 2026",
        (_is(_MAILER, rb"infomaniak workspace"),),
        (
            _is(b"x-ws-location"),
            _id(rb"[0-9a-f]{32}@"),
        ),
    ),
    MailProgram("HEY", "as it is known; no mail was found", (_at(rb"hey\.com"),)),
    MailProgram(
        "GroupWise",
        "seen in public list archives, 2005 to 2021",
        (_is(_MAILER, rb"(?:novell )?groupwise"),),
        (_id(rb"[0-9A-F]{8}\.[0-9A-F]{4}\."), _id(rb"[0-9A-F]{24}@"), _boundary(rb"=_?_Part")),
    ),
    MailProgram(
        "MDaemon, IceWarp, Axigen, MailEnable, SmarterMail in a browser",
        "seen in public list archives (WorldClient, 2003 to 2006, by its name); the others as they are known",
        (_is(_MAILER, rb"(?:worldclient|mdaemon webmail|icewarp|axigen webmail|mailenable webmail|smartermail)"),),
        (
            _id(rb"WC\d"),
            _id(_UUID),
            _id(rb"[0-9a-f]{32}"),
        ),
    ),
    MailProgram(
        "Coremail (163, 126, many universities)",
        "as it is known; no mail was read for it",
        (_id(rb"[0-9a-f]{4,12}\.[0-9a-f]{1,8}\.[0-9a-f]{6,12}\.Coremail\."),),
    ),
    MailProgram(
        "Foxmail",
        "seen in public list archives, 2001 to 2021",
        (_is(_MAILER, rb"foxmail \d"),),
        (_id(rb"\d{16,32}@"), _boundary(rb"-{4}=_\d{3}_NextPart")),
    ),
    MailProgram("QQ Mail", "seen in public list archives, 2022 to 2026", (_id(rb"tencent_[0-9A-F]{20}"),)),
    MailProgram(
        "Alibaba Cloud's mail in a browser",
        "seen in public archives: mails of lore.kernel.org, 2020 to 2026",
        (_is(_MAILER, rb"\[alimail-mailagent"),),
        (_id(_UUID + rb"\."), _is(b"x-aliyun-mail-creator")),
    ),
    MailProgram(
        "Seznam (seznam.cz, email.cz) in a browser",
        "seen in public archives: mails of lore.kernel.org, 2015 to 2024",
        (_is(b"mime-version", rb"1\.0\s+\(szn-mime-"),),
    ),
    MailProgram(
        "Mailfence",
        "seen in public archives: mails of lore.kernel.org, 2016 to 2024",
        (_is(_MAILER, rb"contactoffice mail"),),
        (_is(b"x-contactoffice-account"), _id(rb"\d{1,12}\.\d{1,12}\.\d{13}")),
    ),
    MailProgram(
        "Runbox",
        "seen in public archives: mails of lore.kernel.org and samba-technical, 2015 to 2023",
        (_is(_MAILER, rb"RMM\d"),),
        (_is(b"x-rmm-aliasid"), _at(rb"[a-z0-9.-]{1,60}\.runbox(?:\.com)?")),
    ),
    MailProgram(
        "Orange, Wanadoo, La Poste in a browser",
        "seen in public archives: mails of lore.kernel.org, 2006 and 2011",
        (_is(b"x-wum-nature", rb"email-nature"),),
        (_is(b"x-originating-ip"), _id(rb"\d{1,12}\.\d{1,12}\.\d{13}\.JavaMail\.www@ww")),
    ),
    MailProgram(
        "Geary",
        "seen in public archives: mails of lore.kernel.org, 2017 to 2025",
        (_is(_MAILER, rb"geary/"),),
        (_id(rb"[A-Z0-9]{6}\.[A-Z0-9]{10,16}@"), _id(rb"\d{10}\.\d{1,6}\.\d@"), _FLOWED),
    ),
    MailProgram(
        "Opera Mail",
        "seen in public archives: mails of lore.kernel.org and oss-security, 2008 to 2024",
        (_is(_AGENT, rb"opera mail/"),),
        (_id(rb"op\.[a-z0-9]{10,16}@"),),
    ),
    MailProgram(
        "Pegasus Mail",
        "seen in public archives: mails of lore.kernel.org, 2001 to 2020",
        (_is(_MAILER, rb"pegasus mail for win"),),
        (_id(rb"[0-9A-F]{8}\.\d{1,6}\.[0-9A-F]{4,8}@"),),
    ),
    MailProgram(
        "BlackBerry 10",
        "seen in public archives: mails of lore.kernel.org and alsa-devel, 2017 to 2023",
        (_is(_MAILER, rb"blackberry email \("),),
        (_id(rb"\d{14}\.\d{7}\.\d{1,6}\.\d{1,6}@"),),
    ),
    MailProgram(
        "MH-E, nmh, exmh",
        "seen in public archives: mails of lore.kernel.org, 2004 to 2025",
        (_is(_MAILER, rb"(?:mh-e \d|exmh version|nmh[ -]\d)"),),
        (_id(rb"\d{2,7}\.\d{10}(?:\.\d{1,3})?@"),),
    ),
    MailProgram(
        "Becky!",
        "seen in public list archives, 2005 to 2024",
        (_is(_MAILER, rb"becky! ver"),),
        (_id(rb"\d{14}\.[0-9A-F]{4}\."),),
    ),
    MailProgram(
        "Eudora",
        "as it is known; no mail was read for it",
        (_is(_MAILER, rb"(?:qualcomm windows )?eudora"),),
        (
            _id(rb"\d\.\d\.\d\.\d{1,3}\."),
            _id(rb"[p|][0-9a-f]{10,20}@"),
        ),
    ),
)


def _only_by_id(program: MailProgram) -> bool:
    return not program.companions and [name for name, _ in program.signs] == [_ID]


def _inline(pattern: re.Pattern[bytes] | None) -> bytes:
    assert pattern is not None
    return (b"(?i:" if pattern.flags & re.IGNORECASE else b"(?:") + pattern.pattern + b")"


_BY_ID = tuple(filter(_only_by_id, MAIL_PROGRAMS))
_ANY_ID = re.compile(b"|".join(_inline(program.signs[0][1]) for program in _BY_ID))
"""The Message-IDs that suffice by themselves, in one pattern: most programs are asked by one match."""


@lru_cache(_CACHED_NAME_SETS)
def _possible(names: frozenset[bytes]) -> tuple[MailProgram, ...]:
    """The other programs whose signs' fields are all present. Cached, since a program writes the same fields into all
    its mails; the key has only names of a closed list."""
    return tuple(
        program
        for program in MAIL_PROGRAMS
        if program not in _BY_ID
        and names.isdisjoint(program.absent)
        and all(name in names for name, _ in program.signs)
        and (not program.companions or any(name in names for name, _ in program.companions))
    )


def mail_program(names: frozenset[bytes], fields: Mapping[bytes, bytes]) -> MailProgram | None:
    """A program whose signs ``fields`` (name → value) have; None when no person's program is recognised."""
    if _ANY_ID.match(fields.get(_ID, b"")):
        return next(program for program in _BY_ID if _all(program.signs, fields))
    for program in _possible(names):
        if _all(program.signs, fields) and (not program.companions or _any(program.companions, fields)):
            return program
    return None


def _all(conditions: Iterable[Condition], fields: Mapping[bytes, bytes]) -> bool:
    return all(pattern is None or pattern.match(fields[name]) for name, pattern in conditions)


def _any(conditions: Iterable[Condition], fields: Mapping[bytes, bytes]) -> bool:
    for name, pattern in conditions:
        if name in fields and (pattern is None or pattern.match(fields[name]) is not None):
            return True
    return False
