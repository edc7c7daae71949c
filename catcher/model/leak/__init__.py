"""Values of a leak: the incident, its measures and life, and the demand for a name.

::

    Observation ─▶ Incident ─▶ Measures, Life
"""
