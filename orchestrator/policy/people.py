"""Who people are, which role they have, and by which channels each is reached. Pure; the one home of these rules.

A name is a person's, or that of a role; case is ignored. A channel is named by its place in the configuration, so that
an address that is corrected takes what waits for it.
"""

from collections.abc import Iterable, Mapping

from orchestrator.model.settings import PersonSettings, Settings

PROJECT = "notify"


def find(settings: Settings, name: str) -> PersonSettings | None:
    """Find a person by name."""
    return next((p for p in settings.people.values() if p.name.casefold() == name.casefold()), None)


def named(settings: Settings, names: Iterable[str]) -> tuple[PersonSettings, ...]:
    """Give the people whom names of people and roles mean, each once."""
    folded = {name.casefold() for name in names}
    return tuple(
        person
        for person in settings.people.values()
        if person.name.casefold() in folded or any(role.casefold() in folded for role in person.roles)
    )


def addresses(settings: Settings) -> Mapping[str, str]:
    """Give the address behind each channel of the configuration."""
    found = {channel(PROJECT, place): url for place, url in enumerate(settings.notify.urls, 1)}
    for person in settings.people.values():
        found.update(zip(channels_of(person), person.notify, strict=True))
    return found


def address_of(settings: Settings, name: str) -> str | None:
    """Give the address behind a channel; None where nothing says it any more."""
    return name if "://" in name else addresses(settings).get(name)


def channels_of(person: PersonSettings) -> tuple[str, ...]:
    """Name a person's channels."""
    return tuple(channel(f"people.{person.name}", place) for place in range(1, len(person.notify) + 1))


def owner_of(settings: Settings, name: str) -> PersonSettings | None:
    """Give the person a channel leads to; None for the project's and for bare addresses."""
    return next((person for person in settings.people.values() if name in channels_of(person)), None)


def channel(owner: str, place: int) -> str:
    """Name a channel."""
    return f"{owner}#{place}"


def shown(name: str) -> str:
    """Name a channel without what its address may hold."""
    return f"{name.partition('://')[0]}://***" if "://" in name else name
