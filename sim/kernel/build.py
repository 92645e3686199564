"""Compile the kernel into a shared library: used by the build hook when the package is installed.

This file imports nothing of the package, since it runs before the package can be imported.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

HERE = Path(__file__).parent
#: No contraction to fused operations: results are the same to the last bit on every machine.
FLAGS = ("-std=c11", "-O3", "-ffp-contract=off", "-fno-math-errno", "-fvisibility=hidden", "-shared", "-DNDEBUG")
SANITIZERS = ("-fsanitize=address,undefined", "-fno-sanitize-recover=undefined", "-g", "-O1", "-DNO_CLONES")


def library_name() -> str:
    """File name of the library on this platform."""
    ending = {"win32": "dll", "darwin": "dylib"}.get(sys.platform, "so")
    return f"_kernel.{ending}"


def sources_key() -> str:
    """Hash of the C sources here, which the library is built with; '' where they are not installed."""
    texts = [path.read_bytes() for path in sorted((*HERE.glob("*.c"), *HERE.glob("*.h")))]
    return hashlib.sha256(b"".join(texts)).hexdigest()[:16] if texts else ""


def compilers() -> list[list[str]]:
    """Commands of the C compilers that are there, the preferred one first; ziglang's comes last."""
    named = os.environ.get("CC", "").split()
    found = [named] if named and shutil.which(named[0]) else []
    found += [[name] for name in ("cc", "gcc", "clang") if shutil.which(name)]
    if find_spec("ziglang"):
        found.append([sys.executable, "-m", "ziglang", "cc"])
    return found


def build(target: Path | None = None, *, extra: tuple[str, ...] = ()) -> Path | None:
    """Compile the library with the first compiler that succeeds.

    ``target``: the file to write, by default beside this one. ``extra``: further flags.
    Returns the file, or None where there is no working compiler.
    """
    target = target or HERE / library_name()
    position = () if sys.platform == "win32" else ("-fPIC",)
    key = f'-DSOURCES_KEY="{sources_key()}"'
    scratch = target.with_name(f"{target.name}.{os.getpid()}")
    for compiler in compilers():
        command = [*compiler, *FLAGS, *position, key, *extra, "-o", str(scratch), str(HERE / "kernel.c"), "-lm"]
        if sys.platform == "win32":
            command.remove("-lm")
        if subprocess.run(command, check=False, capture_output=True).returncode == 0:
            scratch.replace(target)
            return target
    scratch.unlink(missing_ok=True)
    return None


if __name__ == "__main__":
    built = build()
    print(built or "no C compiler was found", file=sys.stdout if built else sys.stderr)
    sys.exit(built is None)
