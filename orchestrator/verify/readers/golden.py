"""Expectations that a test has itself written down just before: text of any language. Never judges."""

import re
from collections.abc import Mapping

_WRITES = re.compile(
    r"(?:(\w+(?:\([^()\n]*\))?)\.)?\b(?:write_text|write_bytes|writeFileSync|writeFile|WriteFile|writeString|fs::write|Files\.write\w*)\(([^;\n]*)"
    r"|\bopen\(([^()\n]*?,\s*['\"]w[^()\n]*)\)(?:[^\n]*\n){1,2}?[^\n]*\b(?:dump|write)\w*\(([^\n]*)"
)
_READS = re.compile(
    r"(?:(\w+(?:\([^()\n]*\))?)\.)?\b(?:read_text|read_bytes|readFileSync|readFile|ReadFile|readString|read_to_string|fs::read|readAll\w+)\(([^;\n]*)"
    r"|\bopen\(([^()\n]*)\)(?:\.read|[^\n]*\n[^\n]*\b(?:load|read)\w*\()"
)
_TEXT = re.compile(r"""(["'])([^"'\n]+)\1""")
_NAME = re.compile(r"(?<![\w.\"'])[A-Za-z_]\w*(?![\w(:])")


def written_down(text: str, values: Mapping[str, str]) -> frozenset[str]:
    """Give the names of a test that were given a value by a call and written into a file that is then read again."""
    found: set[str] = set()
    reads = [(match.start(), _places(match)) for match in _READS.finditer(text)]
    for match in _WRITES.finditer(text) if reads else ():
        if any(at > match.start() and places & _places(match) for at, places in reads):
            found |= {name for name in _NAME.findall(match[2] or match[4] or "") if "(" in values.get(name, "")}
    return frozenset(found)


def _places(match: re.Match[str]) -> frozenset[str]:
    """Give what a call says about which file: its owner, its texts, the name it is given first."""
    given = match[2] or match[3] or ""
    first = re.match(r"\s*&?(\w+)\s*[,)]", given)
    texts = {found[1] for found in _TEXT.findall(f"{match[1]} {given}")} - {"w", "r", "utf-8", "utf8", "wb", "rb"}
    names = {match[1] or "", first[1] if first is not None else ""} - {"", "os", "fs", "Files", "std", "ioutil"}
    return frozenset(texts | names)


def reads_back(text: str) -> bool:
    """Say whether an expression reads a file."""
    return _READS.search(text) is not None or re.search(r"\bjson\.load\(", text) is not None
