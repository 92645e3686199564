"""Compilation by Numba of what draws and counts."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

import numba
from numba.extending import intrinsic

F = TypeVar("F", bound=Callable[..., Any])
#: Types of what entries take.
types = numba.types


def compiled(function: F, *, inline: bool = False) -> F:
    """``function`` as machine code, for use by other compiled functions."""
    code = numba.njit(
        nogil=True,
        error_model="numpy",  # no check at every division
        forceinline=inline,
        no_cpython_wrapper=True,
        no_cfunc_wrapper=True,
    )
    return cast(F, code(function))


def inlined(function: F) -> F:
    """The same, put into whatever calls it: handing over arrays takes longer than most of what is done with them."""
    return compiled(function, inline=True)


def entry(signature: Any) -> Callable[[F], F]:
    """``function`` as machine code for use from Python, kept on disk; of one signature, whatever arrays' layout is."""

    def compile_now(function: F) -> F:
        options = {"nogil": True, "error_model": "numpy"}
        try:
            return cast(F, numba.njit(signature, cache=True, **options)(function))
        except RuntimeError:  # there is no folder to keep it in
            return cast(F, numba.njit(signature, **options)(function))

    return compile_now


def signature_of(function: Callable[..., Any]) -> Any:
    """The types that an entry takes and gives."""
    return cast(Any, function).nopython_signatures[0]


def _bare(_typing: Any, array: Any) -> Any:
    pointer = types.CPointer(array.dtype)

    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return context.make_array(signature.args[0])(context, builder, arguments[0]).data

    return pointer(array), code


#: The numbers of an array without its shape: an index is taken as it is, where that of an array is looked at for its
#: sign, and nothing counts references. Only of what a function is handed: its own arrays go as soon as it names them no
#: more, and something else may be where they were. A test looks that nobody does otherwise.
bare = cast(Callable[[Any], Any], intrinsic(_bare))


def _wide(_typing: Any) -> Any:
    def code(context: Any, builder: Any, _signature: Any, _arguments: Any) -> Any:
        # Past the names of attributes that llvmlite knows, of which this is none.
        set.add(builder.function.attributes, '"prefer-vector-width"="512"')
        return context.get_dummy_value()

    return types.none(), code


#: Has the function that calls it do as many numbers in a step as the processor can. Compilers take half of that unless
#: told, since some processors slow down at it; loops of products and conversions gain more than that.
wide = cast(Callable[[], None], intrinsic(_wide))

#: Beside the compiled modules, where the numbers and formulas in them come from.
_READ = ("cells", "clock", "contact_values", "contacts", "elementary", "machine_code", "products", "streams")


def sources() -> int:
    """Number that changes with any line that is compiled: Numba looks at one file only when it searches its cache."""
    here = Path(__file__).parent
    paths = [*sorted(here.glob("compiled/*.py")), *(here / f"{name}.py" for name in _READ)]
    text = b"".join(path.read_bytes() for path in paths)
    return int.from_bytes(hashlib.blake2b(text, digest_size=7).digest(), "big")
