"""Expressions of nothing: collections without members, ranges, streams. Not of Python. Never judges."""

import re

from orchestrator.verify.readers.grammar.flow import is_empty

_NOTHING = re.compile(
    r"new (?:ArrayList|LinkedList|HashSet|HashMap|TreeSet|TreeMap|Set|Map)(?:<.*>)?\(\)|make\(\[\][^,]+,\s*0\)"
    r"|(?:Vec|HashMap|HashSet|BTreeMap|VecDeque)(?:::<.*>)?::new\(\)"
    r"|(?:Optional|Stream|IntStream|LongStream|DoubleStream)\.(?:<.*>)?(?:empty|of)\(\)"
    r"|(?:java\.util\.(?:stream\.)?)?(?:List|Set|Map|Stream|Arrays|Collections|IntStream)\.(?:<.*>)?(?:of|empty\w*|asList)\(\)"
    r"|\(?0\s*\.\.\s*0\)?|.*\.(?:take|limit)\(0\)|.*\.slice\(0,\s*0\)|.*\.filter\(\(?\w*\)?\s*[=-]>\s*false\)"
    r"|Array\.from\(\{\s*length:\s*0\s*\}\)|(?:IntStream|LongStream)\.range\((\d+),\s*\1\)|&?\w+\[\.\.0\]|&?\w+\[:0\]|0"
    r"|(?:new )?Array\(0\)(?:\.fill\(\w*\))?|Object\.\w+\(\{\}\)|new [\w.]+(?:\[0\]|\[\])+(?:\s*\{\s*\})?|\{\s*\}",
    re.DOTALL,
)
_ITERATES = re.compile(
    r"\s*\.\s*(?:iter|into_iter|iter_mut|stream|entries|values|keys|boxed|iterator|toList|sorted|distinct|mapToObj\([^()]*\))(?:\(\))?$"
)


def is_nothing(text: str) -> bool:
    """Say whether an expression is a collection, a range or a stream of nothing."""
    plain = without_iterating(text)
    return is_empty(plain) or _NOTHING.fullmatch(plain) is not None


def without_iterating(text: str) -> str:
    """Give what an expression goes through, without the calls that only begin to."""
    text = text.strip()
    while (shorter := _ITERATES.sub("", text)) != text:
        text = shorter
    return text
