"""Exact queueing theory, to hold simulations against. ``docs/theory.md`` lists the models and their assumptions."""

from sim.theory.approximations import Approximation, modified_offered_load, pointwise_stationary
from sim.theory.arguments import Duration
from sim.theory.chat import ChatLine, chat_line
from sim.theory.erlang import erlang_a, erlang_b, erlang_c, limited_queue
from sim.theory.overflow import OverflowLines, overflow_lines
from sim.theory.patience import general_patience
from sim.theory.priorities import Priority, TwoPriorities, two_priorities
from sim.theory.retrial import RetrialQueue, retrial_queue
from sim.theory.single_line import SingleLine, pollaczek_khinchine
from sim.theory.staffing import Target, fractional_lines_needed, lines_needed, parse_target, queue_of
from sim.theory.steady import SERVICE_LEVELS, SteadyState
from sim.theory.varying import Day, varying_day

__all__ = [
    "SERVICE_LEVELS",
    "Approximation",
    "ChatLine",
    "Day",
    "Duration",
    "OverflowLines",
    "Priority",
    "RetrialQueue",
    "SingleLine",
    "SteadyState",
    "Target",
    "TwoPriorities",
    "chat_line",
    "erlang_a",
    "erlang_b",
    "erlang_c",
    "fractional_lines_needed",
    "general_patience",
    "limited_queue",
    "lines_needed",
    "modified_offered_load",
    "overflow_lines",
    "parse_target",
    "pointwise_stationary",
    "pollaczek_khinchine",
    "queue_of",
    "retrial_queue",
    "two_priorities",
    "varying_day",
]
