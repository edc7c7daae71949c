"""How trained weights are made, and what shows that they are any good.

::

    ../shared/data/mail ─▶ corpus ──┐                    ┌─▶ fingerprint/nature/weights.py (with --write)
    persons (made here) ────────────┴─▶ genuine: train ──┤
                                        logistic         └─▶ AUC, reliability, by sender organisation

    ../shared/data/lookalike ────┐                          ┌─▶ lookalike/weights.py (with --write)
    strangers (directories, ─────┴─▶ lookalike: Lesson ─────┤
    popular labels)                  loglinear              └─▶ claims: figures by fold, reliability

    Unicode's confusables.txt ─▶ confusables ─▶ lookalike/confusables.py (with --write)

``python -m tests.training.genuine`` and ``python -m tests.training.claims`` print the evaluations. The lookalikes'
recipe needs numpy, the other one the standard library alone.
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
"""Read when numpy is imported: one thread, so that a fit takes as long and sums alike on any number of cores."""
