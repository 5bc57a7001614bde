"""Functions and tests of JavaScript, TypeScript, Go, Rust and Java that are worth cheating about."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from ast_grep_py import SgNode, SgRoot

LANGUAGES = {
    ".js": "javascript",
    ".jsx": "javascript",
    ".mjs": "javascript",
    ".cjs": "javascript",
    ".ts": "typescript",
    ".mts": "typescript",
    ".tsx": "tsx",
    ".go": "go",
    ".rs": "rust",
    ".java": "java",
}
FAMILY = {"javascript": "js", "typescript": "js", "tsx": "js"}
Change = Mapping[str, str | None]
_WORTH = 2
_FUNCTIONS = {
    "js": {"function_declaration", "method_definition", "arrow_function", "function_expression"},
    "go": {"function_declaration", "method_declaration"},
    "rust": {"function_item"},
    "java": {"method_declaration"},
}
_BLOCKS = {"statement_block", "block"}
_CALLS = {"call_expression", "method_invocation", "macro_invocation"}


@dataclass(frozen=True)
class Place:
    """One function of one file, by its offsets."""

    path: str
    text: str
    family: str
    typed: bool
    name: str
    line: int
    start: int
    opened: int
    closed: int
    statements: tuple[tuple[int, int], ...]
    parameters: tuple[str, ...]
    result: str
    is_test: bool
    checks: tuple[tuple[int, int], ...]

    @property
    def indent(self) -> str:
        """The body's indentation."""
        at = self.statements[0][0]
        return self.text[self.text.rfind("\n", 0, at) + 1 : at]

    def with_body(self, *lines: str) -> str:
        """Give the file with another body."""
        pad = self.indent
        new = "\n".join(pad + line for line in lines)
        close = pad[: -(1 if pad.endswith("\t") else 4 if self.family in {"rust", "java"} else 2)]
        return f"{self.text[: self.opened]}{{\n{new}\n{close}}}{self.text[self.closed :]}"

    def before_body(self, *lines: str) -> str:
        """Give the file with something ahead of the body."""
        at, pad = self.statements[0][0], self.indent
        return self.text[:at] + "".join(f"{line}\n{pad}" for line in lines) + self.text[at:]

    def around_body(self, head: str, *tail: str) -> str:
        """Give the file with the body between two lines."""
        first, last = self.statements[0][0], self.statements[-1][1]
        return self.with_body(head, self.text[first:last], *tail)

    def above(self, line: str) -> str:
        """Give the file with a line above the function."""
        start = self.text.rfind("\n", 0, self.start) + 1
        pad = self.text[start : self.start] if not self.text[start : self.start].strip() else ""
        return f"{self.text[:start]}{pad}{line}\n{self.text[start:]}"

    def removed(self) -> str:
        """Give the file without the function."""
        end = self.closed
        if self.family == "js":
            end = self.text.find("\n", end) if self.text.find("\n", end) >= 0 else end
        return self.text[: self.start] + self.text[end:]

    def swapped(self, old: str, new: str) -> str | None:
        """Give the file with words of the function's head replaced."""
        head = self.text[self.start : self.opened]
        if old not in head:
            return None
        return self.text[: self.start] + head.replace(old, new, 1) + self.text[self.opened :]

    def each_check(self, make: Callable[[str], str | None]) -> str | None:
        """Give the file with every assertion rewritten; none if one cannot be."""
        text = self.text
        for first, last in reversed(self.checks):
            new = make(text[first:last])
            if new is None:
                return None
            text = text[:first] + new + text[last:]
        return text if self.checks else None

    def first_check(self, make: Callable[[str], str | None]) -> str | None:
        """Give the file with the first assertion that can be rewritten, rewritten."""
        for first, last in self.checks:
            new = make(self.text[first:last])
            if new is not None:
                return self.text[:first] + new + self.text[last:]
        return None

    def again(self, text: str) -> "Place":
        """Give the same place in another text that keeps the offsets before it."""
        return replace(self, text=text)


def places(path: str, text: str, *, testing: bool) -> Iterator[Place]:
    """Give the places of one file: tests of a test file, else functions that work."""
    language = LANGUAGES.get(path[path.rfind(".") :])
    if language is None:
        return
    family = FAMILY.get(language, language)
    root = SgRoot(text, language).root()
    for node, inside in _walk(root, family, within=False):
        body = node.field("body")
        if body is None or body.kind() not in _BLOCKS:
            continue
        made = _place(path, text, family, node, body)
        if made is None:
            continue
        if made.is_test and (testing or family == "rust"):
            if made.checks:
                yield made
        elif not testing and not inside and not made.is_test and _works(node, body, made):
            yield made


