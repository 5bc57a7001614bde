"""What becomes of functions in a test: who runs them and hears how it went. Not of Python. Never runs them."""

import re
from collections.abc import Collection

import msgspec
from ast_grep_py import SgNode

from orchestrator.verify.readers.grammar.handed import not_run_by
from orchestrator.verify.readers.grammar.hushing import CAUGHT, is_quiet_callback
from orchestrator.verify.readers.grammar.source import Source, arguments, called, name_of, walk
from orchestrator.verify.readers.grammar.tables import BLOCKS

NEVER = "is never run"
ASIDE = "only runs aside, where its failure fails nothing"
WANTED = "stands where it is expected to fail"
_NOBODY = "hangs on a promise nobody waits for"
_WRAPS = frozenset(
    (
        *(
            "parenthesized_expression",
            "as_expression",
            "non_null_expression",
            "expression_list",
            "reference_expression",
        ),
        *("cast_expression", "satisfies_expression", "type_assertion"),
    )
)
_HELD = frozenset(
    ("variable_declarator", "let_declaration", "short_var_declaration", "var_spec", "assignment_statement")
)
_GATHERS = frozenset({"pair", "object", "keyed_element", "literal_element", "literal_value", "composite_literal"})
_LOOKS = re.compile(
    r"(?:\w+(?:::|\.))*(?:typeof|drop|forget|size_of_val|assertNotNull|requireNonNull|isNotNull|black_box|Boolean|String"
    r"|NotNil|isFunction|type_name_of_val|assertInstanceOf|getClass|println?|Sprint\w*|IsType|len)"
)
_STARTS = re.compile(
    r"(?:\w+(?:::|\.))*(?:setTimeout|setInterval|setImmediate|queueMicrotask|nextTick|requestAnimationFrame|requestIdleCallback"
    r"|AfterFunc|Timer|addShutdownHook|schedule\w*|startVirtualThread|ofVirtual|SetFinalizer|AddCleanup)"
    r"|(?:std::)?thread::spawn|(?:tokio|async_std|smol)(?:::task)?::spawn(?:_blocking|_local)?|.*Builder.*\.spawn"
    r"|Thread|\w+\.(?:submit|execute)|(?:CompletableFuture\.)?(?:runAsync|supplyAsync)|process\.on(?:ce)?|\w*[eE]mitter\.on(?:ce)?"
)
_MAKES = re.compile(
    r"(?:\w+\.)*(?:dynamicTest|dynamicContainer)|(?:Stream|List|Arrays|Set)\.(?:of|asList)|(?:\w+\.)*InternalTest"
)
"""What makes a test, or a list of some, and runs none."""
_LAZY = re.compile(r"map|filter|peek|inspect|filter_map|flat_map|flatMap|take_while|skip_while|mapToObj|mapToInt|scan")
_THROWS = re.compile(r"(?:\w+\.)*(?:throws|rejects|assertThrows\w*|assertThatThrownBy|catchThrowable|throwsAsync)")
_ANY_FAILURE = re.compile(r"\b(?:Throwable|Error|AssertionError|AssertionFailedError)\b(?:\.class)?")
OTHER_T = re.compile(r"&testing\.T\{\}|new\(testing\.T\)")
_TURNS = re.compile(r"advanceTimers|runAll|runOnly|\btick\(|flush|\.emit\(|dispatchEvent")
_ENDS = re.compile(r"(?<!Promise\.)\bresolve\b|\.end\(|\breject\b|\bfulfill\b")
_RUST_HEARS = re.compile(
    r"(?:join\(\)|\.await)\s*(?:\.unwrap|\.expect|\?|\.is_|\.map_err)"
    r"|(?:assert\w*!|match|if let Err\S*|for)\b[^;]*(?:join\(|await)"
    r"|resume_unwind|recv|join!|join_all|select!|scope\(|JoinSet|block_on"
)
_JAVA_HEARS = re.compile(
    r"UncaughtException|AtomicReference|Latch|Barrier|Phaser|\.get\(|invokeAll|await|whenComplete|handle\("
)
_FUTURES = re.compile(r"(?:runAsync|supplyAsync|submit|schedule\w*)$")
_AWAITED = re.compile(r"\b(?:done|await|WaitGroup|Wait|wg|join|plan|latch|countDown|Eventually\w*)\b|<-|\.Wait\(")


