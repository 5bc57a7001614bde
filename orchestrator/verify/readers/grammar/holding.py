"""Conditions that hold, or as good as hold, whatever they are asked of, in every language but Python.

They are read as tokens in one line (`Source.dump`), since no grammar takes the macros of Rust apart. Never judges.
"""

import re
from collections.abc import Iterator, Sequence

_OPENS, _CLOSES = frozenset("([{"), frozenset(")]}")
_QUOTES = frozenset("\"'`")
_DEEP = 6
"""How many wrappers are taken off."""

_ANY_TEXT = re.compile(
    r"\^?(?:\(\?:\)|\(?(?:\.|\[\\s\\S\]|\[\\d\\D\]|\[\\w\\W\]|\[\^\]|\(\?s:\.\))[*+]\??\)?)\$?|\^?\.|\.\$|\^|\$|"
)
"""What a pattern says that every text matches, or every one that is not empty."""
_TEXT_OF = (
    r"(?:String|JSON \. stringify|(?:util \. )?inspect|(?:fmt \. )?Sprint(?:f|ln)?"
    r"|(?:String|Objects) \. (?:valueOf|toString|format)|format !|strconv \. Quote)"
)
_TEXT = re.compile(rf"&?\s*{_TEXT_OF} \((.*)\)|` \$\{{ (.*) \}} `")
_SHOWN_BY_ITSELF = re.compile(r"(.+?) \. (?:toString|to_string|toLocaleString|String) \( \)")
_SHOWS = re.compile(r"\" [^\"]*(?:\{\w*(?::[^}\"]*)?\}|%[-+# ]*\w)[^\"]* \" ,? ?(.*)")
"""A template and what is put into it."""
_SHOWN = re.compile(r"\{(\w+)(?::[^}]*)?\}")
_EMPTY = re.compile(r"(?:\" \"|' '|` `|\"\"|''|\"\\\"\\\"\"|String :: new \( \)|String \( \))")
_LENGTH = re.compile(r"(?:(.+) \. (?:length|len|size|count)(?: \( \))?|len \((.*)\))")
_NOT_EMPTY = re.compile(r"(.+) \. (?:is_empty|isEmpty|isBlank) \( \)")
_MATCHES = re.compile(
    r"/ (?P<js>.*?) / ?\w* \. test \(.*\)"
    r"|.+ \. match(?:es|AsPrefix)? \( (?:/ (?P<of>.*?) / ?\w*|[\"'] (?P<java>.*?) [\"']) \)"
    r"|(?:regexp \. )?(?:MustCompile|MatchString|Regex :: new|Pattern \. (?:compile|matches))"
    r" \( [\"`'] ?(?P<go>.*?) ?[\"`'] (?:\)|,).*"
)
_AT_NOTHING = re.compile(
    r"(?:.+ \. (?:contains|includes|startsWith|endsWith|starts_with|ends_with)"
    r"|strings \. (?:Contains|HasPrefix|HasSuffix)) \((?P<given>.*)\)"
)
_AMONG = re.compile(
    r"(?P<among>\[.*\]|(?:List|Set|Arrays|Stream) \. (?:of|asList) \(.*\)|vec ! \[.*\])"
    r" \. (?:contains|includes|indexOf) \( &? ?(?P<one>.*) \)"
)
_IN_ORDER = re.compile(
    r"(?:Some|Ok|Optional \. of) \(.*\) \. (?:is_some|is_ok|isPresent) \( \)"
    r"|(?:Err (?::: < .* > )?\(.*\)|None (?::: < .* >)?) ?\. (?:is_err|is_none) \( \)"
)
_OF_ANY_KIND = re.compile(r"matches ! \(.*(?:, |\| )_ \)|.+ instanceof Object")
_OF_EACH = re.compile(
    r".+ \. (?:some|every|any|all|anyMatch|allMatch|find|exists|is_some_and|is_ok_and|map_or) "
    r"\( (?:\( ?\w* ?\)|\| ?\w* ?\||\w+) (?:(?:=>|->) )?(.+) \)"
)
_SAME = re.compile(
    r"(?:Objects \. (?:deepEquals|equals)|reflect \. DeepEqual|Object \. is|isDeepStrictEqual) \( (.*) \)"
)
_EQUALS = re.compile(r"(.+) \. (?:equals|eq|isEqual|equalsIgnoreCase) \( &? ?(.*) \)")
_ALWAYS = re.compile(r"true|[1-9]\d*|typeof [^=!<>]+|Boolean \. TRUE|\( (\d+) \.\. \1 \) \. all \(.*")
_CONSTANT = re.compile(r"true|false|null|nil|None|undefined|-? ?[\d._]+\w*|[\"'`] [^\"'`]* [\"'`]")


