"""Mail for postmaster@ and abuse@ of held domains is counted by day, domain and mailbox, and leaves nothing else."""

from __future__ import annotations

from datetime import date, timedelta

from catcher.model.leak.unstored import ANY_DOMAIN, UnstoredKey, UnstoredKind
from catcher.smtp.operatormail import MOST_CELLS, MOST_NAMED, OperatorMail, operator_mail_lines
from tests.support.clocks import Clock
from tests.support.smtpwire import NOW, OPENING, RecordingIntake, Wire, new_server, run

TODAY = NOW.date()


def test_each_recipient_is_counted_for_its_day_and_nothing_is_recorded() -> None:
    clock, intake = Clock(NOW), RecordingIntake()

    async def main() -> dict[UnstoredKey, int]:
        server = new_server(intake, clock=clock)
        wire = Wire(server)
        await wire.reply()
        await wire.ask(*OPENING[:2], "RCPT TO:<Postmaster@sub.army.ml>", "RCPT TO:<abuse@navy.ml>", "DATA", "RSET")
        await wire.ask(OPENING[1], "RCPT TO:<postmaster@army.ml>", "RCPT TO:<postmaster@null.test>", "RSET")
        await wire.ask(OPENING[1], "RCPT TO:<postmaster>", "RCPT TO:<abuse@mx.sink.example>", "RSET")
        clock.moment += timedelta(days=1)
        await wire.ask(OPENING[1], "RCPT TO:<abuse@refuse.test>", "QUIT")
        await server.close(1.0)
        assert server.operator_mail.take() == {
            UnstoredKey(TODAY, "army.ml", UnstoredKind.POSTMASTER): 2,
            UnstoredKey(TODAY, "navy.ml", UnstoredKind.ABUSE): 1,
            UnstoredKey(TODAY + timedelta(days=1), "refuse.test", UnstoredKind.ABUSE): 1,
        }
        return server.operator_mail.take()

    assert run(main()) == {}
    assert not intake.taken


def test_it_fixes_no_outcome_and_joins_no_mixed_mail() -> None:
    intake = RecordingIntake()

    async def main() -> None:
        server = new_server(intake)
        wire = Wire(server)
        await wire.reply()
        replies = await wire.ask(*OPENING[:2], "RCPT TO:<abuse@army.ml>", "RCPT TO:<reader@navy.ml>", "DATA")
        assert [reply[:3] for reply in replies] == ["250", "250", "550", "250", "354"]
        await wire.send(b"Subject: a\r\n\r\n.\r\n")
        assert (await wire.reply()).startswith("550 5.1.2 navy.ml")
        await server.close(1.0)

    run(main())
    (taken,) = intake.taken
    assert [path.domain for path in taken.transaction.forward_paths] == ["navy.ml"]


def test_the_number_of_counts_is_bounded() -> None:
    counts, day = OperatorMail(), date(2026, 5, 4)
    for number in range(MOST_CELLS + 100):
        counts.add(UnstoredKey(day, f"{number}.ml", UnstoredKind.ABUSE))
    counts.add(UnstoredKey(day, "0.ml", UnstoredKind.ABUSE))
    taken = counts.take()
    assert len(taken) == MOST_CELLS + 1
    assert taken[UnstoredKey(day, ANY_DOMAIN, UnstoredKind.ABUSE)] == 100
    assert taken[UnstoredKey(day, "0.ml", UnstoredKind.ABUSE)] == 2


def test_a_line_names_the_largest_counts_of_a_day_and_sums_up_the_others() -> None:
    counts = {UnstoredKey(TODAY, f"{number:03}.ml", UnstoredKind.ABUSE): 1 for number in range(MOST_NAMED + 30)}
    counts[UnstoredKey(TODAY, "navy.ml", UnstoredKind.POSTMASTER)] = 9
    counts[UnstoredKey(TODAY + timedelta(days=1), "army.ml", UnstoredKind.ABUSE)] = 3
    first, second = operator_mail_lines(counts)
    assert first.startswith("2026-05-04: postmaster@navy.ml 9, abuse@000.ml 1, ")
    assert first.endswith(", to others 31")
    assert second == "2026-05-05: abuse@army.ml 3"
    assert list(operator_mail_lines({})) == []
