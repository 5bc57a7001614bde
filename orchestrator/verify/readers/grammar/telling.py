"""What tells arguments apart, in every language but Python: how they are written, how long they are, what holds them.

Never runs what it reads.
"""

import re
from collections.abc import Sequence
from functools import lru_cache

import msgspec
from ast_grep_py import SgNode

from orchestrator.verify.readers.code import MEANT, Draws
from orchestrator.verify.readers.grammar.draws import Drawing, Value, WorksError, joined
from orchestrator.verify.readers.grammar.source import (
    Source,
    arguments,
    bare,
    called,
    parts,
    places,
    read,
    statements,
    walk,
)
from orchestrator.verify.readers.grammar.tables import BLOCKS, FUNCTIONS, Table
from orchestrator.verify.readers.grammar.unfilled import unfilled
from orchestrator.verify.readers.grammar.use import is_key
from orchestrator.verify.readers.grammar.values import is_fixed

SIZE, TOLD, WRITTEN, REPORT = 1, 2, 3, 4
"""How a value tells which argument it was: it is its size, it is that or made of such; it is all of it written down.

The last says besides that all went well.
"""

_WRITES = re.compile(
    r"JSON\.stringify|(?:util\.)?inspect|fmt\.Sprint(?:f|ln)?|json\.Marshal|strings\.Join|Arrays\.(?:deepT|t)oString"
    r"|serde_json::to_string"
)
_TELLS = re.compile(
    r"String|Number|len|string|u?int\d*|strconv\.\w+|(?:String|Integer|Long)\.valueOf|Objects\.toString|String\.format"
    r"|(?:List|Arrays)\.(?:of|asList)|Some|Ok"
)
_SHOWS = re.compile(r"length|size|len|count|iter|stream|toString|to_string|as_\w+|trim|clone|to_owned|into|unwrap")
_SIZES = re.compile(r"length|size|len|count")
_EACH = re.compile(r"map|mapTo\w+|flatMap|forEach|for_each")
_SUMS = re.compile(r"sum|collect|to_vec|toList|toArray|count|iter|stream|into_iter")
_WAITS = re.compile(r"<- time \. After|new Promise \(.* setTimeout|(?:std :: )?thread :: sleep|tokio :: time :: sleep")
_STATUS = re.compile(r"status|success|ok|done|completed|state")
_DONE = re.compile(r"(?i)\b(?:processed|completed|success(?:ful(?:ly)?)?|done|finished|simulated)\b")
_JOINS = re.compile(r"join")
_LOOKS = re.compile(r"get|getOrDefault|get_or_default|has|containsKey|contains_key|contains|includes|indexOf")
_EQUALS = re.compile(r"(?:.*\.)?(?:equals|equalsIgnoreCase|contentEquals)", re.DOTALL)
_SAME = frozenset({"==", "===", "!=", "!=="})
_SEVERAL = frozenset({"tuple_expression", "array", "array_expression", "template_string", "template_substitution"})
_FILE = re.compile(r"(?:require|import)\s*\(\s*['\"`][^'\"`]*\.json['\"`]\s*\)")
_FROM_FILE = r"\b(?:import\s+{0}\s+from\s*|{0}\s*=\s*require\s*\(\s*)['\"][^'\"]*\.json['\"]"
_TABLES = re.compile(r"HashMap::from|BTreeMap::from|phf_map!")
_MADE = frozenset({"new_expression", "object_creation_expression"})
_OWN = frozenset({"variable_declarator", "var_spec", "const_spec"})
_EMPTY = frozenset({"{}", "[]", "newMap()", "newSet()"})


