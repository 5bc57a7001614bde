"""What an expression comes to where nothing is set up, in every language but Python. Never runs what it reads.

No variable of the environment, no property, no option, no feature, no file of a fixed name.
"""

import re
from collections.abc import Callable, Collection, Mapping, Sequence

from ast_grep_py import SgNode

from orchestrator.verify.readers.grammar.asking import VARIABLE, asking, words
from orchestrator.verify.readers.grammar.source import (
    Source,
    arguments,
    bare,
    called,
    parts,
    walk,
)
from orchestrator.verify.readers.grammar.tables import NAMES


class _Mark:
    """A value of which only one thing is known."""


UNKNOWN, MISSING, FILE = _Mark(), _Mark(), _Mark()
"""Anything; the error that something is not there; a file that is not there."""

_QUOTED = re.compile(r"""(?:[rb]?#*)?(["'`])(.*)\1#*""", re.DOTALL)
_NUMBER = re.compile(r"\d{1,9}")
_WORDS: Mapping[str, object] = {
    **dict.fromkeys(("true", "Boolean.TRUE"), True),
    **dict.fromkeys(("false", "Boolean.FALSE"), False),
    **dict.fromkeys(("null", "undefined", "nil", "None"), None),
}
_UNSET: Sequence[tuple[re.Pattern[str], object]] = (
    (re.compile(r"os\.Getenv"), ""),
    (re.compile(r"os\.LookupEnv"), ("", False)),
    (re.compile(r"flag\.Lookup|Deno\.env\.get|(?:java\.lang\.)?System\.getenv|option_env!"), None),
    (re.compile(r"(?:java\.lang\.)?Boolean\.getBoolean|Deno\.env\.has|process\.(?:exec)?[aA]rgv\.includes"), False),
    (re.compile(r"(?:(?:process\.env|System\.getenv\(\))\.)(?:hasOwnProperty|containsKey)"), False),
    (re.compile(r"(?:std::)?env::var(?:_os)?"), MISSING),
)
"""What asks for something that may be set, and what that gives where it is not."""
_LOOKED_FOR: Sequence[tuple[re.Pattern[str], object]] = (
    (re.compile(r"os\.(?:L?[sS]tat|Open|ReadFile|ReadDir)|ioutil\.ReadFile"), (None, MISSING)),
    (re.compile(r"(?:std::)?fs::(?:metadata|read\w*|canonicalize)|(?:std::fs::|fs::)?File::open"), MISSING),
    (re.compile(r"(?:\w+\.)?existsSync|(?:java\.nio\.file\.)?Files\.(?:exists|is\w+)|(?:std::)?fs::exists"), False),
    (re.compile(r"(?:java\.nio\.file\.)?Files\.notExists"), True),
    (re.compile(r"(?:std::path::)?Path(?:Buf)?::(?:new|from)|(?:java\.nio\.file\.)?Paths?\.(?:of|get)"), FILE),
)
"""What looks for a file by its name."""
_PROPERTY = re.compile(r"(?:java\.lang\.)?(?:System\.getProperty|Integer\.getInteger|Long\.getLong)")
_OF_JAVA = re.compile(r"[\"'](?:java|os|user|line|file|path|sun|jdk)\.")
_SAME = re.compile(r"(?:.*\.)?(?:equals|equalsIgnoreCase|EqualFold|eq|eq_ignore_ascii_case)", re.DOTALL)
_ABSENT = re.compile(r"os\.IsNotExist|errors\.Is")
_AS_IT_IS = re.compile(
    r"(?:strings\.(?:ToLower|ToUpper|TrimSpace|Split)|String|string|Optional\.ofNullable)|.*[.](?:trim|strip|toLowerCase|toUpperCase|toString|ok|as_deref"
    r"|as_ref|as_str|to_lowercase|to_string|map|split|and_then|filter|toFile|toPath|join|resolve)",
    re.DOTALL,
)
"""What shows a value, or something of it: what is not there is not there then either."""
_READS: Mapping[str, Callable[[object], object]] = {
    **dict.fromkeys(("is_ok", "is_some", "isPresent"), lambda held: held not in {MISSING, None}),
    **dict.fromkeys(("is_ok_and", "is_some_and"), lambda held: held not in {MISSING, None} and UNKNOWN),
    **dict.fromkeys(("is_err", "is_none"), lambda held: held in {MISSING, None}),
    **dict.fromkeys(("exists", "isFile", "isDirectory", "canRead", "is_file", "is_dir"), lambda held: held is not FILE),
    **dict.fromkeys(("isEmpty", "is_empty", "isBlank"), lambda held: held == ""),
    **dict.fromkeys(("unwrap_or_default",), lambda _: ""),
}
_KINDS = re.compile(r"strings|strconv|errors|os|Objects|Optional|String")
"""What is no thing that something is asked of, but where a function is."""
_HOLDS = frozenset({"includes", "contains", "startsWith", "endsWith", "starts_with", "ends_with", "has"})
_TURNS: Mapping[str, object] = {
    **dict.fromkeys(("Boolean", "Boolean.parseBoolean", "Boolean.valueOf"), False),
    **dict.fromkeys(("len", "Number", "parseInt", "parseFloat", "Integer.parseInt"), 0),
    "strconv.ParseBool": (False, MISSING),
    "strconv.Atoi": (0, MISSING),
}
"""What is made of what is not there."""
_CFG = re.compile(r"(not|any|all)\((.*)\)", re.DOTALL)
_OF_EVERY_BUILD = re.compile(
    r"target_\w+.*|unix|windows|test|doc\w*|miri|panic.*|overflow_checks|feature=\"(?:std|alloc)\""
)


