"""Compilation by Numba of what draws and counts."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

import numba

F = TypeVar("F", bound=Callable[..., Any])


def compiled(function: F) -> F:
    """``function`` as machine code, for use by other compiled functions, mostly put into them."""
    return cast(
        F, numba.njit(nogil=True, error_model="numpy", no_cpython_wrapper=True, no_cfunc_wrapper=True)(function)
    )


def entry(signature: str) -> Callable[[F], F]:
    """``function`` as machine code for use from Python, kept on disk; of one signature, whatever arrays' layout is."""

    def compile_now(function: F) -> F:
        options = {"nogil": True, "error_model": "numpy"}
        try:
            return cast(F, numba.njit(signature, cache=True, **options)(function))
        except RuntimeError:  # there is no folder to keep it in
            return cast(F, numba.njit(signature, **options)(function))

    return compile_now


def sources() -> int:
    """Number that changes with any line of this folder: Numba looks at one file only when it searches its cache."""
    text = b"".join(path.read_bytes() for path in sorted(Path(__file__).parent.glob("*.py")))
    return int.from_bytes(hashlib.blake2b(text, digest_size=7).digest(), "big")