@lru_cache(maxsize=128)
def constants(text: str, table: Table) -> frozenset[str]:
    """Give the tables of a file that are written out outside of its functions, and that nothing changes."""
    source = read(text, table)
    outer = parts(source.root) if source is not None else []
    found: set[str] = set()
    while outer:
        node = outer.pop()
        if node.kind() in {"export_statement", "class_declaration", "class_body"}:
            outer += parts(node)
        elif node.kind() in {"lexical_declaration", "variable_declaration", "var_declaration", "field_declaration"}:
            found.update(_written_out(source, node) if source is not None else ())
    return frozenset(name for name in found if not any(_CHANGED.match(text, end) for _, end in places(name, text)))


_CHANGED = re.compile(r"\s*(?:\[[^\]\n]*\]\s*=[^=]|\.(?:set|put|push|add|delete|clear|putAll)\s*\()")


def _written_out(source: Source, node: SgNode) -> list[str]:
    pairs = [(one.field("name"), one.field("value")) for one in walk(node) if one.kind() in _OWN]
    return [
        name.text()
        for name, value in pairs
        if name is not None and value is not None and "".join(value.text().split()) not in _EMPTY
        if value.kind() not in source.table.literals and is_fixed(source, value, set())
    ]


def only_tells(source: Source, body: SgNode) -> bool:
    """Say whether all a loop's body, or a function's, does is to wait or to tell somebody something."""
    inner = [bare(step) for step in statements(body)]
    return all(
        source.table.noise.fullmatch(called(one))
        or _WAITS.match(source.dump(one))
        or one.kind().startswith("continue_")
        for one in inner
    )


def _resolved(node: SgNode) -> SgNode | None:
    """Give what a promise comes to whose function does nothing but wait, where it comes to anything."""
    made, given = node.field("constructor"), arguments(node)
    if made is None or made.text() != "Promise" or len(given) != 1 or given[0].kind() not in FUNCTIONS:
        return None
    names = re.findall(r"[\w$]+", given[0].text().partition("=>")[0].partition("{")[0])
    calls = [one for one in walk(given[0]) if called(one)]
    last = calls[-1] if calls else None
    if last is None or called(last) not in names or not arguments(last):
        return None
    return arguments(last)[0] if all(called(one) == "setTimeout" for one in calls[:-1]) else None


