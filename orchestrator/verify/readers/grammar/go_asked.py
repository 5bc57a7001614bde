"""What assertions of Go ask, where it is nothing: they hold whatever they are about. Never runs them."""

import re
from collections.abc import Sequence

from ast_grep_py import SgNode

from orchestrator.verify.readers.grammar.holding import holds, is_text_of_anything, matches_all, never_holds
from orchestrator.verify.readers.grammar.source import Source

_FAR = 1000
_PAIR = 2
_PATTERN = re.compile(r"(?:(?:regexp \. )?MustCompile \( )?[\"`] ?(.*?) ?[\"`](?: \))?")
_ROW = re.compile(r"(?:\[ \] [\w. *{}]+|map \[ .* \] [\w. *{}]+)\{ (.*) \}")
_AGREES = re.compile(r"func \( .*\) (?:bool )?\{ return true \}|func \( \) bool \{ return true \}")
_PANICS = re.compile(r"func \( \) \{ panic \( .* \) ;? ?\}")
_ERRORS = re.compile(r"(?:errors \. New|fmt \. Errorf) \( .*\)")


def holds_anyway(source: Source, name: str, given: Sequence[SgNode]) -> bool:
    """Say whether an assertion of a library holds whatever it is about."""
    told = [source.dump(one) for one in given]
    if not told:
        return False
    if name in {"True", "Truef", "Assert"} and holds(told[0]):
        return True
    if name in {"False", "Falsef"} and never_holds(told[0]):
        return True
    if name in {"NotEmpty", "NotNil", "NotZero"} and is_text_of_anything(told[0]):
        return True
    if name in {"Condition", "Eventually", "EventuallyWithT"} and _AGREES.fullmatch(told[0]):
        return True
    if name.startswith("Panics") and _PANICS.fullmatch(told[-1 if len(told) == 1 else 1]):
        return True
    if name == "Error" and _ERRORS.fullmatch(told[0]):
        return True
    return len(told) >= _PAIR and _of_two(name, told)


def _of_two(name: str, told: Sequence[str]) -> bool:
    if name == "Contains":
        return told[1] in {'""', '" "', "``", "` `"} or _is_put_in(told[0], told[1])
    if name == "Subset":
        rows = _ROW.fullmatch(told[1])
        return rows is not None and _is_put_in(told[0], rows[1].strip())
    if name == "Regexp":
        pattern = _PATTERN.fullmatch(told[0])
        return pattern is not None and matches_all(pattern[1])
    if name in {"InDelta", "InEpsilon", "WithinDuration"} and len(told) > _PAIR:
        return re.fullmatch(r"[\d.]+(?:e\+?\d+)?", told[2]) is not None and float(told[2]) >= _FAR
    return name in {"GreaterOrEqual", "GreaterOrEqualf"} and told[0].startswith("len (") and told[1] == "0"


def _is_put_in(listed: str, one: str) -> bool:
    """Say whether a list that is written out holds a value by its words, and others beside it."""
    rows = _ROW.fullmatch(listed)
    told = rows[1].split(" , ") if rows is not None else []
    return len(told) > 1 and one in told