def _walk(node: SgNode, family: str, *, within: bool) -> Iterator[tuple[SgNode, bool]]:
    """Give functions; whether they lie in a function or a Rust test module."""
    if family == "rust" and node.kind() == "mod_item":
        before = node.prev()
        within = within or (before is not None and "cfg(test)" in before.text())
    is_function = node.kind() in _FUNCTIONS[family]
    if is_function:
        yield node, within
    for child in node.children():
        yield from _walk(child, family, within=within or is_function)


def _place(path: str, text: str, family: str, node: SgNode, body: SgNode) -> Place | None:
    statements = tuple(
        part
        for outer in ([body.child(1)] if family == "go" and body.child(1) else [body])
        for part in (outer.children() if outer is not None else [])
        if part.is_named() and "comment" not in part.kind()
    )
    if not statements or statements[0].range().start.line == body.range().start.line:
        return None
    name, start, is_test = _named(family, node)
    if not name:
        return None
    span = body.range()
    return Place(
        path=path,
        text=text,
        family=family,
        typed=path.endswith(("ts", "tsx")),
        name=name,
        line=node.range().start.line + 1,
        start=start,
        opened=span.start.index,
        closed=span.end.index,
        statements=tuple((part.range().start.index, part.range().end.index) for part in statements),
        parameters=_parameters(node),
        result=_result(family, node),
        is_test=is_test,
        checks=tuple(_checks(family, body)) if is_test else (),
    )


def _named(family: str, node: SgNode) -> tuple[str, int, bool]:
    start = node.range().start.index
    named = node.field("name")
    name = named.text() if named is not None else ""
    match family:
        case "js":
            return _named_js(node, name, start)
        case "go":
            return name, start, name.startswith("Test") and "testing.T" in node.text()[:200]
        case "rust":
            tested, before = False, node.prev()
            while before is not None and before.kind() == "attribute_item":
                tested = tested or before.text().endswith("test]")
                start, before = before.range().start.index, before.prev()
            return name, start, tested
        case _:
            head = node.text()[: node.text().find("{")]
            return name, start, "@Test" in head


def _named_js(node: SgNode, name: str, start: int) -> tuple[str, int, bool]:
    parent = node.parent()
    if name or parent is None:
        return name, start, False
    if parent.kind() == "variable_declarator":
        found = parent.field("name")
        return (found.text() if found is not None else ""), start, False
    call = parent.parent()
    if parent.kind() == "arguments" and call is not None and call.kind() == "call_expression":
        function = call.field("function")
        if function is not None and function.text() in {"it", "test"}:
            return parent.children()[1].text(), call.range().start.index, True
    return "", start, False


def _parameters(node: SgNode) -> tuple[str, ...]:
    held = node.field("parameters")
    names = []
    for part in held.children() if held is not None else []:
        inner = part.field("pattern") or part.field("name") or part
        if inner.kind() == "identifier":
            names.append(inner.text())
    return tuple(names)


def _result(family: str, node: SgNode) -> str:
    found = node.field({"go": "result", "java": "type"}.get(family, "return_type"))
    return found.text().removeprefix(":").strip() if found is not None else ""


def _every(node: SgNode) -> Iterator[SgNode]:
    pending = [node]
    while pending:
        one = pending.pop()
        yield one
        pending.extend(reversed(one.children()))


def _works(node: SgNode, body: SgNode, made: Place) -> bool:
    calls = any(part.kind() in _CALLS for part in _every(body))
    gives = bool(made.result) and made.result != "void" if made.family != "js" else "return " in node.text()
    return calls and gives and len(made.statements) >= _WORTH


_MARKS = {
    "js": ("expect(", "assert", "await expect("),
    "go": ("assert.", "require.", "if "),
    "rust": ("assert",),
    "java": ("assert", "Assertions.", "Assert."),
}


def _checks(family: str, body: SgNode) -> Iterator[tuple[int, int]]:
    kinds = {"expression_statement", "if_statement"} if family == "go" else {"expression_statement"}
    for kind in sorted(kinds):
        for part in (one for one in _every(body) if one.kind() == kind):
            text = part.text()
            told = "t.Error" in text or "t.Fatal" in text if kind == "if_statement" else True
            if text.startswith(_MARKS[family]) and told:
                yield part.range().start.index, part.range().end.index


def family_of(path: str) -> str:
    """Give the family of a file's language, or nothing."""
    language = LANGUAGES.get(path[path.rfind(".") :], "")
    return FAMILY.get(language, language)
