"""Recognises mail platforms by their own header fields: a claim, like any other header text (tier ``claimed``).

A platform is identified by the domain in its reverse DNS. A platform is never named as the sender.
"""

from __future__ import annotations

from catcher.model.mail.transaction import Header

_BY_FIELD = {
    b"x-ms-exchange-crosstenant-id": "outlook.com",
    b"x-ms-exchange-organization-authas": "outlook.com",
    b"x-ms-office365-filtering-correlation-id": "outlook.com",
    b"x-ms-publictraffictype": "outlook.com",
    b"x-gm-message-state": "google.com",
    b"x-google-dkim-signature": "google.com",
    b"x-google-smtp-source": "google.com",
    b"x-proofpoint-guid": "pphosted.com",
    b"x-proofpoint-spam-details": "pphosted.com",
    b"x-proofpoint-virus-version": "pphosted.com",
    b"x-mc-unique": "mimecast.com",
    b"x-mimecast-spam-score": "mimecast.com",
    b"x-mimecast-originator": "mimecast.com",
    b"x-ironport-av": "iphmx.com",
    b"x-ironport-anti-spam-filtered": "iphmx.com",
    b"x-bess-id": "barracudanetworks.com",
    b"x-ses-outgoing": "amazonses.com",
    b"x-sg-eid": "sendgrid.net",
    b"x-mailgun-sid": "mailgun.org",
    b"x-mandrill-user": "mandrillapp.com",
    b"x-mc-user": "mcsv.net",
    b"x-sfmc-stack": "exacttarget.com",
    b"x-mj-mid": "mailjet.com",
}


def header_platforms(header: Header | None) -> tuple[str, ...]:
    """The domains of the platforms whose fields stand in the header, in the order of the header."""
    if header is None or _BY_FIELD.keys().isdisjoint(header.by_name):
        return ()
    return tuple(dict.fromkeys(_BY_FIELD[name] for name in header.by_name if name in _BY_FIELD))
