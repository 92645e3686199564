"""Exact queueing theory, to hold simulations against."""

from sim.theory.erlang import ErlangA, erlang_a, erlang_b

__all__ = ["ErlangA", "erlang_a", "erlang_b"]
