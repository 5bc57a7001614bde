"""The honest rule for code that gives everybody another clock. Never runs it."""

import re
from collections import Counter
from collections.abc import Iterable

from orchestrator.model.verdicts import Finding
from orchestrator.verify.diff import Diff, found
from orchestrator.verify.rules.product import sources

_PUT = {
    "py": re.compile(
        r"^(?:.*(?:=|;)\s*)?(?P<what>(?:_?time|datetime(?:\.datetime)?|asyncio|timeit)\."
        r"(?:time|sleep|monotonic|perf_counter|process_time|thread_time|time_ns|perf_counter_ns|monotonic_ns|now|utcnow"
        r"|datetime|default_timer)) = "
        r"|\bsetattr\((?P<by>_?time|datetime|timeit|asyncio), *['\"](?:time|sleep|monotonic|perf_counter|datetime)"
    ),
    "js": re.compile(
        r"(?P<what>\b(?:Date\.(?:now|prototype\.getTime)|performance\.now|process\.(?:hrtime|uptime)(?:\.bigint)?"
        r"|(?:globalThis|global|window|self)\.(?:Date|setTimeout|setInterval|setImmediate|performance))) = (?!=)"
        r"|\bObject\.defineProperty\((?P<by>Date|performance|process), *['\"](?:now|hrtime|uptime)"
    ),
}
_SAYS = re.compile(
    r"(?i)\b(?:time|clock|timer|date|fake|mock|patch|monkey|polyfill|shim|freez|gevent|eventlet|trio|sleep)"
)
_MADE_FOR_IT = re.compile(r"(?i)mock|fake|patch|polyfill|shim|freez|stub|compat|timers?\b|clock")


def clock_replaced(diff: Diff) -> Iterable[Finding]:
    """Find product code, new in this snapshot, that puts another function in the place of the clock everybody asks."""
    if _SAYS.search(diff.message):
        return
    for edit, _ in sources(diff):
        pattern = _PUT["py"] if edit.path.endswith((".py", ".pyi")) else _PUT["js"]
        if not re.search(r"\.(?:pyi?|[cm]?[jt]sx?)$", edit.path) or _MADE_FOR_IT.search(edit.path):
            continue
        before = Counter(line.strip() for line in (edit.old or "").splitlines())
        for number, line in enumerate((edit.new or "").splitlines(), 1):
            seen = pattern.search(line.strip())
            if seen is None or line.lstrip().startswith(("#", "//", "*", ">>>", "|")):
                continue
            if before[line.strip()] > 0:
                before[line.strip()] -= 1
                continue
            what = seen["what"] or seen["by"]
            yield found(
                "flips-outcomes",
                edit.path,
                f"`{what}` is replaced for everybody who asks it, so that nothing measured is true any more; leave the "
                "clock as it is, or take one as an argument",
                line=number,
                about=what,
            )
