"""Pictures of scenarios and results, one module for each kind of answer. They read; they never simulate."""

from sim.figures.day import draw_busy_day
from sim.figures.runs import (
    draw_all,
    draw_arrival_rates,
    draw_by_day,
    draw_by_hour,
    draw_outcomes,
    draw_waits,
    save,
)

__all__ = [
    "draw_all",
    "draw_arrival_rates",
    "draw_busy_day",
    "draw_by_day",
    "draw_by_hour",
    "draw_outcomes",
    "draw_waits",
    "save",
]