class Fates(msgspec.Struct, frozen=True):
    """Tells what becomes of the functions within one test. `told` is what its runner is told its end by."""

    source: Source
    body: SgNode
    quiet: frozenset[str]
    told: tuple[str, ...] = ()

    def of_function(self, node: SgNode) -> str:
        """Say why nobody hears what fails in a function; nothing where somebody does, or nobody can tell."""
        if node.kind() in {"function_declaration", "function_item", "generator_function_declaration"}:
            return self._of_name(name_of(node), node, ())
        return self._of_value(node, node, ())

    def of_class(self, node: SgNode) -> str:
        """Say the same of a class that is declared in a test, or one without a name."""
        return self._of_name(name_of(node), node, ()) if name_of(node) else self._of_value(node, node, ())

    def _of_value(self, value: SgNode, made: SgNode, known: tuple[str, ...]) -> str:  # noqa: C901 - a table
        holder = value.parent()
        while holder is not None and (holder.kind() in _WRAPS or _is_reference(holder)):
            value, holder = holder, holder.parent()
        if holder is None:
            return ""
        kind = holder.kind()
        function = holder.field("function")
        if function is not None and _is_at(function, value):
            return self.of_call(holder, made)
        if kind in {"arguments", "argument_list"}:
            call = holder.parent()
            return self._given_to(call, value, made) if call is not None else ""
        if kind in _GATHERS:
            return self._of_value(holder, made, known)
        if kind in _HELD or (kind == "assignment_expression" and not _is_at(holder.field("left"), value)):
            return self._held(holder, made, known)
        if kind in {"member_expression", "field_expression", "selector_expression", "method_invocation"}:
            return ""
        if kind in {"expression_statement", "return_statement"}:
            return NEVER if self._is_own(holder) else ""
        if kind in {"unary_expression", "binary_expression", "class_literal"}:
            return NEVER
        if kind in BLOCKS and self.source.table.family == "rust" and holder.kind() == "block":
            return NEVER if self._is_own(holder) else ""
        return ""

    def _is_own(self, node: SgNode) -> bool:
        """Say whether a statement is the test's own, and of no function within it."""
        edge = self.body.range().start.index
        inner = (one for one in node.ancestors() if one.range().start.index >= edge)
        return not any(one.kind() in _CALLBACKS for one in inner)

    def _held(self, holder: SgNode, made: SgNode, known: tuple[str, ...]) -> str:
        named = holder.field("name") or holder.field("pattern") or holder.field("left")
        name = named.text() if named is not None else ""
        if name == "_" or (name.startswith("_") and not self._uses(name, made)):
            return NEVER
        if not re.fullmatch(r"(?:mut )?[\w$]+", name) or name in known:
            return ""
        if holder.kind() in {"assignment_expression", "assignment_statement"} and not _is_declared(name, self.body):
            return ""
        return self._of_name(name.removeprefix("mut "), made, known)

    def _uses(self, name: str, made: SgNode) -> list[SgNode]:
        """Give where a name is mentioned besides where it is given its meaning."""
        inside = made.range()
        found = [
            one
            for one in walk(self.body)
            if one.kind() in {"identifier", "type_identifier", "shorthand_property_identifier"} and one.text() == name
        ]
        return [
            one
            for one in found
            if not inside.start.index <= one.range().start.index < inside.end.index and not _is_binding(one)
        ]

    def _of_name(self, name: str, made: SgNode, known: tuple[str, ...]) -> str:
        uses = self._uses(name, made)
        found = [self._of_use(one, made, (*known, name)) for one in uses]
        if not all(found):
            return ""
        return next((one for one in found if one != NEVER), NEVER)

    def _of_use(self, use: SgNode, made: SgNode, known: tuple[str, ...]) -> str:
        if len(known) > _DEEP:
            return ""
        return self._of_value(use, made, known)

    def of_call(self, call: SgNode, made: SgNode) -> str:
        """Say why nobody hears how a call of a function ended: it is asynchronous and not waited for."""
        text = made.text()
        if any(OTHER_T.fullmatch(one.text()) for one in arguments(call)):
            return "asserts with a `t` of its own"
        holder = call.parent()
        if holder is not None and holder.kind() == "go_statement":
            return self.aside(call, made)
        if self.source.table.family == "rust" and re.match(r"(?:pub )?async\b", text):
            alone = holder is not None and holder.kind() in {"expression_statement", "let_declaration"}
            return "is a future that nobody awaits" if alone and "await" not in self.body.text() else ""
        if self.source.table.family != "js":
            return ""
        if re.match(r"(?:async\s+)?function\s*\*", text):
            return NEVER if holder is not None and holder.kind() == "expression_statement" else ""
        return self.promise(call) if re.match(r"\(?async\b", text) else ""

    def _given_to(self, call: SgNode, value: SgNode, made: SgNode) -> str:  # noqa: C901 - a table
        """Say why who is given a function does not run it, or keeps its failures."""
        kind = call.field("constructor") or call.field("type")
        name = "".join(called(call).split()) or (kind.text() if kind is not None else "")
        last = re.split(r"::|\.", name)[-1]
        if self.source.table.family == "js" and (name in {"expect", "assert.ok", "assert"} or name.endswith(".ok")):
            return self._expected(call)
        if _THROWS.fullmatch(name):
            rest = [one.text() for one in arguments(call) if not _is_at(one, value)]
            wanted = not rest or any(_ANY_FAILURE.fullmatch(one) for one in rest)
            return WANTED if wanted and not _is_rejection(name) else ""
        if last in self.quiet or name in self.quiet:
            return CAUGHT
        if _MAKES.fullmatch(name):
            return self._of_value(call, made, ())
        if why := not_run_by(self.source, call, value, name):
            return why
        if _LOOKS.fullmatch(name):
            return NEVER
        if last == "assumingThat":
            return (
                "runs only as an assumption says"
                if not re.search(r"\bOS\b|os\.name|java\.v|JRE", call.text()[:200])
                else ""
            )
        if _STARTS.fullmatch(name) or re.fullmatch(r"schedule\w*", last):
            return self.aside(call, made)
        if name == "Promise" or last in {"then", "finally", "catch"}:
            return self.promise(call)
        if _LAZY.fullmatch(last) and self.source.table.family in {"rust", "java"} and self._is_dropped(call):
            return NEVER
        return ""

    def _expected(self, call: SgNode) -> str:
        """Say what becomes of a function that is what JavaScript's `expect` is about."""
        outer = _chain(call)
        said = outer.text()[call.range().end.index - outer.range().start.index :]
        if re.search(r"\bnot\b", said) and re.search(r"(?i)throw|reject", said):
            return ""
        if re.search(r"(?i)throw|reject|resolve|change|increase|decrease|eventually|fulfill|satisf|warn|error", said):
            return (
                WANTED
                if re.fullmatch(r"\.toThrow(?:Error)?\((?:Error)?\)|\.to\.throw(?:\((?:Error)?\))?", said)
                else ""
            )
        return NEVER

    def _is_dropped(self, call: SgNode) -> bool:
        """Say whether nobody takes what a chain of calls gives that only does its work when asked."""
        outer = _chain(call)
        last = re.split(r"::|\.", called(outer))[-1]
        holder = outer.parent()
        if not _LAZY.fullmatch(last.strip()) or holder is None:
            return False
        named = holder.field("pattern") or holder.field("name")
        unused = named is not None and (named.text() == "_" or not self._uses(named.text(), outer))
        return holder.kind() == "expression_statement" or (holder.kind() in _HELD and unused)

    def aside(self, call: SgNode, made: SgNode) -> str:
        """Say why what runs at another time is not waited for."""
        text, family = self.body.text(), self.source.table.family
        if family == "rust":
            return "" if _RUST_HEARS.search(text) else ASIDE
        if family == "java" and re.search(r"\.exceptionally\(\s*\w+\s*->\s*null", text):
            return CAUGHT
        if family == "java":
            hears = _JAVA_HEARS.search(text) or (_FUTURES.search(called(call)) and ".join(" in text)
            return "" if hears else ASIDE
        if family == "go":
            return "" if _AWAITED.search(text) else ASIDE
        behind = text[call.range().end.index - self.body.range().start.index :]
        own = made.text()
        if self._is_told(own) or _ENDS.search(own) or _TURNS.search(text) or re.search(r"\bawait\b", behind):
            return ""
        return "" if re.search(r"\bplan\(", text) else ASIDE

    def _is_told(self, text: str) -> bool:
        """Say whether the end of the test is told from within a text."""
        return any(re.search(rf"(?<![\w$.]){re.escape(name)}\b(?!\s*:)", text) for name in self.told)

    def promise(self, call: SgNode) -> str:
        """Say why nobody hears of what a promise comes to."""
        outer = call
        while True:
            member = outer.parent()
            above = member.parent() if member is not None and member.kind() == "member_expression" else None
            if above is None or above.kind() != "call_expression":
                break
            last = called(above).rpartition(".")[2].strip()
            caught = arguments(above)[:1] if last == "catch" else arguments(above)[1:2] if last == "then" else []
            if caught and is_quiet_callback(caught[0]) and not self._is_told(caught[0].text()):
                return CAUGHT
            outer = above
        return self._taken(outer)

    def _taken(self, outer: SgNode) -> str:
        """Say what becomes of a promise."""
        holder = outer.parent()
        while holder is not None and holder.kind() in {*_WRAPS, "array", "spread_element"}:
            holder = holder.parent()
        made = outer.kind() == "new_expression"  # what it settles then is itself
        if holder is None or self._is_told(outer.text()) or (_ENDS.search(outer.text()) and not made):
            return ""
        if holder.kind() == "arguments":
            call = holder.parent()
            name = called(call) if call is not None else ""
            return CAUGHT if name == "Promise.allSettled" else ASIDE if name == "Promise.race" else ""
        if holder.kind() == "variable_declarator":
            return _NOBODY if not self._uses(name_of(holder), outer) else ""
        void = holder.kind() == "unary_expression" and holder.text().startswith("void")
        if holder.kind() != "expression_statement" and not void:
            return ""
        behind = self.body.text()[outer.range().end.index - self.body.range().start.index :]
        settles = re.search(r"\bawait\b|\breturn\b|\bplan\(", behind) or _TURNS.search(behind) or self._is_told(behind)
        return "" if settles else _NOBODY


