"""The limits of SMTP and how rounds of two servers are compared."""

from __future__ import annotations

from catcher.bench.mail.smtp import SmtpRound, smtp_figures
from catcher.bench.mail.verdict import MAIL_PEERS, judgements


def test_limits_are_those_of_the_design() -> None:
    assert MAIL_PEERS == {"haraka": (1.6, 3.0), "aiosmtpd": (1.3, 2.0)}


def rounds(server: str, *measured: tuple[float, float]) -> list[SmtpRound]:
    return [SmtpRound(server, "kept 10", 1000, seconds, cpu, 0.0) for seconds, cpu in measured]


def test_a_ratio_is_the_median_of_the_rounds_ratios() -> None:
    """The second round ran on a machine of half the speed: it changes both servers' figures, and no ratio."""
    both = rounds("catcher", (1.0, 0.5), (2.0, 1.0), (1.0, 0.5)) + rounds("haraka", (1.7, 0.7), (3.4, 1.4), (1.7, 0.7))
    found = {judgement.budget: judgement for judgement in judgements(both, [])}
    assert found["mails a second, kept 10, over haraka"].measured == 1.7
    assert found["mails a second, kept 10, over haraka"].met
    assert found["mails a CPU second, kept 10, over haraka"].measured == 1.4
    assert not found["mails a CPU second, kept 10, over haraka"].met


def test_a_peer_that_was_not_measured_is_left_out() -> None:
    assert not list(judgements(rounds("catcher", (1.0, 0.5)), []))


def test_a_figure_is_the_median_of_its_rounds() -> None:
    (figure,) = smtp_figures(rounds("catcher", (1.0, 0.5), (2.0, 0.2), (4.0, 0.1)))
    assert (figure.mails_per_second, round(figure.cpu_microseconds)) == (500, 200)
