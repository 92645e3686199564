"""Compilation by Numba of what draws and counts."""

from __future__ import annotations

import hashlib
import re
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

_IMPORTS = re.compile(r"^from (sim[\w.]*) import ([\w, ]*)", re.MULTILINE)


def sources(module: str) -> int:
    """Number that changes with any line of what ``read_by`` finds: Numba's cache looks at one file only."""
    texts = read_by(module)
    text = "".join(texts[path] for path in sorted(texts))
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=7).digest(), "big")


def read_by(module: str) -> dict[Path, str]:
    """A module (its ``__file__``) and all of this program that it imports, directly or not, with their text.

    The constants of all of these are compiled in.
    """
    texts: dict[Path, str] = {}
    root, pending = Path(__file__).parents[1], [Path(module)]
    while pending:
        path = pending.pop()
        if path in texts or not path.exists():
            continue
        texts[path] = path.read_text("utf-8")
        for package, names in _IMPORTS.findall(texts[path]):
            folder = root.joinpath(*package.split("."))
            pending += [folder.with_suffix(".py"), folder / "__init__.py"]
            pending += [folder / f"{name.split()[0]}.py" for name in names.split(",") if name.strip()]
    return texts
