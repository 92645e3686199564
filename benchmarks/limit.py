"""The C++ program for the limit: built where there is a compiler, run as a program of its own."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

SOURCE = Path(__file__).with_name("limit.cpp")


def built(folder: Path) -> Path | None:
    """The program, built into ``folder``; None without a compiler."""
    if (compiler := shutil.which("g++")) is None:
        return None
    program = folder / "limit"
    subprocess.run([compiler, "-std=c++17", "-O3", "-march=native", "-o", program, SOURCE], check=True)
    return program


def run(program: Path, model: str, *, replications: int, days: int, seed: int = 1) -> tuple[int, float]:
    """Contacts, and the share of them that gave up."""
    command = [str(program), model, str(replications), str(days), str(seed)]
    contacts, lost, _ = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    return int(contacts), int(lost) / int(contacts)