def holds(text: str) -> bool:
    """Say whether a condition holds whatever it is asked of."""
    return _comes_to(text, True, _DEEP)


def never_holds(text: str) -> bool:
    """Say whether a condition holds of nothing."""
    return _comes_to(text, False, _DEEP)


def alternatives(text: str) -> list[str]:
    """Give the conditions of which one has to hold."""
    return _split(_bare(text), "||")


def matches_all(pattern: str) -> bool:
    """Say whether a regular expression is one that every text matches."""
    return _ANY_TEXT.fullmatch("".join(pattern.split())) is not None


def is_text_of_anything(text: str) -> bool:
    """Say whether an expression is the text of a value, of whatever kind: it is hardly ever an empty one."""
    return _TEXT.fullmatch(text.strip()) is not None


def _comes_to(text: str, wanted: bool, depth: int) -> bool:  # noqa: FBT001 - a truth value
    text = _bare(text)
    if not text or depth < 0:
        return False
    for word, all_of in (("||", not wanted), ("&&", wanted)):
        sides = _split(text, word)
        if len(sides) > 1:
            asked = (_comes_to(one, wanted, depth - 1) for one in sides)
            return all(asked) if all_of else (any(asked) or _deny_each_other(sides))
    either = _split(text, "|" if wanted else "&")
    if len(either) > 1 and "matches !" not in text and _deny_each_other(either):
        return True
    if text.startswith("! "):
        return _comes_to(text[2:], not wanted, depth - 1)
    ways = _ways(text)
    if ways:
        return all(_comes_to(one, wanted, depth - 1) for one in ways)
    return _is_so(text) if wanted else _is_not_so(text)


def _bare(text: str) -> str:
    """Take off the parentheses around a whole expression."""
    text = " ".join(text.split())
    while text.startswith("( ") and text.endswith(" )") and _closes_at(text.split(" "), 0) == text.count(" "):
        text = text[2:-2].strip()
    return text


def _closes_at(tokens: Sequence[str], start: int) -> int:
    """Give where what is opened at a token is closed."""
    depths = _depths(tokens[start:])
    return next((start + at for at, (one, depth) in enumerate(depths) if one in _CLOSES and depth == 0), -1)


def _depths(tokens: Sequence[str]) -> Iterator[tuple[str, int]]:
    """Give each token with how many pairs it stands in, behind it; what stands in quotes is no token of its own."""
    depth, quote = 0, ""
    for one in tokens:
        if quote:
            quote = "" if one == quote else quote
            yield "", depth
            continue
        if one in _QUOTES:
            quote = one
        elif one in _OPENS or one == "${":
            depth += 1
        elif one in _CLOSES:
            depth -= 1
        yield one, depth


def _split(text: str, word: str) -> list[str]:
    """Give what stands between an operator, where it stands in no parentheses."""
    found: list[list[str]] = [[]]
    tokens = text.split(" ")
    for token, (one, depth) in zip(tokens, _depths(tokens), strict=True):
        if one == word and depth == 0:
            found.append([])
        else:
            found[-1].append(token)
    return [" ".join(part) for part in found]


