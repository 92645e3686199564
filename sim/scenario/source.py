"""YAML text to a tree in which every value knows where it was written. The only module that knows YAML."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.emitter import Emitter
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ruamel.yaml.representer import SafeRepresenter

from sim.errors import Mistake, Place, ScenarioError

#: Far above any real scenario, far below what exhausts memory.
_MOST_BYTES = 1_000_000
_MOST_ALIASES = 100
_MOST_DEPTH = 40
#: Tags of YAML itself, which files write as !!str.
_YAML = "tag:yaml.org,2002:"
_TEXT = f"{_YAML}str"


@dataclass(frozen=True)
class Located:
    """A value, dict of Located or list of Located, with its place; ``key`` is the place of its key, if any."""

    value: Any
    place: Place
    key: Place

    def plain(self) -> Any:
        """The same without places."""
        if isinstance(self.value, dict):
            return {name: item.plain() for name, item in self.value.items()}
        if isinstance(self.value, list):
            return [item.plain() for item in self.value]
        return self.value

    def walk(self, path: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], Located]]:
        """Every value below this one with its path, itself first."""
        yield path, self
        items = self.value.items() if isinstance(self.value, dict) else enumerate(_items(self.value))
        for name, item in items:
            yield from item.walk((*path, name))


def _items(value: Any) -> list[Located]:
    return value if isinstance(value, list) else []


def located(value: Any, place: Place) -> Located:
    """Plain data as a tree, all of it at one place."""
    if isinstance(value, dict):
        value = {name: located(item, place) for name, item in value.items()}
    elif isinstance(value, list):
        value = [located(item, place) for item in value]
    return Located(value, place, place)


def read_file(path: Path) -> Located:
    """The tree of a file; ScenarioError where it cannot be read."""
    name = str(path)
    try:
        if path.is_dir():
            raise _fail(Place(name), "is a directory; name the scenario file inside it")
        with path.open("rb") as file:
            content = file.read(_MOST_BYTES + 1)  # of a device or a pipe there is no size to ask for
        if len(content) > _MOST_BYTES:
            raise _fail(Place(name), "is larger than 1 MB; a scenario is a page or two")
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _fail(Place(name), f"byte {error.start} is not UTF-8 text; save the file as UTF-8") from None
    except FileNotFoundError:
        raise _fail(Place(name), "no such file." + _similar_files(path)) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise _fail(Place(name), f"cannot be read: {reason}") from None
    return read_text(text, name)


def _similar_files(path: Path) -> str:
    from sim.units import nearest

    try:
        return nearest(path.name, [p.name for p in path.parent.glob("*.y*ml")])
    except OSError:
        return ""


def read_text(text: str, name: str) -> Located:
    """The tree of YAML 1.2 text; ScenarioError with line and column where it is not a mapping."""
    yaml = YAML(typ="safe", pure=True)
    try:
        node = yaml.compose(StringIO(text))
        if node is None:
            raise _fail(Place(name), "is empty; a scenario has sections such as 'period:' and 'lines:'")
        tree = _Reader(name, yaml).read(node, 0, None)
    except RecursionError:
        raise _fail(Place(name), f"is nested deeper than {_MOST_DEPTH} levels") from None
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = Place(name, mark.line + 1, mark.column + 1) if mark else Place(name)
        raise _fail(place, _explain(error)) from None
    except (YAMLError, ValueError) as error:
        raise _fail(Place(name), f"is not YAML: {' '.join(str(error).split())[:200]}") from None
    if not isinstance(tree.value, dict):
        raise _fail(tree.place, "a scenario is a mapping of sections such as 'period:' and 'lines:'")
    return tree


def _explain(error: MarkedYAMLError) -> str:
    problem = " ".join(str(error.problem or error.context or "").split())
    if "found duplicate key" in problem or "duplicate key" in problem:
        return f"is written twice: {problem.split(' with value')[0].replace('found ', '')}; keep one"
    if "another document" in problem:
        return "another document begins; a file has one scenario"
    if "'\\t'" in problem:
        return "a tab is used for indentation; YAML allows only spaces"
    begun = error.context_mark
    if begun is not None and error.problem_mark is not None and begun.line != error.problem_mark.line:
        context = " ".join(str(error.context).split())
        return f"is not YAML: {problem} ({context} that begins on line {begun.line + 1})"
    return f"is not YAML: {problem}"


class _Reader:
    """Turns nodes into Located values; holds what must be counted over one file."""

    def __init__(self, source: str, yaml: YAML) -> None:
        self.source = source
        self.construct, self.resolver = yaml.constructor, yaml.resolver
        self.seen: dict[int, int] = {}
        self.aliases = 0

    def read(self, node: Node, depth: int, key: Place | None) -> Located:
        place = self.place(node)
        if depth > _MOST_DEPTH:
            raise _fail(place, f"is nested deeper than {_MOST_DEPTH} levels")
        self.count_aliases(node, place)
        self.check_tag(node, place)
        if isinstance(node, MappingNode):
            value: Any = self.mapping(node, depth)
        elif isinstance(node, SequenceNode):
            value = [self.read(item, depth + 1, None) for item in node.value]
        elif isinstance(node, ScalarNode):
            value = self.scalar(node, place)
        else:
            raise _fail(place, "is neither a value, a list nor a mapping")
        return Located(value, place, key or place)

    def count_aliases(self, node: Node, place: Place) -> None:
        # Counted before anything is expanded: a few lines of aliases can stand for billions of values.
        self.seen[id(node)] = self.seen.get(id(node), 0) + 1
        if self.seen[id(node)] > 1:
            self.aliases += 1
            if self.aliases > _MOST_ALIASES:
                raise _fail(place, f"more than {_MOST_ALIASES} uses of aliases (*name); write the values out")

    def check_tag(self, node: Node, place: Place) -> None:
        """Refuse a tag that makes of a value what it is not by itself; ``!!str`` may make text of any."""
        if isinstance(node, ScalarNode):
            own = {str(self.resolver.resolve(ScalarNode, node.value, (not node.style, bool(node.style)))), _TEXT}
        else:
            own = {str(self.resolver.resolve(type(node), None, (False, True)))}
        if str(node.tag) not in own:
            tag = str(node.tag).replace(_YAML, "!!")
            raise _fail(place, f"the tag {tag} is not allowed; write the value without it")

    def mapping(self, node: MappingNode, depth: int) -> dict[str, Located]:
        result: dict[str, Located] = {}
        for key_node, value_node in node.value:
            place = self.place(key_node)
            if not isinstance(key_node, ScalarNode):
                raise _fail(place, "a key must be a plain word")
            self.check_tag(key_node, place)
            key = self.text(key_node, place)
            if not key.isprintable():
                raise _fail(place, f"{key!r} is not a key; it has a line break or another control character")
            if key == "<<":
                raise _fail(place, "merge keys (<<) are not part of YAML 1.2; use 'extends:'")
            if key in result:
                raise _fail(place, f"the key {key!r} is written twice; keep one")
            result[key] = self.read(value_node, depth + 1, place)
        return result

    def scalar(self, node: ScalarNode, place: Place) -> Any:
        kind = str(node.tag).rsplit(":", 1)[-1]
        if kind == "timestamp" or (kind == "int" and ":" in node.value):
            return node.value
        if kind in ("int", "float", "bool", "null"):
            try:
                return self.construct.construct_object(node)
            except (ValueError, OverflowError):
                return node.value
        return self.text(node, place)

    def text(self, node: ScalarNode, place: Place) -> str:
        try:
            str(node.value).encode()
        except UnicodeEncodeError:
            raise _fail(place, f"{node.value!a} has half a character (a surrogate); write it whole") from None
        return str(node.value)

    def place(self, node: Node) -> Place:
        return Place(self.source, node.start_mark.line + 1, node.start_mark.column + 1)


class _Emitter(Emitter):
    """Writes a long key before its value, as all readers expect it."""

    MAX_SIMPLE_KEY_LENGTH = 1000


class _Representer(SafeRepresenter):
    """Writes each entry whose key has several words, such as the hours of a shift, on a line of its own."""

    def represent_mapping(self, tag: Any, mapping: Any, flow_style: bool | None = None) -> MappingNode:
        words = any(" " in str(key) for key in mapping)
        return super().represent_mapping(tag, mapping, flow_style=False if words else flow_style)


def write_text(data: dict[str, Any]) -> str:
    """YAML text of plain data, that ``read_text`` reads back."""
    yaml = YAML(typ="safe", pure=True)
    yaml.Emitter, yaml.Representer = _Emitter, _Representer
    yaml.default_flow_style = None
    yaml.sort_base_mapping_type_on_output = False  # type: ignore[assignment]  # keep the order of the model
    yaml.width = 110
    yaml.allow_unicode = True
    buffer = StringIO()
    yaml.dump(data, buffer)
    return buffer.getvalue()


def _fail(place: Place, message: str) -> ScenarioError:
    return ScenarioError([Mistake(place, "", message)])
