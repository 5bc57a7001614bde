"""The words of a transcript: how specifications are written in one, and how events and effects are told in it."""

import json
from collections.abc import Sequence
from typing import Any

import msgspec

from orchestrator.codec.conditions import read_condition
from orchestrator.codec.fields import Complaints, Fields
from orchestrator.codec.hours import read_hours
from orchestrator.codec.moments import format_duration, parse_duration
from orchestrator.model import effects as f
from orchestrator.model import events as e
from orchestrator.model.conditions import Condition
from orchestrator.model.hours import Window
from orchestrator.model.settings import AccountSettings, AgentSettings, Budget, QueueSettings, RoleSettings, Settings
from orchestrator.model.specs import Action, Add, Notify, PauseQueue, ResumeQueue, RunAction, TaskSpec, Unlock

EPOCH = 1_767_225_600_000
"""2026-01-01T00:00:00Z: when every play begins; moments are told from there."""

_UNTOLD = frozenset(
    [
        "agent",
        "base",
        "branch",
        "cached_tokens",
        "carry_base",
        "checks",
        "evidence",
        "exit_code",
        "conflicts",
        "files",
        "findings",
        "input_tokens",
        "limit",
        "order",
        "outcome",
        "output_tokens",
        "priced",
        "ref",
        "sandbox",
        "seconds",
        "spec",
        "target",
        "tokens",
        "tree",
        "consumed",
        "worker",
    ]
)
"""Fields of events that would tell a reader nothing."""
_SUBJECTS = ("task", "queue", "trigger", "gate", "key")
_LISTS = {
    "agents": "agents",
    "after": "dependencies",
    "files": "files",
    "resources": "resources",
    "outputs": "outputs",
    "handoff": "handoff",
    "catch_up": "catch_up",
}
_BUDGETS = {"budget": "budget", "each": "task_budget"}
_NUMBERS = {"prio": "priority", "max": "max_iterations", "race": "race"}
_TEXTS = {"agent": "agent", "on_upstream": "on_upstream", "promise": "completion_promise", "title": "title",
          "owner": "owner", "rollback": "rollback"}  # fmt: skip


# -- reading -------------------------------------------------------------------------------------------------------


def split(words: Sequence[str]) -> tuple[list[str], dict[str, str]]:
    """Part plain words from `name=value`."""
    named = [word for word in words if word.partition("=")[0].replace("_", "").replace("-", "").replace(".", "")
             .isalnum() and "=" in word]  # fmt: skip
    return [word for word in words if word not in named], dict(word.split("=", 1) for word in named)


def moment(text: str) -> int:
    """Read `+5s`: milliseconds since the epoch."""
    seconds = parse_duration(text.removeprefix("+"))
    assert seconds is not None, text
    return EPOCH + round(seconds * 1000)


def condition(text: str) -> Condition:
    """Read a condition as people write them: JSON, or a bare `queue/ID` or `gate:ID`."""
    complaints = Complaints("transcript")
    value = json.loads(text) if text.startswith(("{", "[")) else text
    found = read_condition(value, "when", complaints)
    assert found is not None, complaints
    return found


def fields(named: dict[str, str]) -> dict[str, Any]:
    """Turn the named values of a task or a queue into the fields of its specification."""
    found: dict[str, Any] = {}
    for name, value in named.items():
        if name in _LISTS:
            found[_LISTS[name]] = tuple(value.split(","))
        elif name in _NUMBERS:
            found[_NUMBERS[name]] = int(value)
        elif name.partition(".")[0] in _BUDGETS:
            field, _, limit = name.partition(".")
            found[_BUDGETS[field]] = _limited(found.get(_BUDGETS[field], Budget()), limit, value)
        elif name in _TEXTS:
            found[_TEXTS[name]] = value
        elif name in {"when", "unlock_when"}:
            found[name] = condition(value)
        elif name == "start":
            found[name] = moment(value)
        else:
            field = {"notice": "notice_s", "estimate": "estimate_s"}[name]
            found[field] = round((moment(f"+{value}") - EPOCH) / 1000)
    return found


def action(text: str) -> Action:
    """Read one action of a trigger, as `unlock:frontend` or `add:qa/SMOKE`."""
    word, _, name = text.partition(":")
    queue, _, task = name.partition("/")
    actions: dict[str, Action] = {
        "unlock": Unlock(queue=name),
        "pause": PauseQueue(queue=name),
        "resume": ResumeQueue(queue=name),
        "run": RunAction(action=name),
        "notify": Notify(message=name),
        "add": Add(queue=queue, spec=TaskSpec(id=task)),
    }
    return actions[word]