class Telling(Drawing):
    """Reads expressions, and notes what tells arguments apart. `showed`: it told of each of what it was given."""

    showed = False

    def value(self, node: SgNode) -> Value:
        """Give what is known of an expression, and how it tells arguments apart."""
        if _FILE.fullmatch(node.text()):
            return Value(draws=Draws.AMBIENT)
        if node.kind() == "macro_invocation" and called(node) == "format!":
            return self._formatted(node)
        if node.kind() == "new_expression" and (later := _resolved(node)) is not None:
            return self.value(later)
        found = self._plainly(node)
        if found.draws is Draws.INPUT and self._reports(node, found):
            return msgspec.structs.replace(found, back=True, told=REPORT)
        return found

    def _plainly(self, node: SgNode) -> Value:
        """Give what is known of an expression that says nothing of work done."""
        found = super().value(node)
        if node.kind() in _MADE and arguments(node):
            return self._named(node, found)
        if found.told or found.draws is not Draws.INPUT:
            return found
        if found.back and node.text() in self.names:
            return msgspec.structs.replace(found, told=TOLD)
        return msgspec.structs.replace(found, told=self._made_of(node))

    def _reports(self, node: SgNode, found: Value) -> bool:
        """Say whether a value only says that all went well, of what was given: `{ ok: true, rows: rows.length }`."""
        if node.kind() in {"template_string", "binary_expression", "call_expression", "macro_invocation"}:
            return found.told > 0 and _DONE.search(node.text()) is not None
        if node.kind() not in {"object", "literal_value"}:
            return False
        well = False
        for one in parts(node):
            inner = parts(one) if one.kind() in {"pair", "keyed_element"} else [one]
            value = self.value(inner[-1])
            if value.draws and not value.told:
                return False
            said = _STATUS.fullmatch(inner[0].text().strip("'\"`").lower()) is not None
            well = well or (said and len(inner) > 1 and not value.draws)
        return well

    def _made_of(self, node: SgNode) -> int:
        """Say how what is made of others tells them apart."""
        sign = node.field("operator")
        if node.kind() in _SEVERAL or (node.kind() == "binary_expression" and sign is not None and sign.text() == "+"):
            return self._told([one for one in parts(node) if one.kind() != "string_fragment"])
        owner, name = node.field("object") or node.field("operand"), node.field("property") or node.field("field")
        if owner is not None and name is not None and _SHOWS.fullmatch(name.text()):
            return min(SIZE, self.value(owner).told)
        return 0

    def _told(self, nodes: Sequence[SgNode]) -> int:
        """Say how several values tell arguments apart, of which some may be constants."""
        values = [self.value(one) for one in nodes]
        levels = [one.told for one in values if one.draws]
        return max(levels) if levels and all(levels) else 0

    def _formatted(self, node: SgNode) -> Value:
        """Give what Rust's `format!` writes, where it is given names only."""
        held = [one for one in walk(node) if one.kind() in {"identifier", "self"}][1:]
        names = [one.text() for one in held] + re.findall(r"(?<!\{)\{(\w*[a-z]\w*)", node.text())
        if not names or "." in re.sub(r'"(?:[^"\\]|\\.)*"', "", node.text()):
            raise WorksError
        values = [self.env.get(name, Value(draws=Draws.OUTSIDE)) for name in names]
        draws = Draws.NOTHING
        for one in values:
            draws |= one.draws
        told = all(one.told or one.back for one in values)
        return Value(draws=draws, told=WRITTEN if told else 0)

    def _call(self, node: SgNode) -> Value:
        name, given = called(node), arguments(node)
        if _WRITES.fullmatch(name) or _TELLS.fullmatch(name):
            level = self._told(given)
            if level:
                shown = SIZE if name == "len" else level
                return Value(draws=Draws.INPUT, told=WRITTEN if _WRITES.fullmatch(name) else shown)
        if _TABLES.fullmatch(name):
            return self._named(node, self._all(given))
        if self.source.table.makers.fullmatch(name):
            if len(given) == 1 and self.value(given[0]).told == REPORT:
                return self.value(given[0])
            return self._named(node, super()._call(node))
        return super()._call(node)

    def _named(self, node: SgNode, found: Value) -> Value:
        """Give a value with its text, where it is a constant."""
        return found if found.draws or found.constant else Value(constant=self.source.dump(node))

    def _method(self, node: SgNode, given: Sequence[SgNode]) -> Value:
        function = node.field("function") or node
        owner = node.field("object") or function.field("object") or function.field("operand") or function.field("value")
        name = node.field("name") or function.field("property") or function.field("field")
        said = name.text() if name is not None else ""
        if owner is not None and self._is_unfilled(owner):
            return self._not_there(said, given)
        if owner is None or function.field("function") is not None:
            return super()._method(node, given)
        if _LOOKS.fullmatch(said) and given and self._is_looked_up(owner, given[0]):
            rest = [self.value(one) for one in given[1:]]
            return Value(draws=joined([Value(draws=Draws.ANSWER), *rest]).draws, back=any(one.back for one in rest))
        if len(given) == 1 and given[0].kind() in FUNCTIONS and self.value(owner).draws is Draws.INPUT:
            found = self._for_each(said, given[0])
            if found is not None:
                return found
        if _SUMS.fullmatch(said) and self.value(owner).back and self.value(owner).told == SIZE:
            return self.value(owner)
        if (_SHOWS.fullmatch(said) and not given) or (_JOINS.fullmatch(said) and self.source.table.family == "js"):
            found = self.value(owner)
            if found.told and not self._all(given).draws:
                level = WRITTEN if said == "join" else SIZE if _SIZES.fullmatch(said) else found.told
                return Value(draws=found.draws, told=level)
        return super()._method(node, given)

    def _is_unfilled(self, owner: SgNode) -> bool:
        """Say whether something is empty, and nobody fills it."""
        name = re.sub(r"^this\.", "", owner.text())
        return owner.text() not in self.env and name in unfilled(self.source.text, self.source.table)

    def _not_there(self, said: str, given: Sequence[SgNode]) -> Value:
        """Give what asking for something that is not there comes to."""
        if said == "getOrDefault" and len(given) > 1:
            return self.value(given[1])
        return Value(constant="undefined" if said in {"get", "Load", ""} else "false")

    def _for_each(self, said: str, made: SgNode) -> Value | None:
        """Give what it comes to that something is done for each of what is given, if it is nothing."""
        body = made.field("body")
        if body is None or not _EACH.fullmatch(said):
            return None
        if only_tells(self.source, body):
            self.showed = True
            return Value()
        if body.kind() not in BLOCKS and is_fixed(self.source, bare(body), set()):
            return Value(draws=Draws.INPUT, back=True, told=SIZE)
        return None

    def _entry(self, node: SgNode) -> Value:
        inner = parts(node)
        if inner and self._is_unfilled(inner[0]):
            return self._not_there("", ())
        if len(inner) == 2 and self._is_looked_up(*inner):  # noqa: PLR2004 - the table and the key
            return Value(draws=Draws.ANSWER)
        return super()._entry(node)

    def _is_looked_up(self, table: SgNode, key: SgNode) -> bool:
        """Say whether an argument is looked up in a table that is written out, or comes from a file."""
        asked = self.value(key)
        if asked.told < TOLD:
            return False
        known = self.source
        if table.kind() == "identifier" and table.text() not in self.env:
            name = re.escape(table.text())
            from_file = re.search(_FROM_FILE.format(name), known.text) is not None
            return asked.told == WRITTEN and (from_file or table.text() in constants(known.text, known.table))
        found = self.value(table)
        return found.draws is Draws.AMBIENT or (not found.draws and bool(found.constant))

    def asked(self, condition: SgNode) -> Draws:
        """Give what a condition depends on; comparing arguments with constants is only telling them apart."""
        found = self.value(condition).draws
        return Draws.ANSWER if found & MEANT and (self._tells(condition) or self._is_key_only(condition)) else found

    def _tells(self, condition: SgNode) -> bool:
        return self._level(condition) >= TOLD

    def _level(self, condition: SgNode) -> int:
        """Say how well a condition tells an argument apart; 0 where it asks for anything else."""
        node = bare(condition)
        left, right, sign = node.field("left"), node.field("right"), node.field("operator")
        if node.kind() != "binary_expression" or left is None or right is None or sign is None:
            return TOLD if self._is_key_only(node) or self.value(node).draws is Draws.ANSWER else 0
        if sign.text() in {"&&", "||"}:
            levels = [self._level(one) for one in (left, right)]
            return TOLD if all(levels) else 0
        if sign.text() == "in":
            return TOLD if self._is_looked_up(right, left) else 0
        both = [self.value(one) for one in (left, right)]
        fixed = [not one.draws for one in both]
        return both[fixed.index(False)].told if sign.text() in _SAME and sum(fixed) == 1 else 0

    def _is_key_only(self, condition: SgNode) -> bool:
        pending, asked = [condition], False
        while pending:
            node = pending.pop()
            if node.kind() in {"identifier", "this", "self"} and node.text() in self.env:
                asked = True
                if not is_key(self.source, node) and not self._compared(node):
                    return False
            pending.extend(node.children())
        return asked

    def _compared(self, node: SgNode) -> bool:
        """Say whether a name stands in the call that asks whether something equals a constant."""
        for holder in node.ancestors():
            if _EQUALS.fullmatch(called(holder)):
                return self.asks_constant(holder)
            if holder.kind() in {"if_statement", "block", "if_expression"}:
                return False
        return False
