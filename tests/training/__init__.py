"""How the weights of catcher/fingerprint/nature/weights.py are made, and what shows that they are any good.

::

    ../shared/data/mail ─▶ corpus ──┐                    ┌─▶ weights.py (with --write)
    persons (made here) ────────────┴─▶ genuine: train ──┤
                                        logistic         └─▶ AUC, reliability, by sender organisation

``python -m tests.training.genuine`` prints the evaluation; nothing but the standard library is needed.
"""
