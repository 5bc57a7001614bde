"""The configuration of checks: what they run, how their answer is read, what they may use. Never judges a command."""

import re
from functools import partial

from orchestrator.codec.canonical import Json
from orchestrator.codec.fields import Fields, as_number, as_size
from orchestrator.codec.sections import argv_of, each, egress_of, env_of, positive
from orchestrator.model.egress import Allowed
from orchestrator.model.settings import CheckSettings

CHECK = (
    "command",
    "builtin",
    "plugin",
    "options",
    "agent",
    "prompt",
    "format",
    "pattern",
    "protocol",
    "pass_rate",
    "max",
    "timeout",
    "memory",
    "processes",
    "max_output",
    "egress",
    "env",
    "pass_env",
)
FORMATS = ("junit", "sarif", "regex")
GROUPS = frozenset({"path", "line", "rule", "message", "severity"})
_SIZE = 'write a size above 0, as "4g" or "512MiB"'


def read_checks(top: Fields, egress: tuple[Allowed, ...] | None) -> dict[str, CheckSettings]:
    """Read `[checks.NAME]`; `egress` is what those may reach that do not say."""
    return each(top, "checks", partial(_check, egress))


def _check(egress: tuple[Allowed, ...] | None, name: str, fields: Fields) -> CheckSettings:
    fields.warn_unknown(CHECK)
    default = CheckSettings(name=name)
    command, builtin = argv_of(fields), fields.choice("builtin", ("honest",), "")
    agent, prompt = fields.line("agent"), fields.text("prompt")
    _one_answers(fields)
    return CheckSettings(
        name=name,
        command=command,
        builtin=builtin,
        plugin=fields.line("plugin"),
        options=_options(fields),
        agent=agent,
        prompt=prompt,
        format=fields.choice("format", FORMATS, ""),
        pattern=_pattern(fields),
        protocol=fields.choice("protocol", ("verdict",), ""),
        pass_rate=fields.read("pass_rate", _share, default.pass_rate, "write a number from 0 to 1"),
        max=_most(fields),
        timeout_s=positive(fields, "timeout", default.timeout_s),
        memory=fields.read("memory", as_size, default.memory, _SIZE),
        processes=fields.whole("processes", 0, default.processes),
        max_output=fields.read("max_output", as_size, default.max_output, _SIZE),
        egress=egress_of(fields, egress),
        env=env_of(fields),
        pass_env=fields.texts("pass_env"),
    )


def _one_answers(fields: Fields) -> None:
    """See that exactly one kind of answer is asked for: a command's, a built-in check's, a reviewer's."""
    found = [key for key in ("command", "builtin", "plugin", "agent", "prompt") if key in fields.values]
    if not found:
        fields.complaints.refuse(f'{fields.prefix}command is missing; write it, as ["pytest", "-q"]')
    kinds = {"review" if key in {"agent", "prompt"} else key for key in found}
    if len(kinds) > 1:
        said = "a check has a command, is built in, a plug-in's, or a review by an agent; remove one"
        fields.refuse(found[-1], said)


def _options(fields: Fields) -> dict[str, object]:
    table = fields.inner("options")
    if table is not None and "plugin" not in fields.values:
        fields.refuse("options", "they are told to a plug-in; name it in plugin, or remove them")
    return dict(table.values) if table is not None else {}


def _pattern(fields: Fields) -> str:
    """Read the expression that finds what a tool says, which goes with `format = "regex"` and with nothing else."""
    pattern, wanted = fields.text("pattern"), fields.values.get("format") == "regex"
    if wanted != bool(pattern):
        say = 'write an expression, as "^(?P<path>[^:]+):(?P<line>\\d+): (?P<message>.*)$"'
        fields.refuse("pattern", say if wanted else 'it goes with format = "regex"; write that, or remove it')
        return ""
    try:
        groups = set(re.compile(pattern).groupindex)
    except re.error as error:
        fields.refuse("pattern", f"{error}; write an expression as Python's re reads it")
        return ""
    if pattern and (groups - GROUPS or "message" not in groups):
        fields.refuse("pattern", f"name the group (?P<message>...), and others only of {', '.join(sorted(GROUPS))}")
        return ""
    return pattern


def _share(value: Json) -> float | None:
    share = as_number(value)
    return share if share is not None and share <= 1 else None


def _most(fields: Fields) -> dict[str, int]:
    table = fields.inner("max")
    if table is None:
        return {}
    table.warn_unknown(("error", "warning", "note"))
    return {level: table.whole(level, 0, 0) for level in table.values}