def _ways(text: str) -> list[str]:
    """Give what a condition may come to, where it is `a ? b : c`."""
    asked = _split(text, "?")
    return _split(asked[1], ":") if len(asked) == _PAIR and len(_split(asked[1], ":")) == _PAIR else []


def _deny_each_other(sides: Sequence[str]) -> bool:
    """Say whether one of several conditions is the opposite of another."""
    plain = {_bare(one) for one in sides}
    return any(opposite in plain for one in plain for opposite in _opposites(one))


def _opposites(text: str) -> Iterator[str]:
    if text.startswith("! "):
        yield _bare(text[2:])
    for one, other in (("==", "!="), ("===", "!=="), ("<", ">="), (">", "<="), ("==", "< >")):
        sides = _split(text, one)
        if len(sides) == _PAIR:
            yield f" {other} ".join(sides)
            yield f" {other} ".join(reversed(sides))
    match = _EQUALS.fullmatch(text)
    if match is not None:
        yield f"{match[1]} . ne ( {match[2]} )"


def _is_so(text: str) -> bool:
    if _ALWAYS.fullmatch(text) or _OF_ANY_KIND.fullmatch(text) or _IN_ORDER.fullmatch(text):
        return True
    if text.startswith("[ ") and _closes_at(text.split(" "), 0) == text.count(" "):
        return True  # a list of JavaScript is true whatever is in it; elsewhere it is no condition
    for word in ("==", "===", ">=", "<="):
        sides = _split(text, word)
        if len(sides) == _PAIR and _bare(sides[0]) == _bare(sides[1]):
            return True
    if any(_is_of_length(text, *one) for one in ((">", "0"), ("!=", "0"), ("!==", "0"), (">=", "0"), (">=", "1"))):
        return True
    if any(_differs_from_nothing(_split(text, word)) for word in ("!=", "!==")):
        return True
    return _asks_for_any(text) or _is_equal_to_itself(text) or is_text_of_anything(text)


def _is_not_so(text: str) -> bool:
    if text in {"false", "0", "null", "undefined", "Boolean . FALSE"}:
        return True
    empty = _NOT_EMPTY.fullmatch(text)
    if empty is not None and is_text_of_anything(empty[1]):
        return True
    if any(_differs_from_nothing(_split(text, word)) for word in ("==", "===")):
        return True
    if any(_is_of_length(text, *one) for one in (("==", "0"), ("===", "0"), ("<", "1"), ("<=", "0"), ("<", "0"))):
        return True
    return any(
        len(sides) == _PAIR and _bare(sides[0]) == _bare(sides[1])
        for sides in (_split(text, word) for word in ("!=", "!==", "<", ">"))
    )


def _is_of_length(text: str, operator: str, number: str) -> bool:
    """Say whether a condition compares the length of any value's text, which is never none."""
    sides = _split(text, operator)
    if len(sides) != _PAIR or _bare(sides[1]) != number:
        return False
    match = _LENGTH.fullmatch(_bare(sides[0]))
    return match is not None and (is_text_of_anything(match[1] or match[2]) or (operator, number) == (">=", "0"))


def _differs_from_nothing(sides: Sequence[str]) -> bool:
    """Say whether the text of any value is compared with an empty one."""
    plain = [_bare(one) for one in sides]
    return len(plain) == _PAIR and any(
        is_text_of_anything(one) and _EMPTY.fullmatch(other) for one, other in (plain, plain[::-1])
    )


def _asks_for_any(text: str) -> bool:
    """Say whether a text is asked to match what every text does, or a list to hold what was put into it."""
    match = _OF_EACH.fullmatch(text)
    if match is not None:
        return holds(match[1])
    match = _MATCHES.fullmatch(text)
    if match is not None:
        return matches_all(next((one for one in match.groups() if one is not None), ""))
    match = _AT_NOTHING.fullmatch(text)
    if match is not None and _EMPTY.fullmatch(_split(match["given"].strip(), ",")[-1].strip(" &")):
        return True
    match = _AMONG.fullmatch(text)
    return match is not None and is_among(match["among"], match["one"])


