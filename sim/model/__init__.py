"""A scenario compiled: names, calendar, arrival rates, distributions, centre and service targets.

``compile.py`` makes the ``Model``; the other modules are its parts, and what engines play on and give back.
"""