def configured(settings: Settings, way: list[str], value: str) -> Settings:  # noqa: C901 - a case a kind of setting
    """Set one value of the configuration by its dotted name."""
    replace = msgspec.structs.replace
    match way:
        case ["budget", field]:
            return replace(settings, budget=_limited(settings.budget, field, value))
        case ["queue", name, "budget", field]:
            queue = settings.queues.get(name, QueueSettings())
            changed = replace(queue, budget=_limited(queue.budget, field, value))
            return replace(settings, queues={**settings.queues, name: changed})
        case ["resource", name]:
            return replace(settings, resources={**settings.resources, name: int(value)})
        case ["agent", name]:
            return replace(settings, agents={**settings.agents, name: AgentSettings(name=name)})
        case ["agent", name, field]:
            known_agent = settings.agents.get(name, AgentSettings(name=name))
            number_or_names: dict[str, Any] = {
                "concurrency": int,
                "account": str,
                "fallback": _names,
                "no_progress": int,
                **_OF_ACCOUNTS,
            }
            read = number_or_names[field](value)
            return replace(settings, agents={**settings.agents, name: replace(known_agent, **{field: read})})
        case ["role", name]:
            agent_name, _, limit = value.partition(":")
            role = RoleSettings(agent=agent_name, max_iterations=int(limit) if limit else None)
            return replace(settings, roles={**settings.roles, name: role})
        case ["account", name, field]:
            account = settings.accounts.get(name, AccountSettings(name=name))
            account = replace(account, **{field: _OF_ACCOUNTS[field](value)})
            return replace(settings, accounts={**settings.accounts, name: account})
        case ["queue", name, "hours"]:
            queue = settings.queues.get(name, QueueSettings())
            return replace(settings, queues={**settings.queues, name: replace(queue, hours=_hours(value))})
        case ["queue", name, field]:
            known = settings.queues.get(name, QueueSettings())
            changed = replace(known, **{field: int(value) if value.isdigit() else value})
            return replace(settings, queues={**settings.queues, name: changed})
        case ["patience"]:
            return replace(settings, patience_s=(moment(f"+{value}") - EPOCH) / 1000)
        case [field]:
            return replace(settings, **{field: int(value) if value.isdigit() else value})
        case _:
            raise AssertionError(f"no setting {way}")


def _limited(budget: Budget, field: str, value: str) -> Budget:
    limit = None if value == "none" else int(value) if field in {"iterations", "tokens"} else float(value)
    return msgspec.structs.replace(budget, **{field: limit})


def _hours(text: str) -> tuple[Window, ...]:
    return read_hours(Fields({"hours": text}, "", Complaints("transcript")))


_OF_ACCOUNTS: dict[str, Any] = {"hours": _hours, "resume_after_limit": lambda value: value == "true"}


def _names(text: str) -> tuple[str, ...]:
    return tuple(text.split(","))


# -- telling -------------------------------------------------------------------------------------------------------


def told(at: int | None) -> str:
    """Write a moment as `+5s`."""
    return "" if at is None else f"+{format_duration((at - EPOCH) / 1000)}"


def tell(event: e.Event) -> str:
    """Put an event on one line: its name, what it is about, and what is not as usual."""
    subject = next((getattr(event, name) for name in _SUBJECTS if hasattr(event, name)), "")
    values = {name: getattr(event, name) for name in event.__struct_fields__ if name not in _UNTOLD}
    if values.get("until", 0) is None:
        del values["until"]
    told_of = [_field(name, value) for name, value in values.items() if name not in _SUBJECTS or value != subject]
    parts = [str(event.__struct_config__.tag), subject, *told_of]
    findings = getattr(event, "findings", ())
    if findings:
        parts.append(f"({'; '.join(finding.path or finding.message for finding in findings)})")
    if getattr(event, "agent", "sh") not in {"sh", ""}:
        parts.append(f"agent={getattr(event, 'agent', '')}")
    return " ".join(part for part in parts if part)


def _field(name: str, value: Any) -> str:
    if name == "until":
        return f"until={told(value)}"
    if value in ("", 0, 0.0, None, False, ()) or (name == "slot" and value == 1):
        return ""
    if value is True:
        return name
    text = str(value)
    return f'{name}="{text}"' if " " in text else f"{name}={text}"


def of(effect: f.Effect) -> str:
    """Name what an effect is for: a task or an action's key."""
    match effect:
        case f.DoAction():
            return effect.key
        case f.CheckGate():
            return f"gate:{effect.gate}"
        case f.SendMessages():
            return effect.channel
        case _:
            return effect.task


def tell_effect(effect: f.Effect) -> str:  # noqa: C901 - one line for every kind of effect there is
    """Put an effect on one line."""
    match effect:
        case f.Advance() | f.Keep() | f.Publish():
            return f"{type(effect).__name__.lower()} {effect.task}"
        case f.LookAtRequest():
            return f"look at {effect.url}"
        case f.CheckGate():
            return f"check gate:{effect.gate} at {effect.commit}"
        case f.SendMessages():
            again = f" again ({effect.tries})" if effect.tries > 1 else ""
            return f"send {','.join(effect.messages)} to {effect.channel}{again}"
        case f.Prepare():
            return f"prepare {effect.task} {effect.attempt}"
        case f.RunAgent():
            how = "run" if effect.fresh else "adopt"
            return f"{how} {effect.task} {effect.attempt}/{effect.iteration}"
        case f.CaptureWork():
            return f"capture {effect.task} {effect.attempt}/{effect.iteration}"
        case f.Judge():
            return f"judge {effect.task} {effect.attempt}/{effect.iteration}{' merged' if effect.merged else ''}"
        case f.Combine():
            return f"combine {effect.task}{f' behind {effect.behind}' if effect.behind else ''}"
        case f.DoAction():
            return f"action {effect.key}{f' again ({effect.tries})' if effect.tries > 1 else ''}"
