"""Build hook: compiles the kernel when the package is installed or a wheel is made.

Without a C compiler on the machine, the one of the package ``ziglang`` is fetched for the build. Where there is none
for this platform either, the installation succeeds without the kernel and everything runs on SimPy.
"""

from __future__ import annotations

import platform
import sys
import sysconfig
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

#: Platforms for which PyPI has wheels of ziglang.
ZIG = {
    "linux": {"x86_64", "aarch64", "i686", "armv7l", "ppc64le", "riscv64", "s390x"},
    "darwin": {"x86_64", "arm64"},
    "win32": {"AMD64", "ARM64", "x86"},
}


class KernelHook(BuildHookInterface[Any]):
    """Adds the compiled kernel to a wheel, or puts it beside its sources in an editable installation."""

    def dependencies(self) -> list[str]:
        """What the build needs beyond hatchling."""
        has_wheel = platform.machine() in ZIG.get(sys.platform, set())
        return ["ziglang>=0.13"] if has_wheel and not self._build().compilers() else []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile, and say of the wheel which platform it is for."""
        del version  # an editable installation is built like any other
        library = self._build().build()
        if library is None:
            self.app.display_warning("no C compiler was found: the kernel is not built, and everything runs on SimPy")
            return
        build_data["artifacts"].append(f"sim/kernel/{library.name}")
        build_data["pure_python"] = False
        build_data["tag"] = f"py3-none-{sysconfig.get_platform().replace('-', '_').replace('.', '_')}"

    def _build(self) -> ModuleType:
        # By its file, since the package cannot be imported before it is installed.
        spec = spec_from_file_location("kernel_build", Path(self.root) / "sim" / "kernel" / "build.py")
        assert spec is not None
        assert spec.loader is not None
        module = module_from_spec(spec)
        spec.loader.exec_module(module)
        return module
