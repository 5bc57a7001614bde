"""The configuration: `orchestrator.toml`, or `[tool.orchestrator]` of pyproject.toml, to settings.

Never stops at the first mistake: wrong types are told all at once with their keys; unknown keys are warnings.
"""

import re
import tomllib
from collections.abc import Mapping
from datetime import date, datetime, time
from typing import cast

from msgspec.structs import replace

from orchestrator.codec import budgets, checks, kinds, limits, people, sections
from orchestrator.codec.canonical import Json
from orchestrator.codec.definitions import read_gates, read_triggers
from orchestrator.codec.fields import Complaints, Fields
from orchestrator.errors import InvalidInputError
from orchestrator.model.settings import Settings

TOP = (
    "project",
    "agents",
    "accounts",
    "profiles",
    "prompts",
    "roles",
    "checks",
    "queues",
    "repos",
    "budget",
    "prices",
    "resources",
    "calendar",
    "people",
    "rights",
    "actions",
    "notify",
    "train",
    "retention",
    "store",
    "triggers",
    "gates",
)
MAX_BYTES = 4 * 1024 * 1024
_PLACE = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)\Z")


def read_settings(text: bytes, *, path: str, plugged: Mapping[str, Json] | None = None) -> Settings:
    """Read the configuration; `path` names it in messages, and `pyproject.toml` says which table is meant.

    `plugged` are kinds of agents from elsewhere, as tables of `[profiles]`; the file's own of the same name go first.

    `InvalidInputError.problems` holds every problem, each `PATH: KEY is X; remedy`.
    """
    values, prefix = _table(text, path)
    values = _with_profiles(values, plugged or {})
    complaints = Complaints(path)
    top = Fields(values, prefix, complaints)
    top.warn_unknown(TOP)
    project = sections.read_project(top)
    calendar = limits.read_calendar(top)
    profiles = kinds.read_profiles(top)
    resources, registry = limits.read_resources(top)
    persons = people.read_people(top)
    settings = Settings(
        base=project.base,
        land=project.land,
        remote=project.remote,
        workspace=project.workspace,
        sandbox=project.sandbox,
        wrapper=project.wrapper,
        setup=project.setup,
        share=project.share,
        copy=project.copy,
        egress=project.egress,
        patience_s=project.patience_s,
        orphan_timeout_s=project.orphan_timeout_s,
        checkpoint_s=project.checkpoint_s,
        agent=project.agent,
        max_iterations=project.max_iterations,
        allowed_signers=project.allowed_signers,
        rules=project.rules,
        prompts=sections.read_prompts(top),
        agents=sections.read_agents(top, profiles),
        profiles=profiles,
        accounts=sections.read_accounts(top),
        roles=sections.read_roles(top),
        checks=checks.read_checks(top, project.egress),
        queues=limits.read_queues(top),
        repos=limits.read_repos(top),
        budget=budgets.read_budget(top),
        prices=budgets.read_prices(top),
        resources=resources,
        registry=registry,
        calendar=calendar,
        train_window=limits.read_train(top),
        triggers=read_triggers(top, path, "", calendar),
        gates=read_gates(top, path, ""),
        actions=limits.read_actions(top),
        people=persons,
        rights=people.read_rights(top, persons),
        notify=people.read_notify(top),
        retention=limits.read_retention(top),
        store=limits.read_store(top),
    )
    return replace(settings, warnings=complaints.settle())


def _with_profiles(values: Mapping[str, Json], plugged: Mapping[str, Json]) -> Mapping[str, Json]:
    own = values.get("profiles", {})
    return {**values, "profiles": {**plugged, **own}} if plugged and isinstance(own, dict) else values


def _table(text: bytes, path: str) -> tuple[Mapping[str, Json], str]:
    """Parse the file and find our table; an absent one is empty."""
    document = _parse(text, path)
    if path.rpartition("/")[2] != "pyproject.toml":
        return document, ""
    table: Json = document
    for key in ("tool", "orchestrator"):
        table = table.get(key, {}) if isinstance(table, dict) else {}
    if not isinstance(table, dict):
        raise InvalidInputError(f"{path}: tool.orchestrator is not a table; write [tool.orchestrator]")
    return table, "tool.orchestrator."


def _parse(data: bytes, path: str) -> dict[str, Json]:
    if len(data) > MAX_BYTES:
        raise InvalidInputError(f"{path}: {len(data)} bytes, at most {MAX_BYTES} are read; shorten it")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise InvalidInputError(f"{path}: line {line}: not UTF-8; save it as UTF-8") from None
    try:
        return cast("dict[str, Json]", _plain(tomllib.loads(text)))
    except tomllib.TOMLDecodeError as error:
        raise InvalidInputError(f"{path}: {_explain(str(error), text)}") from None
    except RecursionError:
        raise InvalidInputError(f"{path}: nested too deeply to be read; flatten it") from None
    except ValueError as error:  # a number the interpreter refuses to hold
        raise InvalidInputError(f"{path}: {error}; write a smaller number") from None


def _explain(message: str, text: str) -> str:
    """Put the place first and the remedy last."""
    found = _PLACE.search(message)
    what = message[: found.start()] if found else message
    line, column = (found[1], found[2]) if found and found[1] else (str(text.count("\n") + 1), "1")
    return f"line {line}, column {column}: {what[:1].lower()}{what[1:]}; correct it there (texts need quotes)"


def _plain(value: object) -> Json:
    """Bring TOML's own moments into the form of queue files."""
    if isinstance(value, dict):
        return {str(key): _plain(part) for key, part in cast("dict[object, object]", value).items()}
    if isinstance(value, list):
        return [_plain(part) for part in cast("list[object]", value)]
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    return cast("Json", value)
