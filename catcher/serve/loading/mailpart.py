"""Texts and certificate, and what else mail needs: of each the last good state."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from catcher.catalogue.stops import Stops
from catcher.config import Config
from catcher.model.errors import CatcherError, EnvironmentFailure
from catcher.model.serving import KeptPart, ServedPart
from catcher.serve.loading.keptpart import kept_parts
from catcher.serve.loading.loaded import LoadedDns, LoadedMail, MailRefused

log = logging.getLogger("catcher.serve")


def load_mail_part(loaded: LoadedDns, before: LoadedMail | None, now: datetime) -> LoadedMail | MailRefused:
    """Texts and certificate: of each the last good state, if the new one has faults."""
    # Imported when DNS is told already: at the start nothing waits for the modules of mail.
    from catcher import smtp
    from catcher.serve.mailfiles import mail_files
    from catcher.serve.smtp import certificate_files

    mail = mail_files(loaded.config, loaded.catalogue, now)
    config, kept = mail.config, list(mail.kept)
    stops, certificates_at = Stops(config.node.state), now
    try:
        stops.settle(loaded.catalogue, now)
    except CatcherError as error:  # the list then says what the catalogue says as well, or can't be read
        log.warning("the list of stopped domains stays as it is: %s", error)
    kept += (*_unreadable_stops(stops, now), *_alerts(config, now))
    try:
        certificates = certificate_files(config, now)
        smtp.Certificates(certificates)
    except CatcherError as error:
        if before is None:
            return MailRefused(str(error))
        certificates, certificates_at = before.certificates, before.certificates_at or now
        kept += kept_parts(ServedPart.MAIL, "certificate", error, now, before.certificates_at)
    return LoadedMail(config, mail.explanations, mail.lists, certificates, tuple(kept), certificates_at)


def _unreadable_stops(stops: Stops, now: datetime) -> Iterator[KeptPart]:
    try:
        stops.names()
    except EnvironmentFailure as error:
        for part in kept_parts(ServedPart.MAIL, "stopped", error, now, None):
            yield replace(part, instead="domains that were stopped before stay stopped")


def _alerts(config: Config, now: datetime) -> Iterator[KeptPart]:
    """The part of a secret, key or authority without which no alert is sent."""
    if config.alerts.mail is None and config.alerts.webhook is None:
        return
    from catcher.notices import configured

    try:
        configured.couriers(config)
    except CatcherError as error:
        part = next(kept_parts(ServedPart.MAIL, "alerts", error, now, None))
        yield replace(part, instead="no alerts are sent")
