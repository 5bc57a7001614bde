"""What conditions over the system and its versions come to wherever tests are run. Not of Python. Never judges."""

import re
from collections.abc import Mapping

from orchestrator.verify.readers.grammar.flags import known

_SYSTEMS: tuple[Mapping[str, str], ...] = tuple(
    {
        "js": js,
        "go": go,
        "java": java,
        "unix": str(js != "win32").lower(),
        "windows": str(js == "win32").lower(),
        "separator": "\\\\" if js == "win32" else "/",
    }
    for js, go, java in (
        ("linux", "linux", "Linux"),
        ("darwin", "darwin", "Mac OS X"),
        ("win32", "windows", "Windows 11"),
    )
)
"""How the common systems are called where programs ask."""

_KNOWN: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), value)
    for pattern, value in (
        (r"\b(?:process\.platform|os\.platform\(\))", "'{js}'"),
        (r"\bprocess\.versions\.node\.split\(['\"]\.['\"]\)(?:\[0\]|\.at\(0\))", "'22'"),
        (r"\bprocess\.version\.slice\(1\)\.split\(['\"]\.['\"]\)\[0\]", "'22'"),
        (r"\bprocess\.versions\.node\b", "'22.1.0'"),
        (r"\bprocess\.version\b(?!s)", "'v22.1.0'"),
        (r"\b(?:process\.release\.name)\b", "'node'"),
        (r"\b(?:Number|parseInt|parseFloat|Integer\.parseInt|Integer\.valueOf)\(\s*'(\d+)'\s*(?:,\s*10)?\)", r"\1"),
        (r"\btypeof (?:process|global|globalThis|require|module|Buffer|Promise|Symbol|Map)\b(?!\.)", "'object'"),
        (r"\bruntime\.GOOS\b|\b(?:std::)?env::consts::OS\b", '"{go}"'),
        (r"\bruntime\.Compiler\b", '"gc"'),
        (r"\bruntime\.Version\(\)", '"go1.24"'),
        (r"\bruntime\.Num(?:CPU|Goroutine)\(\)", "4"),
        (
            r"\bSystem\.getProperty\(\s*\"os\.name\"(?:,[^()]*)?\)(?:\.toLowerCase\(\))?|SystemUtils\.OS_NAME",
            '"{java}"',
        ),
        (r"\bSystem\.getProperty\(\s*\"java\.(?:specification\.)?version\"\)", '"21"'),
        (r"\bSystem\.getProperty\(\s*\"(?:java|user|file|line|path)\.\w+\"\)", '"set"'),
        (r"\bRuntime\.version\(\)\.(?:feature|major)\(\)|\bJAVA_MAJOR\b", "21"),
        (r"\bFile\.separatorChar\b|\bFile\.separator\b", "'{separator}'"),
    )
)
_TEXT = r"['\"]([^'\"]*)['\"]"
_COMPARED = re.compile(rf"{_TEXT}\s*(===?|!==?)\s*{_TEXT}")
_EQUALS = re.compile(rf"{_TEXT}\.(?:equals|equalsIgnoreCase)\(\s*{_TEXT}\s*\)")
_BEGINS = re.compile(rf"{_TEXT}\.(startsWith|endsWith|contains|includes)\(\s*{_TEXT}\s*\)")
_OF_GO = re.compile(rf"\bstrings\.(HasPrefix|HasSuffix|Contains)\(\s*{_TEXT},\s*{_TEXT}\s*\)")
_AMONG = re.compile(rf"(?:\[([^\[\]]*)\]|(?:List|Set)\.of\(([^()]*)\))\.(?:includes|contains)\(\s*{_TEXT}\s*\)")
_THERE = re.compile(rf"{_TEXT}\s*!==?\s*(?:null|undefined|nil)")
_CFG = re.compile(r"\bcfg!\s*\(")
_WAYS = {
    "startsWith": str.startswith,
    "HasPrefix": str.startswith,
    "endsWith": str.endswith,
    "HasSuffix": str.endswith,
    "contains": str.__contains__,
    "includes": str.__contains__,
    "Contains": str.__contains__,
}


def holds_everywhere(condition: str) -> bool:
    """Say whether a condition holds on every common system, with every version in use."""
    return bool(_asked(condition)) and all(_at(condition, system) is True for system in _SYSTEMS)


def holds_nowhere(condition: str) -> bool:
    """Say whether a condition holds on none of them."""
    return bool(_asked(condition)) and all(_at(condition, system) is False for system in _SYSTEMS)


def _asked(condition: str) -> bool:
    return _CFG.search(condition) is not None or any(pattern.search(condition) for pattern, _ in _KNOWN)


def _at(condition: str, system: Mapping[str, str]) -> bool | None:
    text = _with_cfgs(condition, system)
    for pattern, value in _KNOWN:
        text = pattern.sub(value.format(**system) if "{" in value else value, text)
    text = _AMONG.sub(lambda one: _word(one[3] in re.findall(_TEXT, one[1] or one[2] or "")), text)
    text = _OF_GO.sub(lambda one: _word(_WAYS[one[1]](one[2], one[3])), text)
    text = _BEGINS.sub(lambda one: _word(_WAYS[one[2]](one[1], one[3])), text)
    text = _EQUALS.sub(lambda one: _word(one[1] == one[2]), text)
    text = _THERE.sub("true", text)
    text = _COMPARED.sub(lambda one: _word((one[1] == one[3]) is one[2].startswith("=")), text)
    text = re.sub(rf"^\s*\(*\s*{_TEXT}\s*\)*\s*$", lambda one: _word(bool(one[1])), text)
    return _truth(text)


