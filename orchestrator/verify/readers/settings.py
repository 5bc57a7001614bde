"""What a file of configuration says, whatever it is written in: a flat list of settings by their keys. Never judges."""

import configparser
import json
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from xml.parsers import expat

import msgspec
from ast_grep_py import SgNode

from orchestrator.verify.readers.grammar.source import parts, read, walk
from orchestrator.verify.readers.grammar.tables import BY_EXTENSION
from orchestrator.verify.readers.pipelines import lines_of


class Setting(msgspec.Struct, frozen=True):
    """One setting: its keys from without, joined by dots, and its value as text; of a list each entry."""

    key: str
    value: str

    @property
    def last(self) -> str:
        """The innermost key."""
        return self.key.rpartition(".")[2]


@lru_cache(maxsize=64)
def settings_of(path: str, text: str) -> tuple[Setting, ...]:
    """Give all that a file sets; nothing if it cannot be read."""
    name = path.rpartition("/")[2]
    reads = next((read_it for pattern, read_it in _READS if pattern.search(name)), None)
    try:
        return tuple(reads(name, text)) if reads is not None else ()
    except (ValueError, RecursionError, configparser.Error, expat.ExpatError):
        return ()


def _flat(value: object, key: str = "") -> Iterator[Setting]:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _flat(inner, f"{key}.{name}" if key else str(name))
    elif isinstance(value, list):
        for inner in value:
            yield from _flat(inner, key)
        if not value:
            yield Setting(key, "")
    else:
        yield Setting(key, str(value).lower() if isinstance(value, bool) else str(value))


def _json(_: str, text: str) -> Iterator[Setting]:
    bare = re.sub(r'("(?:\\.|[^"\\])*")|/\*.*?\*/|//[^\n]*', lambda match: match[1] or "", text, flags=re.DOTALL)
    yield from _flat(json.loads(re.sub(r",(?=\s*[\]}])", "", bare)))


def _toml(_: str, text: str) -> Iterator[Setting]:
    try:
        whole = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        yield from _piecewise(text)
    else:
        yield from _flat(whole)


def _piecewise(text: str) -> Iterator[Setting]:
    """Read each setting for itself, where the whole cannot be read: it says something twice, say."""
    table, begun = "", ""
    for line in text.splitlines():
        if not begun and (head := re.fullmatch(r"\s*\[\[?([^\[\]]+)\]\]?\s*(?:#.*)?", line)) is not None:
            table = head[1]
            continue
        begun = f"{begun}{line}\n" if begun or "=" in line else ""
        try:
            said = tomllib.loads(f"[{table}]\n{begun}" if table else begun)
        except tomllib.TOMLDecodeError:
            begun = begun if begun.count("\n") < _LONGEST else ""
        else:
            yield from _flat(said) if begun else ()
            begun = ""


_LONGEST = 60
"""Lines that one setting may have."""


def _ini(_: str, text: str) -> Iterator[Setting]:
    parser = configparser.RawConfigParser(strict=False, allow_no_value=True)
    parser.read_string(text)
    for section in parser.sections():
        yield from (Setting(f"{section}.{key}", (value or "").strip()) for key, value in parser.items(section))


def _yaml(name: str, text: str) -> Iterator[Setting]:
    if text.lstrip().startswith("{"):
        yield from _json(name, text)
        return
    for line in lines_of(text):
        key = ".".join((*line.keys, line.key) if line.key else line.keys)
        value = line.text.strip("'\" ")
        if value.startswith("[") and value.endswith("]"):
            yield from (Setting(key, one.strip(" '\"")) for one in value[1:-1].split(","))
        else:
            yield Setting(key, value)


def _lines(_: str, text: str) -> Iterator[Setting]:
    """Read `key=value` and `-Dkey=value`: one a line, or several between spaces where each begins with a dash."""
    for raw in text.splitlines():
        line = raw.strip()
        if not line or line[0] in "#!;":
            continue
        for one in line.split() if line.startswith("-") else [line]:
            key, _, value = re.sub(r"^-D", "", one).partition("=")
            yield Setting(key.strip(), value.strip().strip("\"'") or ("true" if one.startswith("-") else ""))


