"""What the parent does with a load: begins it, takes its parts, forks the processes, tells the outcome.

::

    request ─▶ Loader ─▶ LoadedDns ─▶ DNS workers replaced ─▶ notify, upkeep ─▶ LoadedMail ─▶ mail processes ─▶ outcome
      └─ meanwhile: joined into one more load      └─ a loader that fails: told, tried again after a pause

Longer than others: the steps of one load share its state.
"""

from __future__ import annotations

import functools
import logging
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace

from catcher.config import Config
from catcher.model.clock import Clock
from catcher.model.errors import CatcherError, EnvironmentFailure, kind_and_place
from catcher.model.serving import KeptPart, ReloadOutcome, ReloadResult
from catcher.serve.generation import notify_tasks, upkeep_tasks
from catcher.serve.loading.load import load, load_mail
from catcher.serve.loading.loaded import Before, LoadedDns, LoadedMail, MailRefused, Refused
from catcher.serve.mailside import MailSide
from catcher.supervise import Loader, Supervisor, Task
from catcher.supervise.control.controlloop import OutcomeTaker
from catcher.supervise.loader import LoadWork
from catcher.supervise.lock import lock
from catcher.supervise.loop import Timer, guarded
from catcher.supervise.memory import trim

log = logging.getLogger("catcher.serve")

_FIRST_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS = 1.0, 60.0
"""Pauses before a load that failed by an unforeseen error is tried again: each is twice the one before."""
_UPKEEP_LOCK_SECONDS = 60.0
"""Seconds between two tries to get the lock of upkeep, while another server on the same state folder has it."""


@dataclass(slots=True)
class _Load:
    """One load on its way."""

    done: list[OutcomeTaker]
    began: float
    adopted: bool = False
    """Whether its LoadedDns came."""
    mail: LoadedMail | None = None
    refused: Refused | None = None
    is_read: bool = False
    """Whether the loader has ended."""
    dns_settled: bool = False
    mail_settled: bool = False
    mail_begun: bool = False
    is_told: bool = False
    error: str = ""
    dns_error: str = ""
    mail_error: str = ""