_DEEP = 4
_CALLBACKS = frozenset(
    (
        *("arrow_function", "function_expression", "func_literal", "closure_expression", "lambda_expression"),
        *("function_declaration", "function_item", "method_declaration", "method_definition", "generator_function"),
    )
)


def _is_at(one: SgNode | None, other: SgNode) -> bool:
    if one is None:
        return False
    return one.range().start.index == other.range().start.index and one.range().end.index == other.range().end.index


def _is_reference(node: SgNode) -> bool:
    return node.kind() == "unary_expression" and node.text().startswith("&")


def _is_rejection(name: str) -> bool:
    return name.endswith(("rejects", "throwsAsync"))


def _is_declared(name: str, body: SgNode) -> bool:
    return (
        re.search(rf"\b(?:let|var|const)\s+(?:mut\s+)?{re.escape(name)}\b|\b\w+\s+{re.escape(name)};", body.text())
        is not None
    )


def _is_binding(node: SgNode) -> bool:
    """Say whether a name is mentioned where it is given its meaning."""
    holder = node.parent()
    while holder is not None and holder.kind() in {"expression_list", "mut_pattern"}:
        holder = holder.parent()
    if holder is None:
        return False
    return any(
        one is not None and _is_within(node, one)
        for one in (holder.field("name"), holder.field("left"), holder.field("pattern"))
    ) and holder.kind() in {
        *_HELD,
        "assignment_expression",
        "function_declaration",
        "function_item",
        "class_declaration",
    }


def _is_within(node: SgNode, outer: SgNode) -> bool:
    return outer.range().start.index <= node.range().start.index < outer.range().end.index


def _chain(call: SgNode) -> SgNode:
    """Give the whole chain that a call begins: `expect(x).not.toBe(y)`."""
    outer, node = call, call
    while (holder := node.parent()) is not None and (
        holder.kind() in {"member_expression", "field_expression", "call_expression", "method_invocation"}
    ):
        owner = holder.field("object") or holder.field("value") or holder.field("function")
        if owner is None or not _is_at(owner, node):
            break
        node = holder
        outer = holder
    return outer


def names_told(body: SgNode) -> tuple[str, ...]:
    """Give what a test in JavaScript calls to tell its end."""
    holder = body.parent()
    given = [holder.field(name) for name in ("parameter", "parameters")] if holder is not None else []
    names: Collection[str] = [name for one in given if one is not None for name in re.findall(r"[\w$]+", one.text())]
    return tuple(names)
