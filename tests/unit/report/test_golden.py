"""Every report case gives exactly the files beside it; ``REWRITE_CASES=1`` writes them anew, to be read as prose."""

from __future__ import annotations

import os

import pytest

from catcher.report import Form, render
from tests.support import reports


@pytest.mark.parametrize("form", [Form.TEXT, Form.HTML])
@pytest.mark.parametrize("name", reports.names())
def test_a_case_gives_the_file_beside_it(name: str, form: Form) -> None:
    expected = reports.CASES / f"{name}.{form}"
    rendered = render(reports.composed(reports.case(name)), form)
    if os.environ.get("REWRITE_CASES"):
        expected.write_text(rendered, encoding="utf-8")
    assert rendered == expected.read_text(encoding="utf-8")
