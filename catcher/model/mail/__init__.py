"""Values of one mail: the transaction, what is learnt of it, what is stored of it, and the policy it met.

::

    Transaction ─▶ Fingerprint ─▶ Observation
      (in memory)                   (stored)
"""
