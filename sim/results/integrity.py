"""Marks of part files: which run, table and replications a file is of, the hash of its values, and its checksum.

A mark is one line of JSON in the metadata of a Parquet file. It ends with the SHA-256 of the whole file, computed with
zeros in the checksum's own place, so that a check costs one pass over the bytes and no decoding.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import asdict, dataclass
from functools import lru_cache
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import Any

from sim.language.said import Said

#: First and last replication.
Part = tuple[int, int]
_BEGIN, _CHECKSUM, _END = b'{"run": ', b'"sha256": "', b'"}'
_ZEROS = b"0" * 64


@dataclass(frozen=True)
class Mark:
    """What a part file is.

    ``run`` is the identity of the scenario and seed, ``upto`` the last replication that is in it (contacts may be kept
    of the first replications of a part only), ``values`` the hash of its values in hexadecimal digits.
    """

    run: str
    table: str
    first: int
    last: int
    upto: int
    values: str

    @property
    def part(self) -> Part:
        """First and last replication of the part."""
        return self.first, self.last

    def text(self) -> str:
        """The mark as it is written at first, with zeros for the checksum."""
        return json.dumps(asdict(self) | {"sha256": _ZEROS.decode()})


def seal(path: Path) -> None:
    """Fill in the checksum of a file that was written with a mark, and sync the file to disk."""
    with path.open("r+b") as file:
        with mmap(file.fileno(), 0, access=ACCESS_READ) as content:
            where = _place(content)
            checksum = _checksum(content, where[2])
        file.seek(where[2])
        file.write(checksum)
        file.flush()
        os.fsync(file.fileno())


def inspected(path: Path) -> Mark | Said:
    """The mark of a file, or what is wrong with the file; remembered as long as the file is the same."""
    try:
        now = path.stat()
        return _inspected(path, (now.st_mtime_ns, now.st_ctime_ns, now.st_size, now.st_ino))
    except FileNotFoundError:
        return Said("damage.missing")
    except OSError as error:
        return Said("damage.unreadable", why=error.strerror or str(error))


@lru_cache(maxsize=10_000)
def _inspected(path: Path, _now: tuple[int, ...]) -> Mark | Said:
    with path.open("rb") as file:
        if not _now[2]:
            return Said("damage.unmarked")
        with mmap(file.fileno(), 0, access=ACCESS_READ) as content:
            try:
                begin, end, checksum = _place(content)
                written: dict[str, Any] = json.loads(content[begin:end])
                stated = written.pop("sha256")
                mark = Mark(**written)
            except (ValueError, TypeError, KeyError):
                return Said("damage.unmarked")
            return mark if stated == _checksum(content, checksum).decode() else Said("damage.altered")


def _place(content: mmap) -> tuple[int, int, int]:
    """Where the mark begins and ends, and where the digits of its checksum are; ValueError where there is no mark."""
    begin = content.rfind(_BEGIN)
    checksum = content.find(_CHECKSUM, max(begin, 0)) + len(_CHECKSUM)
    end = checksum + len(_ZEROS) + len(_END)
    if begin < 0 or checksum < len(_CHECKSUM) or content[end - len(_END) : end] != _END:
        raise ValueError("no mark")
    return begin, end, checksum


def _checksum(content: mmap, place: int) -> bytes:
    digest = hashlib.sha256()
    with memoryview(content) as view:
        digest.update(view[:place])
        digest.update(_ZEROS)
        digest.update(view[place + len(_ZEROS) :])
    return digest.hexdigest().encode()