def _xml(_: str, text: str) -> Iterator[Setting]:
    found: list[Setting] = []
    above: list[str] = []
    said: list[str] = [""]
    parser = expat.ParserCreate()

    def _refuse(_: str, __: str | None, ___: str | None, own: bool) -> None:  # noqa: FBT001 - as it is called
        if own:  # what a document declares itself could grow without end; what it only names is not read
            raise ValueError

    def _start(name: str, attributes: dict[str, str]) -> None:
        above.append(name)
        said.append("")
        found.extend(Setting(".".join([*above, key]), value) for key, value in attributes.items())

    def _end(_: str) -> None:
        value = said.pop().strip()
        if value:
            found.append(Setting(".".join(above), value))
        if above[-2:] == ["plugin", "artifactId"]:
            above[-2] = f"plugin:{value}"  # what comes after it is of that plugin
        if above[-2:] == ["profile", "id"]:
            above[-2] = f"profile:{value.replace('.', '-')}"
        above.pop()

    def _text(piece: str) -> None:
        said[-1] += piece

    parser.StartDoctypeDeclHandler = _refuse
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = _start, _end, _text
    parser.Parse(text.encode(), True)
    yield from found


def _js(name: str, text: str) -> Iterator[Setting]:
    source = read(text, BY_EXTENSION[name.rpartition(".")[2]])
    for node in walk(source.root) if source is not None else ():
        if node.kind() != "pair" or (value := node.field("value")) is None or value.kind() == "object":
            continue
        keys = [_key(one) for one in (*reversed(list(node.ancestors())), node) if one.kind() == "pair"]
        for one in parts(value) or [value] if value.kind() == "array" else [value]:
            yield Setting(".".join(keys), one.text().strip("'\"`"))


def _key(node: SgNode) -> str:
    found = node.field("key")
    return found.text().strip("'\"") if found is not None else ""


_SAID_ASIDE = re.compile(r"""("(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')|/\*[\s\S]*?\*/|//[^\n]*""")
"""A text, which is kept, or a comment."""
_OPENS = re.compile(r"([^{};\n]*)\{|\}|[^{};\n]+")


def _gradle(_: str, text: str) -> Iterator[Setting]:
    """Read blocks and what stands in them; a name in a string says of what a block is: `tasks.named("test")`."""
    above: list[str] = []
    bare = _SAID_ASIDE.sub(lambda match: match[1] or "", text)
    for match in _OPENS.finditer(bare):
        if match[0] == "}":
            del above[-1:]
        elif match[1] is not None:
            above.append(" ".join(match[1].split()).replace(".", "/"))
        elif said := match[0].strip():
            key, _, value = re.sub(r"\.set\((.*)\)$|^set(?=Ignore|Enabled)", r" = \1", said).partition("=")
            yield Setting(".".join((*above, key.strip().replace(".", "/"))), value.strip())


_READS: tuple[tuple[re.Pattern[str], Callable[[str, str], Iterator[Setting]]], ...] = (
    (re.compile(r"\.npmrc$|\.properties$|^(?:maven|jvm)\.config$"), _lines),
    (re.compile(r"\.jsonc?$|^\.(?:nyc|c8)rc$|^\.taprc$.^"), _json),
    (re.compile(r"\.toml$|^config$|^staticcheck\.conf$"), _toml),
    (re.compile(r"\.(?:ini|cfg)$|^\.(?:coveragerc|flake8|bandit)$|^\.?pylintrc$"), _ini),
    (re.compile(r"\.ya?ml$|^\.(?:mocha|eslint|tap)rc$"), _yaml),
    (re.compile(r"\.xml$"), _xml),
    (re.compile(r"\.gradle(?:\.kts)?$"), _gradle),
    (re.compile(r"\.[cm]?[jt]s$"), _js),
)
