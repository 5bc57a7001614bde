"""What stands between Java's runners and a test: whether it hands on what that came to. Never runs what it reads."""

import re
from collections.abc import Iterator

from ast_grep_py import SgNode

from orchestrator.verify.readers.grammar.source import Source, arguments, called, name_of, walk

MENTIONS = re.compile(
    r"ExceptionHandler|InvocationInterceptor|ExecutionCondition|Statement|TestRule|IHookable|IInvokedMethodListener"
    r"|IAnnotationTransformer|ITestListener|ClassRunner|setStatus|InvokedMethod"
)
"""A text without these needs no tree."""

_HANDLES = re.compile(r"handle\w*Exception")
_STANDS_BETWEEN = re.compile(r"intercept\w+|evaluate|run|invoke|runChild|runLeaf")
_GOES_ON = re.compile(
    r"\.(?:proceed|evaluate|runTestMethod|invokeExplosively|run|runChild|runLeaf)$|^(?:runLeaf|super\.\w+)$"
)
_BROAD = re.compile(r"\b(?:Throwable|Exception|Error|AssertionError|AssertionFailedError|RuntimeException)\b")
_HEARD = re.compile(r"\b(?:throw|fail\w*|assert\w*|addError|fireTestFailure|addFailure|completeExceptionally)\b")
_GREEN = re.compile(r"setStatus \( (?:ITestResult \. )?SUCCESS|\bsetEnabled \( false|setThrowable \( null")


def hands_on_nothing(source: Source) -> Iterator[tuple[SgNode, str]]:
    """Give the methods that stand between runner and test, and lose what the test came to or never run it."""
    for node in walk(source.root):
        body = node.field("body")
        if node.kind() != "method_declaration" or body is None:
            continue
        name, role = name_of(node), _role(node)
        text = source.dump(body)
        if _GREEN.search(text):
            yield node, f"{name} settles what a test came to"
        elif _HANDLES.fullmatch(name) and "ExceptionHandler" in role and _takes_error(node):
            if not _HEARD.search(text):
                yield node, name
        elif name == "evaluateExecutionCondition" and "enabled" not in text.replace("disabled", ""):
            if "disabled (" in text and "if (" not in text and "?" not in text and "super ." not in text:
                yield node, name
        elif _STANDS_BETWEEN.fullmatch(name) and _is_between(name, role, node) and _loses(source, body, text):
            yield node, name


def _role(node: SgNode) -> str:
    """Give what the class of a method says it is: what it extends and implements, or is made anew of."""
    for one in node.ancestors():
        if one.kind() == "class_declaration":
            return one.text().partition("{")[0]
        if one.kind() == "object_creation_expression":
            return one.text().partition("{")[0]
    return ""


def _takes_error(node: SgNode) -> bool:
    return _BROAD.search(node.text().partition("{")[0]) is not None


_ROLES = {
    "evaluate": re.compile(r"\bStatement\b"),
    "run": re.compile(r"\bIHookable\b"),
    "runChild": re.compile(r"ClassRunner\b|\bParentRunner\b"),
    "invoke": re.compile(r"\bIInvokedMethod\b"),
}


def _is_between(name: str, role: str, node: SgNode) -> bool:
    """Say whether a method is given a test to run: an interceptor's, a rule's statement."""
    if name.startswith("intercept"):
        return "Invocation" in node.text().partition("{")[0]
    wanted = _ROLES.get(name)
    return wanted is not None and wanted.search(role) is not None


_HANDED = frozenset({"invocation", "base", "statement", "next", "delegate", "callBack", "callback", "method", "inner"})
"""What a test is called where it is handed on."""


def _loses(source: Source, body: SgNode, text: str) -> bool:
    """Say whether what stands between never goes on to the test, or catches all it may fail by and tells nobody."""
    goes = [one for one in walk(body) if called(one) and _GOES_ON.search(called(one))]
    if not goes:
        handed = [given for one in walk(body) if called(one) for given in arguments(one)]
        told = any(source.words(given) & _HANDED for given in handed)
        return _HEARD.search(text) is None and not told and _is_given_a_test(body)
    return any(_is_swallowed(source, one, body) for one in goes) and _HEARD.search(text) is None


def _is_given_a_test(body: SgNode) -> bool:
    """Say whether a method that does not go on had a test to go on to: it, or the one around it, was given one."""
    methods = [one for one in body.ancestors() if one.kind() == "method_declaration"]
    return any(_TEST.search(one.text().partition("{")[0]) for one in methods)


_TEST = re.compile(r"\((?:[^)]*\W)?(?:Statement|Invocation|IHookCallBack|FrameworkMethod|InvocationInterceptor)\b")


def _is_swallowed(source: Source, call: SgNode, body: SgNode) -> bool:
    """Say whether a call stands in a `try` of which all errors are caught."""
    for one in call.ancestors():
        if one.range() == body.range():
            return False
        if one.kind() == "try_statement":
            caught = [part for part in one.children() if part.kind() == "catch_clause"]
            broad = [part for part in caught if _BROAD.search(source.dump(part).partition("{")[0])]
            if any(not _keeps(source, part) for part in broad):
                return True
    return False


def _keeps(source: Source, clause: SgNode) -> bool:
    """Say whether what is caught is put away for whoever asks later: to fail again, to run the test once more."""
    match = re.match(r"catch \( (?:\w+ )*?(?:[\w.]+(?: \| [\w.]+)*) (\w+) \)", source.dump(clause))
    return (
        match is not None and re.search(rf"\w+ = {match[1]} ;|\badd \( {match[1]} \)", source.dump(clause)) is not None
    )
