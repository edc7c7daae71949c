"""The explanation: the text that a refused sender reads, in the language of the catalogue's row.

::

    en.txt, fr.txt ─▶ wording: checked line by line ─▶ explanation ─▶ the reply's lines
                           plain: names as printable ASCII
"""