class Reloading:
    """Loads one state after another."""

    def __init__(
        self,
        config: Config,
        clock: Clock,
        roles: Collection[str],
        supervisor: Supervisor,
        *,
        mail: MailSide | None,
        dns_tasks: Callable[[LoadedDns], Sequence[Task]],
        configured: Callable[[Config], None],
    ) -> None:
        self.config = config
        """The configuration in force."""
        self.before = Before()
        """The state in force."""
        self.kept: tuple[KeptPart, ...] = ()
        """The parts for which an older state is in force."""
        self.adopted = self.failed = 0
        """Loads that took hold, the first one included, and loads that did not."""
        self.error = ""
        """Why the newest load failed, or what can't start since it; "" when all is well."""
        self.since = clock.now()
        """The moment at which the newest load took hold."""
        self.refusal: CatcherError | None = None
        self._clock = clock
        self._roles = roles
        self._supervisor = supervisor
        self._mail = mail
        self._dns_tasks = dns_tasks
        self._configured = configured
        self._loader = Loader(supervisor.loop)
        self._load: _Load | None = None
        self._asked: list[OutcomeTaker] = []
        self._started: OutcomeTaker | None = None
        self._pauses: dict[str, float] = {}
        """What is tried again → the pause before its last try."""
        self._timers: dict[str, Timer] = {}
        self._has_upkeep_lock = False
        self._stopped = False

    def start(self, started: OutcomeTaker) -> None:
        """Begins the first load; ``started`` is called once DNS serves and mail was tried."""
        self._started = started
        self.request()

    def request(self, done: OutcomeTaker = lambda _: None) -> None:
        """Begins a load, or lets the running one be followed by one more."""
        self._asked.append(done)
        self._begin()

    @property
    def is_loading(self) -> bool:
        """Whether a load is on its way."""
        return self._load is not None

    def stop(self) -> None:
        """Ends a running load and begins no other."""
        self._stopped = True
        self._loader.stop()
        for timer in self._timers.values():
            timer.cancel()

    def _begin(self) -> None:
        if self._load is not None or not self._asked or self._stopped:
            return
        asked, self._asked = self._asked, []
        work = functools.partial(load, self.config, self.before, self._roles, self._clock.now())
        self._run(_Load(asked, time.monotonic()), work)

    def _begin_mail(self) -> None:
        """Loads the mail part alone, since it was refused before."""
        if self._load is not None or self.before.dns is None or self._stopped:
            return
        work = functools.partial(load_mail, self.before, self._roles, self._clock.now())
        self._run(_Load([], time.monotonic(), adopted=True, dns_settled=True), work)

    def _run(self, load: _Load, work: LoadWork) -> None:
        self._load = load
        try:
            self._loader.start(
                work,
                self.before.references(),
                taken=functools.partial(self._take, load),
                done=functools.partial(self._read, load),
            )
        except Exception as error:  # the machine's errors: no process, no descriptor
            self._read(load, f"the loader can't be started: {kind_and_place(error)}")

    def _take(self, load: _Load, piece: object) -> None:
        match piece:
            case LoadedDns():
                self._adopt(load, piece)
            case LoadedMail():
                load.mail = piece
                self._start_mail(load)
            case MailRefused(error):
                load.mail_error = error
                if error not in self.error:
                    log.error("mail can't start, and is tried again: %s", error)
                self._later("mail", self._begin_mail)
            case Refused():
                load.refused = piece
            # any other piece: zones, which the Authority that follows refers to

    def _adopt(self, load: _Load, loaded: LoadedDns) -> None:
        tasks = self._dns_tasks(loaded) if "dns" in self._roles else []
        self.before = replace(self.before, dns=loaded)
        self.config = loaded.config
        load.adopted = True
        log.info("%s: %d domains in the catalogue", loaded.config.node.name, len(loaded.catalogue))
        guarded(lambda: self._configured(loaded.config))
        self._supervisor.replace("dns", tasks, lambda error: self._dns_settled(load, loaded, error))

    def _dns_settled(self, load: _Load, loaded: LoadedDns, error: str) -> None:
        load.dns_settled, load.dns_error = True, error
        if loaded.authority is not None:
            self._supervisor.replace("dns-notify", notify_tasks(loaded, self._clock))
        self._start_mail(load)
        self._advance(load)
        trim()

    def _replace_upkeep(self) -> None:
        """Two servers may use one state folder: upkeep runs in the one that has the lock."""
        if self.before.dns is None or self._stopped:
            return
        if not self._has_upkeep_lock:
            try:
                self._supervisor.loop.private.add(lock(self.config.node.state, "upkeep"))
            except EnvironmentFailure as error:
                log.debug("no upkeep here for now: %s", error)
                self._timers["upkeep"] = self._supervisor.loop.later(_UPKEEP_LOCK_SECONDS, self._replace_upkeep)
                return
            self._has_upkeep_lock = True
        lists = None if self.before.mail is None else self.before.mail.lists
        tasks = upkeep_tasks(self.before.dns, self._clock, self.kept, lists, stores_mail="smtp" in self._roles)
        self._supervisor.replace("upkeep", tasks)

    def _start_mail(self, load: _Load) -> None:
        """Starts the mail processes, once DNS serves and the mail part is there."""
        if load.mail is None or load.mail_begun or not load.dns_settled or self.before.dns is None:
            return
        assert self._mail is not None
        load.mail_begun = True
        loaded = self.before.dns
        self.before = Before(loaded, load.mail)
        self._mail.replace(loaded, load.mail, lambda error: self._mail_settled(load, error))

    def _mail_settled(self, load: _Load, error: str) -> None:
        load.mail_settled, load.mail_error = True, error
        self._advance(load)

    def _read(self, load: _Load, error: str) -> None:
        """The loader has ended."""
        load.is_read, load.error = True, error
        if error:
            log.error("%s; the running state stays, and the load is tried again", error)
            self._later("load", self.request)
        elif load.refused is None:
            self._pauses.pop("load", None)
        if load.mail is not None:
            self._pauses.pop("mail", None)
        self._advance(load)

    def _advance(self, load: _Load) -> None:
        """Tells the outcome when nothing of the load is on its way, and begins the next load."""
        if not load.is_read or (load.adopted and not load.dns_settled):
            return
        if self._load is load:
            self._load = None
        if not load.is_told and (load.mail is None or load.mail_settled):
            load.is_told = True
            self._finish(load)
        self._begin()

    def _finish(self, load: _Load) -> None:
        outcome = self._outcome(load)
        for kept in outcome.kept:
            if kept not in self.kept:
                log.error("%s", kept)
        if load.adopted:
            self.kept = outcome.kept
            self.adopted += 1
            self.since = self._clock.now()
            self._replace_upkeep()
        if outcome.result is ReloadResult.FAILED:
            self.failed += 1
        self.error = outcome.error
        done, load.done = load.done, []
        if self._started is not None:
            self._finish_start(load, outcome)
        for callback in done:
            guarded(functools.partial(callback, outcome))

    def _finish_start(self, load: _Load, outcome: ReloadOutcome) -> None:
        if load.refused is not None:
            self.refusal = load.refused.raised()
        elif load.adopted and not load.dns_error and self._started is not None:
            started, self._started = self._started, None
            started(outcome)
        elif not load.error:  # else it will be tried again anyway
            self._later("load", self.request)

    def _outcome(self, load: _Load) -> ReloadOutcome:
        state = self.before.dns
        errors = [load.error, load.refused.error if load.refused else "", load.dns_error, load.mail_error]
        kept: tuple[KeptPart, ...] = ()
        if load.adopted and state is not None:
            kept = self._dated((*state.kept, *(load.mail.kept if load.mail is not None else ())))
        result = ReloadResult.RELOADED
        if not load.adopted or load.dns_error:
            result = ReloadResult.FAILED
        elif kept or any(errors) or (state is not None and state.restart_needed):
            result = ReloadResult.PARTLY
        if load.refused is not None:
            log.error("reload failed, the running state stays: %s", load.refused.error)
        return ReloadOutcome(
            result,
            kept,
            state.restart_needed if state is not None and load.adopted else (),
            " | ".join(filter(None, errors)),
            0 if state is None else len(state.catalogue),
            0 if state is None or state.authority is None else len(state.authority.zones),
            round(time.monotonic() - load.began, 3),
        )

    def _dated(self, kept: Sequence[KeptPart]) -> tuple[KeptPart, ...]:
        """``kept`` with the times of the first load that found the same part faulty."""
        known = {(old.part, old.name): old for old in self.kept}
        return tuple(
            new if old is None else replace(new, since=old.since, serves=old.serves)
            for new in kept
            for old in [known.get((new.part, new.name))]
        )

    def _later(self, what: str, action: Callable[[], None]) -> None:
        """Calls ``action`` after a pause that grows with each failure."""
        if what in self._timers:
            self._timers[what].cancel()
        pause = min(_LONGEST_PAUSE_SECONDS, max(_FIRST_PAUSE_SECONDS, 2 * self._pauses.get(what, 0.0)))
        self._pauses[what] = pause
        self._timers[what] = self._supervisor.loop.later(pause, action)