def _word(value: bool) -> str:  # noqa: FBT001 - a truth value
    return str(value).lower()


def _truth(text: str) -> bool | None:
    """Give what constants put together by `&&`, `||` and `!` come to."""
    text = "".join(text.split())
    while (inner := re.search(r"(?<![\w$])\(([^()]*)\)", text)) is not None:
        value = _flat(inner[1])
        if value is None:
            return None
        text = f"{text[: inner.start()]}{_word(value)}{text[inner.end() :]}"
    return _flat(text)


def _flat(text: str) -> bool | None:
    for word, settles in (("||", True), ("&&", False)):
        if word in text:
            values = [_flat(one) for one in text.split(word)]
            if settles in values:
                return settles
            return (not settles) if all(one is (not settles) for one in values) else None
    if text.startswith("!"):
        value = _flat(text[1:])
        return None if value is None else not value
    return known(text)


def is_built_nowhere(constraint: str) -> bool:
    """Say whether a build constraint of Go holds on no common system, whatever else it is built with."""
    ways = [(system, race) for system in _SYSTEMS for race in ("true", "false")]
    return all(_truth(_TAG.sub(lambda one: _tag(one[0], *way), constraint)) is False for way in ways)  # noqa: B023


_TAG = re.compile(r"[A-Za-z_][\w.]*")
_OTHERS = frozenset({"plan9", "aix", "solaris", "illumos", "dragonfly", "js", "wasip1", "zos", "nacl"})


def _tag(name: str, system: Mapping[str, str], race: str) -> str:
    """Give whether a build tag of Go is set at a place; as it is where nobody knows."""
    if name in {"linux", "darwin", "windows"}:
        return _word(system["go"] == name)
    if re.fullmatch(r"go1\.\d+", name):
        return _word(int(name[4:]) <= _NEWEST)
    if name == "unix":
        return system["unix"]
    return race if name == "race" else "false" if name in _OTHERS else name


_NEWEST = 30


def _with_cfgs(text: str, system: Mapping[str, str]) -> str:
    """Put what `cfg!(...)` comes to in its place."""
    while (match := _CFG.search(text)) is not None:
        end = _closed(text, match.end())
        value = cfg_at(text[match.end() : end], system)
        text = f"{text[: match.start()]}{_word(value) if value is not None else 'unknown'}{text[end + 1 :]}"
    return text


def _closed(text: str, start: int) -> int:
    depth = 1
    for at in range(start, len(text)):
        depth += {"(": 1, ")": -1}.get(text[at], 0)
        if depth == 0:
            return at
    return len(text)


def cfg_holds_nowhere(cfg: str) -> bool:
    """Say whether what Rust is to be built for is nothing that tests are commonly built for."""
    return all(cfg_at(cfg, system) is False for system in _SYSTEMS)


def cfg_holds_everywhere(cfg: str) -> bool:
    """Say whether it is whatever tests are commonly built for."""
    return all(cfg_at(cfg, system) is True for system in _SYSTEMS)


def cfg_at(cfg: str, system: Mapping[str, str]) -> bool | None:
    """Give what a `cfg` of Rust comes to in the tests of a system; None where nobody knows."""
    cfg = cfg.strip().rstrip(",")
    match = re.fullmatch(r"(not|all|any)\s*\((.*)\)", cfg, re.DOTALL)
    if match is None:
        return _option(cfg, system)
    values = [cfg_at(one, system) for one in _listed(match[2])]
    if match[1] == "not":
        return None if not values or values[0] is None else not values[0]
    settles = match[1] == "any"
    if settles in values:
        return settles
    return (not settles) if all(one is (not settles) for one in values) else None


def _listed(text: str) -> list[str]:
    """Give what stands between commas outside of parentheses."""
    found, depth = [""], 0
    for letter in text:
        depth += {"(": 1, ")": -1}.get(letter, 0)
        if letter == "," and depth == 0:
            found.append("")
        else:
            found[-1] += letter
    return [one.strip() for one in found if one.strip()]


_SET = frozenset({"test", "debug_assertions", "panic", "overflow_checks", "ub_checks"})
_FAMILIES = frozenset(
    {"linux", "macos", "windows", "android", "ios", "freebsd", "netbsd", "openbsd", "wasi", "unknown"}
)
_MACHINES = frozenset({"x86_64", "aarch64", "x86", "arm", "wasm32"})


def _option(cfg: str, system: Mapping[str, str]) -> bool | None:
    """Give whether one option is set: a flag that is nobody's own has to be set by somebody."""
    name, _, value = (one.strip().strip('"') for one in cfg.partition("="))
    if name in {"unix", "windows"}:
        return system[name] == "true"
    if name == "target_os":
        return False if value not in _FAMILIES else None
    if name == "target_family":
        return system.get(value, "false") == "true" if value in {"unix", "windows"} else None
    if name == "target_arch":
        return False if value not in _MACHINES else None
    if name in _SET and not value:
        return True
    if value or name.startswith("target_") or name == "feature":
        return None
    return False if re.fullmatch(r"\w+", name) and name not in {"doctest", "doc", "proc_macro"} else None
