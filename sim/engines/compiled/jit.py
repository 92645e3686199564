"""Compilation by Numba, typed, and integers in memory."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol, TypeVar, cast

import numba
from numba import types
from numba.extending import intrinsic

F = TypeVar("F", bound=Callable[..., Any])


class Memory(Protocol):
    """Integers by address. In machine code a bare pointer, since counting references takes longer than most rules."""

    def __getitem__(self, address: int, /) -> int: ...
    def __setitem__(self, address: int, word: int, /) -> None: ...


def compiled(function: F, *, inline: bool = False) -> F:
    """``function`` as machine code, for use by other compiled functions."""
    code = numba.njit(
        nogil=True,
        error_model="numpy",  # no check at every division; no divisor in the rules is ever zero
        forceinline=inline,
        no_cpython_wrapper=True,
        no_cfunc_wrapper=True,
    )(function)
    template = code.get_call_template

    def without_literals(args: tuple[Any, ...], kws: dict[str, Any]) -> Any:
        # Numba would compile a function once more for every constant that it is called with.
        return template(tuple(types.unliteral(arg) for arg in args), kws)

    code.get_call_template = without_literals
    return cast(F, code)


def inlined(function: F) -> F:
    """The same, put into whatever calls it: most rules take less time than a call, which LLVM prefers to keep."""
    return compiled(function, inline=True)


def entry(signature: str) -> Callable[[F], F]:
    """A function as machine code that is kept on disk, for use from Python and by what is handed it."""

    def compile_now(function: F) -> F:
        how = {"nogil": True, "error_model": "numpy"}
        try:
            return cast(F, numba.njit(signature, cache=True, **how)(function))
        except RuntimeError:  # there is no folder to keep it in
            return cast(F, numba.njit(signature, **how)(function))

    return compile_now


def _words_at(_typing: Any, _address: Any) -> Any:
    words = types.CPointer(types.int64)

    def code(context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return builder.inttoptr(arguments[0], context.get_value_type(words))

    return words(types.int64), code


#: The integers from an address in bytes on. Reading them is not checked, and whoever reads keeps their array.
words_at = cast(Callable[[int], Memory], intrinsic(_words_at))


def _either(_typing: Any, _condition: Any, _one: Any, _other: Any) -> Any:
    def code(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        chosen = builder.select(*arguments)
        chosen.set_metadata("unpredictable", builder.module.add_metadata([]))
        return chosen

    return types.int64(types.boolean, types.int64, types.int64), code


#: One of two integers, the first where the condition holds, without a branch; for what is hard to foretell, where a
#: processor that guesses wrong loses more time than working out both takes.
either = cast(Callable[[bool, int, int], int], intrinsic(_either))