def is_among(listed: str, one: str) -> bool:
    """Say whether a list that is written out holds a value by its words, and others that are no constants."""
    inner = re.sub(r"^[^\[(]*[\[(]|[\])]$", "", listed.strip())
    told = [_bare(part).lstrip("& ") for part in _split(inner.strip(), ",")]
    return _bare(one).lstrip("& ") in told and not all(_CONSTANT.fullmatch(part) for part in told)


def _is_equal_to_itself(text: str) -> bool:
    match = _SAME.fullmatch(text)
    sides = _split(match[1], ",") if match is not None else []
    match = _EQUALS.fullmatch(text)
    sides = [match[1], match[2]] if match is not None and not sides else sides
    return len(sides) == _PAIR and _bare(sides[0]).lstrip("& ") == _bare(sides[1]).lstrip("& ")


_FAILS = re.compile(
    r"(?:async )?(?:function )?\( \) (?:=> |-> )?\{ (?:return )?"
    r"(?:throw (?:new )?[^;{}]*|Promise \. reject \(.*\)) ?;? \}|Promise \. reject \(.*\)"
)


def fails_itself(text: str) -> bool:
    """Say whether all that is run, so that it may fail, ends in a failure of its own."""
    return _FAILS.fullmatch(text) is not None


_PAIR = 2
_UNDER = (
    _TEXT,
    _SHOWN_BY_ITSELF,
    _LENGTH,
    _NOT_EMPTY,
    re.compile(r"typeof (.+)"),
    re.compile(
        r"(.+) \. (?:unwrap_err|unwrap|is_err|is_ok|is_some|is_none|err|ok|kind|expect_err|iter|as_ref|getClass)"
        r"(?: \( (?:\" .* \" )?\))"
    ),
    re.compile(
        r"(?:Array \. isArray|Number \. is\w+|Boolean|reflect \. (?:TypeOf|ValueOf)|Objects \. (?:nonNull|hash))"
        r" \( (.*) \)"
    ),
    re.compile(r"(?:std :: )?(?:mem :: )?(?:size_of_val|type_name_of_val|discriminant) \( &? ?(.*) \)"),
    re.compile(r"(.+) \. (?:constructor|getClass \( \))(?: \. \w+(?: \( \))?)?"),
    re.compile(r"matches ! \( (.*) , .*\)"),
)


def are_lengths(sides: Sequence[str]) -> bool:
    """Say whether all that is compared are the lengths of two things, neither of which is a constant."""
    return len(sides) > 1 and all(_LENGTH.fullmatch(_bare(one)) is not None for one in sides)


def about(text: str) -> frozenset[str]:
    """Give what an expression makes less of: its length, its type, its text, one of several things it may be."""
    found: set[str] = set()
    pending, depth = [_bare(text)] if len(text) < _LONG else [], 0
    while pending and depth < _MOST:
        one, depth = pending.pop(), depth + 1
        sides = next((parts for word in _SEVERAL if len(parts := _split(one, word)) > 1), None)
        inner = [_bare(side) for side in sides] if sides is not None else [_under(one.removeprefix("! "))]
        told = [side.lstrip("& ") for side in inner if side and not _CONSTANT.fullmatch(side)]
        found.update(told)
        pending += told
    return frozenset(found)


_SEVERAL = ("||", "&&", "|", "===", "!==", "==", "!=", ">=", "<=", ">", "<")
_MOST, _LONG = 24, 2000


def _under(text: str) -> str:
    """Give what stands in a length, a type, a text; nothing where it is none of these."""
    inner = next((match for pattern in _UNDER if (match := pattern.fullmatch(text)) is not None), None)
    told = next((group for group in inner.groups() if group is not None), "") if inner is not None else ""
    shown = _SHOWS.fullmatch(told.strip())
    return _bare((shown[1] or next(iter(_SHOWN.findall(told)), "")) if shown is not None else told)
