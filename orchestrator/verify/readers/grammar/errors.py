"""What becomes of errors in every language but Python: handed on, or let go. Never judges."""

import re

from ast_grep_py import SgNode

from orchestrator.verify.readers.grammar.quiet import is_idle
from orchestrator.verify.readers.grammar.source import Source, arguments, bare, called, parts, statements, walk

_STATEMENTS = frozenset({"expression_statement", "let_declaration", "assignment_statement", "short_var_declaration"})
_DROPPED = re.compile(
    r"let _\w* = .*\(.*|.* \. ok \( \) ;|(?!return ).* \. unwrap_or(?:_default|_else)? \( .*\) ;"
    r"|if let (?:Err|Ok) \( _\w* \) = [^{}]* \{ \}"
    r"|match [^{}]* \{ (?:(?:_|Ok \( _ \)|Err \( _\w* \)) => (?:\{ \}|\( \)) ,? ?)+\}"
    r"|_ = (?:.*\(.*|\w*[eE]rr(?:or)?)|\w+ , _ :?= .*\(.*",
    re.DOTALL,
)
_UNUSED = re.compile(r"(?:let )?_ = \( &?\s?\w+(?: , &?\s?\w+)* ,? ?\) ;")
"""Names that nobody uses where something is not built, and no call."""
_HANDED = re.compile(r"if (?:.* ; )?err != nil \{", re.DOTALL)
_SETTLED = frozenset({"nil", "true", "false"})


def hands_on(source: Source, node: SgNode) -> bool:
    """Say whether a piece gives an error to whoever called: Rust's `?`, Go's `if err != nil { return err }`, a `catch`.

    Not where no way out of it gives one (`return false, nil`); to put it where others look is as good.
    """
    if node.kind() == "try_expression":
        return True
    if node.kind() == "catch_clause":
        return _lets_know(source, node)
    if source.table.family != "go" or node.kind() != "if_statement" or not _HANDED.match(source.dump(node)):
        return False
    body = node.field("consequence")
    return body is not None and any(_gives_error(source, one) for one in walk(body))


def _gives_error(source: Source, node: SgNode) -> bool:
    """Say whether a piece of Go hands on what went wrong: gives it back, or to another."""
    if node.kind() == "return_statement":
        given = [one for part in parts(node) for one in (parts(part) if part.kind() == "expression_list" else [part])]
        return not given or given[-1].text() not in _SETTLED
    told = node.kind() == "call_expression" and not source.table.noise.fullmatch(called(node))
    return told and any(one.text() == "err" for one in arguments(node))


def drops(source: Source, node: SgNode) -> bool:
    """Say whether a statement lets an error go: `do_it().ok();`, `let _ = do_it();`, `_ = doIt()`."""
    if source.table.family == "go" and node.kind() == "if_statement" and _HANDED.match(source.dump(node)):
        return _forgets(node)
    if node.kind() == "catch_clause":
        return _is_silent(source, node)
    if source.table.family == "rust" and node.kind() == "call_expression" and _DEFAULTED.search(source.dump(node)):
        return True
    if source.table.family not in {"rust", "go"} or node.kind() not in _STATEMENTS:
        return False
    said = source.dump(node)
    return _DROPPED.fullmatch(said) is not None and not _UNUSED.fullmatch(said)


_DEFAULTED = re.compile(r" \. unwrap_or(?:_default \( \)|(?:_else)? \( [^()]*(?:\( \) )?\))$")


def _lets_know(source: Source, clause: SgNode) -> bool:
    """Say whether a `catch` throws, or lets somebody have what it caught."""
    held, body = clause.field("parameter") or clause.field("formal_parameters"), clause.field("body")
    held = held or next((one for one in parts(clause) if one.kind() == "catch_formal_parameter"), None)
    names = source.words(held) if held is not None else frozenset()
    inner = list(walk(body)) if body is not None else []
    if any(one.kind() == "throw_statement" for one in inner):
        return True
    return any(source.words(one) & names for call in inner if called(call) for one in arguments(call))


def _is_silent(source: Source, clause: SgNode) -> bool:
    """Say whether a `catch` does nothing about what went wrong."""
    body = clause.field("body")
    return body is not None and all(is_idle(source, bare(one)) for one in statements(body))


_NO_ERROR = re.compile(r"\bnil$")
"""Where an error would be given; a `false` is told in another way."""


def _forgets(node: SgNode) -> bool:
    """Say whether a branch of Go for what went wrong says nothing of it to anybody, and gives back that all is well."""
    body = node.field("consequence")
    given = [one for one in walk(body) if one.kind() == "return_statement"] if body is not None else []
    silent = body is not None and not any(called(one) or one.kind() == "go_statement" for one in walk(body))
    return silent and bool(given) and all(_NO_ERROR.search(one.text()) for one in given)
