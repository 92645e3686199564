"""Compilation by Numba, typed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

import numba

F = TypeVar("F", bound=Callable[..., Any])


def compiled(function: F) -> F:
    """``function`` as machine code, for use by other compiled functions."""
    # Division by zero gives no exception but a wrong number; no divisor of the rules is ever zero.
    return cast(F, numba.njit(nogil=True, error_model="numpy")(function))


def entry(function: F) -> F:
    """``function`` as machine code that is kept on disk, for use from Python."""
    try:
        return cast(F, numba.njit(nogil=True, cache=True, error_model="numpy")(function))
    except RuntimeError:  # there is no folder to keep it in
        return compiled(function)


def sources() -> int:
    """Number that changes with any line of this package: Numba looks at one file only when it searches its cache."""
    here = sorted(Path(__file__).parent.glob("*.py"))
    text = b"".join(path.read_bytes() for path in here)
    return int.from_bytes(hashlib.blake2b(text, digest_size=7).digest(), "big")
