"""Who there is, and how they are told: `[people]` and `[notify]`. What a key means is the model's."""

from collections.abc import Mapping

from orchestrator.codec.fields import Fields
from orchestrator.codec.hours import read_hours, read_times
from orchestrator.codec.sections import each, section
from orchestrator.model.settings import NotifySettings, PersonSettings
from orchestrator.model.wording import KINDS, PLACES, places

PERSON = ("roles", "notify", "on", "quiet")
RIGHTS = (
    *("add", "edit", "retry", "skip", "cancel", "pause", "resume", "attach", "answer", "decide", "done"),
    *("approve", "reject", "revoke", "ack", "rollback", "lock", "unlock", "workers"),
)
"""The verbs that may be kept to some people."""
NOTIFY = ("urls", "on", "urgent", "quiet", "window", "digest", "standup", "daily", "templates")


def read_notify(top: Fields) -> NotifySettings:
    """Read `[notify]`: who is told of what, when and how."""
    fields = section(top, "notify", NOTIFY)
    default = NotifySettings()
    return NotifySettings(
        urls=_addresses(fields, "urls"),
        on=_kinds(fields, "on"),
        urgent=default.urgent if (urgent := _kinds(fields, "urgent")) is None else urgent,
        quiet=read_hours(fields, "quiet"),
        window_s=fields.seconds("window", default.window_s),
        digest_s=fields.seconds("digest", default.digest_s),
        standup=read_times(fields, "standup"),
        daily=read_times(fields, "daily"),
        templates=_templates(fields),
    )


def _addresses(fields: Fields, key: str) -> tuple[str, ...]:
    found = fields.texts(key)
    if any("://" not in url and not url.startswith("env:") for url in found):
        remedy = 'write addresses, as "mailto://me:secret@example.org", or "env:NAME" of a variable with one'
        fields.refuse_untold(key, f"holds what is no address; {remedy}")
    return found


def _kinds(fields: Fields, key: str) -> tuple[str, ...] | None:
    found = fields.some_texts(key)
    if found is not None and (unknown := [kind for kind in found if kind not in KINDS]):
        fields.refuse(key, f"{unknown[0]!r} is no kind of message; there are {', '.join(KINDS)}")
    return found


def _templates(fields: Fields) -> dict[str, str]:
    inner = fields.inner("templates")
    if inner is None:
        return {}
    inner.refuse_unknown(KINDS)
    for kind in inner.values:
        if unknown := [place for place in places(inner.text(kind)) if place not in PLACES]:
            inner.refuse(kind, f"{{{unknown[0]}}} is no place of a message; there are {', '.join(PLACES)}")
    return {kind: inner.text(kind) for kind in inner.values}


def read_people(top: Fields) -> dict[str, PersonSettings]:
    """Read `[people.NAME]`."""
    return each(top, "people", _person)


def _person(name: str, fields: Fields) -> PersonSettings:
    fields.warn_unknown(PERSON)
    return PersonSettings(
        name=name,
        roles=fields.texts("roles"),
        notify=_addresses(fields, "notify"),
        on=_kinds(fields, "on"),
        quiet=read_hours(fields, "quiet"),
    )


def read_rights(top: Fields, persons: Mapping[str, PersonSettings]) -> dict[str, tuple[str, ...]]:
    """Read `[rights]`: who may ask for what. An unknown verb is refused: no right is lost by a misspelling."""
    table = top.inner("rights")
    if table is None:
        return {}
    table.refuse_unknown(RIGHTS)
    found = {verb: table.texts(verb) for verb in table.values if verb in RIGHTS}
    known = {name.casefold() for person in persons.values() for name in (person.name, *person.roles)}
    for verb, names in found.items():
        for name in names:
            if name.casefold() not in known:
                top.complaints.warn(f"{table.prefix}{verb} names {name}, who is no person or role of [people]")
    return found