class Bare:
    """Reads expressions in a bare world. `debug`: built so that assertions are on; `asked`: something around was.

    `names` are those of the body so far, with what they are; `taken` its parameters, `changed` what it changes.
    """

    def __init__(self, source: Source, taken: frozenset[str], changed: Collection[str] = (), *, debug: bool) -> None:
        self.source = source
        self.names: dict[str, object] = dict.fromkeys(taken, UNKNOWN)
        self.debug = debug
        self.asked = False
        self._changed = frozenset(changed)
        self._told: set[str] = set()
        self._around = asking(source.text, source.table)
        self._deep = 0

    def truth(self, node: SgNode) -> bool | None:
        """Say what a condition comes to by what is not there; None where nobody can tell, or nothing is asked."""
        self.asked = False
        found = self.value(node)
        known = found is not UNKNOWN and (isinstance(found, bool) or self.source.table.family == "js")
        return bool(found) and found is not None if known and self.asked else None

    def value(self, node: SgNode) -> object:  # noqa: C901 - a table of forms
        """Give what an expression comes to; UNKNOWN where nobody can tell."""
        node = bare(node)
        text = "".join(node.text().split())
        if text in _WORDS:
            return _WORDS[text]
        if (number := _NUMBER.fullmatch(text)) is not None:
            return int(number[0])
        if node.kind() in self.source.table.literals and (quoted := _QUOTED.fullmatch(node.text())) is not None:
            return quoted[2]
        if VARIABLE.fullmatch(text):
            self.asked = True
            return None
        match node.kind():
            case "identifier" | "shorthand_property_identifier" | "scoped_identifier":
                return self._named(text)
            case "unary_expression":
                return self._unary(node)
            case "binary_expression":
                return self._binary(node)
            case "let_condition" | "let_chain":
                return self._let(node)
            case "ternary_expression":
                return self._either(node)
            case "reference_expression" | "member_expression" | "field_access" | "selector_expression":
                return self._within(node)
            case _:
                return self._asked_for(node)

    def bind(self, node: SgNode) -> None:
        """Note what a statement gives names."""
        for one in walk(node):
            names = one.field_children("name") or one.field_children("pattern") or one.field_children("left")
            held = one.field("value") or one.field("right")
            if one.kind() not in _BINDS or not names or held is None:
                continue
            names = [part for name in names for part in (parts(name) if name.kind() == "expression_list" else [name])]
            self.asked = False
            self._give(names, self.value(parts(held)[0] if held.kind() == "expression_list" else held))
            made = {leaf.text() for name in names for leaf in walk(name)}
            self._told = (self._told | made) if self.asked else (self._told - made)
            self.names |= dict.fromkeys(made & self._changed, UNKNOWN)

    def _give(self, names: Sequence[SgNode], found: object) -> None:
        if names[0].kind() == "object_pattern":
            self.names.update(dict.fromkeys(words(names[0]), found if found is None else UNKNOWN))
        elif isinstance(found, tuple) and len(found) == len(names):
            self.names.update((name.text(), one) for name, one in zip(names, found, strict=True))
        elif len(names) == 1:
            self.names[names[0].text()] = found
        else:
            self.names.update((name.text(), UNKNOWN) for name in names)

    def _named(self, text: str) -> object:
        name = text.rpartition("::")[2]
        if name in self.names:
            self.asked = self.asked or name in self._told
            return self.names[name]
        return self._around_here(name)

    def _around_here(self, name: str) -> object:
        """Give what a name of the file is that asks the surroundings."""
        node = self._around.get(name)
        self._deep += 1
        found = self.value(node) if node is not None and self._deep <= _DEEP else UNKNOWN
        self._deep -= 1
        return found

    def _unary(self, node: SgNode) -> object:
        found = self.value(parts(node)[-1])
        if node.text()[:1] != "!" or found is UNKNOWN:
            return found if node.text()[:1] in {"&", "*"} else UNKNOWN
        return not self._is_true(found)

    def _is_true(self, found: object) -> bool:
        return bool(found) and found is not None

    def _binary(self, node: SgNode) -> object:
        left, right, sign = node.field("left"), node.field("right"), node.field("operator")
        if left is None or right is None or sign is None:
            return UNKNOWN
        operator = sign.text()
        if operator == "in" and "env" in right.text():
            self.asked = True
            return False
        one = self.value(left)
        if operator in {"&&", "||", "??"}:
            return self._decided(one, operator, right)
        other = self.value(right)
        if MISSING in {one, other} and re.match(r"(?:Ok|Some)\b", (right if one is MISSING else left).text()):
            return operator == "!="
        if UNKNOWN in {one, other}:
            return UNKNOWN
        return _compared(one, operator, other)

    def _decided(self, one: object, operator: str, right: SgNode) -> object:
        """Give what `a && b` comes to: one side is enough, where it decides."""
        if operator == "??":
            return self.value(right) if one is None else one
        ends = operator == "||"
        if one is not UNKNOWN and self._is_true(one) is ends:
            return one
        other = self.value(right)
        if other is not UNKNOWN and self._is_true(other) is ends:
            return other
        return other if one is not UNKNOWN else UNKNOWN

    def _let(self, node: SgNode) -> object:
        """Say whether `if let` holds: what is not there is neither `Ok` nor `Some`."""
        if node.kind() == "let_chain":
            return False if any(self.value(one) is False for one in parts(node)) else UNKNOWN
        pattern, held = node.field("pattern"), node.field("value")
        found = self.value(held) if held is not None else UNKNOWN
        if pattern is None or found not in {MISSING, None}:
            return UNKNOWN
        return re.match(r"(?:Err|None)\b", pattern.text()) is not None

    def _either(self, node: SgNode) -> object:
        condition, one, other = node.field("condition"), node.field("consequence"), node.field("alternative")
        found = self.value(condition) if condition is not None else UNKNOWN
        taken = one if self._is_true(found) else other
        return self.value(taken) if found is not UNKNOWN and taken is not None else UNKNOWN

    def _within(self, node: SgNode) -> object:
        """Give what a member comes to: nothing has none."""
        if node.kind() == "reference_expression":
            return self.value(parts(node)[-1])
        owner, name = node.field("object") or node.field("operand"), node.field("property") or node.field("field")
        if owner is None or name is None:
            return UNKNOWN
        if owner.text() in {"this", "self", "Self"} or owner.text()[:1].isupper():
            return self._around_here(name.text())
        if (text := f"{owner.text()}.{name.text()}") in self._around and owner.text() not in self.names:
            return self._around_here(text)
        found = self.value(owner)
        if found == "" and name.text() == "length":
            return 0
        return None if found is None and "?." in node.text() else UNKNOWN

    def _asked_for(self, node: SgNode) -> object:
        """Give what a call comes to."""
        name, given = "".join(called(node).split()), arguments(node)
        if node.kind() in {"object_creation_expression", "new_expression"}:
            made = node.field("type") or node.field("constructor")
            is_file = made is not None and re.fullmatch(r"(?:java\.io\.)?File", made.text()) is not None
            self.asked = self.asked or is_file
            return FILE if is_file and self._is_at_hand(given) else UNKNOWN
        if name == "cfg!":
            return self.built(re.sub(r"\s", "", node.text().partition("!")[2])[1:-1])
        for pattern, unset in _UNSET:
            if pattern.fullmatch(name):
                self.asked = True
                return unset
        for pattern, found in _LOOKED_FOR:
            if pattern.fullmatch(name) and self._is_at_hand(given):
                self.asked = True
                return found
        if _PROPERTY.fullmatch(name) and not _OF_JAVA.match(given[0].text() if given else ""):
            self.asked = True
            return self.value(given[1]) if len(given) > 1 else None
        if name.endswith("desiredAssertionStatus"):
            self.asked = True
            return self.debug
        return self._made_of(node, name, given)

    def _made_of(self, node: SgNode, name: str, given: Sequence[SgNode]) -> object:
        """Give what a call comes to that only shows what it is given, or is asked of."""
        last, owner = re.split(r"\.|::", name)[-1], self._owner(node)
        if _SAME.fullmatch(name):
            sides = [self.value(one) for one in ([owner, *given] if owner is not None else given)[-2:]]
            return UNKNOWN if UNKNOWN in sides else sides[0] == sides[-1]
        if _ABSENT.fullmatch(name):
            found = self.value(given[0]) if given else UNKNOWN
            return True if found is MISSING and (len(given) == 1 or "NotExist" in given[1].text()) else UNKNOWN
        if name in _TURNS and given:
            return _turned(name, self.value(given[0]))
        if owner is not None and last in {"unwrap_or", "map_or"} and given:
            return self.value(given[0]) if self.value(owner) in {MISSING, None} else UNKNOWN
        if owner is not None and last in _READS:
            found = self.value(owner)
            return _READS[last](found) if found is not UNKNOWN else UNKNOWN
        if owner is not None and last in _HOLDS and given:
            return self._holds(self.value(owner), given[0])
        if re.fullmatch(r"strings\.(?:Contains|HasPrefix|HasSuffix)", name) and len(given) > 1:
            return self._holds(self.value(given[0]), given[1])
        if _AS_IT_IS.fullmatch(name):
            return self.value(owner) if owner is not None else self.value(given[0]) if given else UNKNOWN
        return self._around_here(last) if not given and last in self._around else UNKNOWN

    def _holds(self, found: object, part: SgNode) -> object:
        """Say whether a text has some part: nothing holds nothing but the empty text."""
        if found is None or found == "":
            return False if self.value(part) != "" else UNKNOWN
        return UNKNOWN

    def _owner(self, node: SgNode) -> SgNode | None:
        function = node.field("function") or node
        found = node.field("object") or function.field("object") or function.field("value")
        if found is None and function.kind() == "selector_expression":
            found = function.field("operand")
        return found if found is None or not _KINDS.fullmatch(found.text()) else None

    def _is_at_hand(self, given: Sequence[SgNode]) -> bool:
        """Say whether a path is the same whatever is asked: of no argument, and of nothing worked out."""
        unknown = {name for name, found in self.names.items() if found is UNKNOWN} | {"this", "self"}
        words = {one.text() for part in given for one in walk(part) if one.kind() in {*NAMES, "this", "self"}}
        return bool(given) and not words & unknown

    def built(self, asked: str) -> object:
        """Give what `cfg!` comes to; of what every build has, nobody can tell."""
        found = _CFG.fullmatch(asked)
        if asked == "debug_assertions":
            self.asked = True
            return self.debug
        if found is None:
            self.asked = self.asked or _OF_EVERY_BUILD.fullmatch(asked) is None
            return UNKNOWN if _OF_EVERY_BUILD.fullmatch(asked) else False
        inner = [self.built(one) for one in _split(found[2])]
        if found[1] == "not":
            return UNKNOWN if UNKNOWN in inner else not inner[0]
        ends = found[1] == "any"
        return ends if ends in inner else UNKNOWN if UNKNOWN in inner else not ends


_DEEP = 4
_BINDS = frozenset(
    (
        "variable_declarator",
        "var_spec",
        "const_spec",
        "short_var_declaration",
        "let_declaration",
        "assignment_statement",
    )
)


def _turned(name: str, found: object) -> object:
    """Give what is made of a text: a number, a truth."""
    if found is None or found == "":
        return _TURNS[name]
    if not isinstance(found, str):
        return UNKNOWN
    return found == "true" if _TURNS[name] is False else int(found) if found.isdecimal() and name != "len" else UNKNOWN


def _split(text: str) -> list[str]:
    """Give what stands between the outermost commas."""
    found, depth = [""], 0
    for sign in text:
        depth += {"(": 1, ")": -1}.get(sign, 0)
        if sign == "," and not depth:
            found.append("")
        else:
            found[-1] += sign
    return [one for one in found if one]


def _compared(one: object, operator: str, other: object) -> object:
    if operator.startswith(("==", "!=")):
        return (one == other) is (operator[0] == "=")
    if isinstance(one, int) and isinstance(other, int) and operator in {"<", "<=", ">", ">="}:
        return (
            one == other if one == other and "=" in operator else (one < other) is (operator[0] == "<") and one != other
        )
    return UNKNOWN
