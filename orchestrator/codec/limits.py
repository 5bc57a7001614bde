"""The configuration of queues, limits and the rest, one reader each. What a key means is the model's."""

from msgspec.structs import replace

from orchestrator.codec.budgets import BUDGET, budget_of
from orchestrator.codec.canonical import Json
from orchestrator.codec.fields import Fields, as_seconds, as_size, as_whole
from orchestrator.codec.hours import read_hours
from orchestrator.codec.moments import HOUR, parse_duration
from orchestrator.codec.sections import argv_of, each, positive, section
from orchestrator.model.settings import (
    MOST_WORKERS,
    Calendar,
    QueueSettings,
    RepoSettings,
    ResourceSettings,
    Retention,
    Settings,
)

QUEUE = ("workers", "checks", "agent", "base", "repo", "iterations", "budget", "hours")
REPO = ("path", "base")
RETENTION = ("records", "size", "landed", "superseded", "caches")
FOREVER = "forever"
RESOURCE = ("places", "title", "owner", "files")
MOST_WINDOW = 16


def read_queues(top: Fields) -> dict[str, QueueSettings]:
    """Read `[queues.NAME]`."""
    return each(top, "queues", _queue)


def _queue(_: str, fields: Fields) -> QueueSettings:
    fields.warn_unknown(QUEUE)
    workers = fields.whole("workers", 1, 1)
    if workers > MOST_WORKERS:
        fields.refuse("workers", f"write at most {MOST_WORKERS}")
    budget = budget_of(section(fields, "budget", BUDGET))
    iterations = fields.optional_whole("iterations", 0)
    return QueueSettings(
        workers=workers,
        checks=fields.some_texts("checks"),
        agent=fields.optional("agent"),
        base=fields.optional("base"),
        repo=fields.optional("repo"),
        budget=budget if iterations is None else replace(budget, iterations=iterations),
        hours=read_hours(fields),
    )


def read_repos(top: Fields) -> dict[str, RepoSettings]:
    """Read `[repos.NAME]`."""
    return each(top, "repos", _repo)


def _repo(name: str, fields: Fields) -> RepoSettings:
    fields.warn_unknown(REPO)
    path = fields.line("path")
    if not path and not fields.values.get("path"):
        fields.refuse("path", "write where the repository is")
    return RepoSettings(name=name, path=path or ".", base=fields.optional("base"))


def read_resources(top: Fields) -> tuple[dict[str, int], dict[str, ResourceSettings]]:
    """Read `[resources]`: how many tasks may change each at once, and those that a table describes."""
    table = top.inner("resources")
    places: dict[str, int] = {}
    described: dict[str, ResourceSettings] = {}
    for name in table.values if table is not None else ():
        if table is None or name.endswith(":read") or "=" in name or not name.strip():
            top.complaints.refuse(f"{top.prefix}resources.{name} is no usable name; leave out `:read` and `=`")
        elif isinstance(table.values[name], dict) and (inner := table.inner(name)) is not None:
            described[name] = _resource(name, inner)
            places[name] = described[name].places
        else:
            places[name] = table.whole(name, 1, 1)
    return places, described


def _resource(name: str, fields: Fields) -> ResourceSettings:
    fields.warn_unknown(RESOURCE)
    return ResourceSettings(
        name=name,
        places=fields.whole("places", 1, 1),
        title=fields.line("title"),
        owner=fields.line("owner"),
        files=fields.texts("files"),
    )


def read_calendar(top: Fields) -> Calendar:
    """Read `[calendar]`: a day in hours, a week in days."""
    fields = section(top, "calendar", ("day", "week"))

    def days(value: Json) -> float | None:
        if isinstance(value, str):
            seconds = parse_duration(value) if value.strip().lower().endswith("d") else None
            return seconds / parse_day if seconds else None
        return as_whole(value, 1)

    parse_day = 24 * HOUR
    default = Calendar()
    day = positive(fields, "day", default.day_s)
    if day > parse_day:
        fields.refuse("day", "a day has at most 24h")
    return Calendar(day_s=day, week_days=fields.read("week", days, default.week_days, 'write days, as "5d"'))


def read_train(top: Fields) -> int:
    """Read `[train]`: how many verified branches are tried together."""
    fields = section(top, "train", ("window",))
    window = fields.whole("window", 1, Settings().train_window)
    if window > MOST_WINDOW:
        fields.refuse("window", f"write at most {MOST_WINDOW}")
    return window


def read_retention(top: Fields) -> Retention:
    """Read `[retention]`: durations, or "forever"."""
    fields, default = section(top, "retention", RETENTION), Retention()

    def kept(key: str, otherwise: float | None) -> float | None:
        value = fields.values.get(key)
        if value == FOREVER:
            return None
        return otherwise if value is None else fields.read(key, as_seconds, otherwise, f'write "30d", or "{FOREVER}"')

    return Retention(
        records_s=kept("records", default.records_s),
        size=fields.read("size", as_size, default.size, 'write how much, as "20 GiB"'),
        landed_s=kept("landed", default.landed_s),
        superseded_s=kept("superseded", default.superseded_s),
        caches_s=kept("caches", default.caches_s),
    )


def read_actions(top: Fields) -> dict[str, tuple[str, ...]]:
    """Read `[actions.NAME]`: the commands triggers may run."""
    return each(top, "actions", _action)


def _action(_: str, fields: Fields) -> tuple[str, ...]:
    fields.warn_unknown(("command",))
    if "command" not in fields.values:
        fields.refuse("command", 'write what to run, as ["./announce.sh"]')
    return argv_of(fields)


def read_store(top: Fields) -> str:
    """Read `[store]`: where the journal is."""
    fields = section(top, "store", ("url",))
    url = fields.line("url") or Settings().store
    if not url.startswith(("file:", "nats://")):
        fields.refuse("url", 'write "file:.aibrain" or "nats://host:4222/project"')
    return url
