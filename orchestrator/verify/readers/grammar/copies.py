"""Values that are copies of others: what is compared with one is compared with itself. Never judges."""

import re

_COPIES = re.compile(
    r"(?P<a>[\w$.\s]+?) \. (?:clone|to_owned|to_vec|to_string|copy|slice|concat) \( \)"
    r"|(?:structuredClone|cloneDeep|_ \. clone\w*|List \. copyOf|slices \. Clone|maps \. Clone) \( (?P<b>[\w$]+) \)"
    r"|JSON \. parse \( JSON \. stringify \( (?P<c>[\w$]+) \) \)|\{ \.\.\. (?P<d>[\w$]+) \}|\[ \.\.\. (?P<e>[\w$]+) \]"
    r"|Object \. assign \( \{ \} , (?P<f>[\w$]+) \)|new \w+ < > \( (?P<g>[\w$]+) \)"
)


def uncopied(value: str) -> str:
    """Give what a value is a copy of, or the value itself."""
    match = _COPIES.fullmatch(value)
    return value if match is None else next(one for one in match.groups() if one is not None)
