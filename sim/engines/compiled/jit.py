"""Compilation by Numba, typed, and reading numbers at an address."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

import numba
from llvmlite import ir
from numba.extending import intrinsic

F = TypeVar("F", bound=Callable[..., Any])


def compiled(function: F) -> F:
    """``function`` as machine code, for use by other compiled functions."""
    # Without a check at every division; no divisor in the rules is ever zero.
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


def _number_at(_typing: Any, _address: Any) -> Any:
    def code(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return builder.load(builder.inttoptr(arguments[0], ir.IntType(64).as_pointer()))

    return numba.int64(numba.int64), code


#: The 64-bit integer at an address in bytes.
number_at = cast(Callable[[int], int], intrinsic(_number_at))
