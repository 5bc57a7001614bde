"""What tasks and people share: who wants what of it, who has it, when it is free. Pure; the one home of these rules.

Rules
1. A task names what it shares: `NAME` changes it, `NAME:read` reads it, `NAME=2` takes two places of a counted one. A
   task that says it will touch a file of a registered resource changes that resource, whether it names it or not.
2. Of a resource with one place, one task may change it and nobody reads it meanwhile, or any number read it. Of one
   with several, those who change it share its places, and readers are in nobody's way.
3. A person's lock is as good as a task's claim and ends by itself. It comes into force at once for what has not begun;
   what has it goes on to the end of its iteration and gives it back there. What is verified lands all the same.
4. Locks of two people exclude each other as tasks do. Whoever locks again changes the terms of the lock they have.
"""

from collections.abc import Collection
from difflib import get_close_matches
from functools import lru_cache

import msgspec

from orchestrator.model import commands as c
from orchestrator.model import events as e
from orchestrator.model.coordination import Lock
from orchestrator.model.settings import Settings
from orchestrator.model.world import Task, World
from orchestrator.policy.globs import overlap

_READ = ":read"
MOST_LOCKED_MS = 90 * 86_400_000
"""A lock that would last longer is no lock, but a gate."""


class Want(msgspec.Struct, frozen=True, kw_only=True):
    """One thing a task shares: it reads it, or takes so many places of it."""

    name: str
    reads: bool = False
    places: int = 1


@lru_cache(maxsize=4096)
def want(text: str) -> Want:
    """Read `service:auth`, `db:read` or `gpu=2`."""
    if text.endswith(_READ):
        return Want(name=text.removesuffix(_READ), reads=True, places=0)
    name, equals, count = text.rpartition("=")
    return Want(name=name, places=int(count)) if equals and name and _is_count(count) else Want(name=text)


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdigit() and int(text) > 0


def wants(task: Task, settings: Settings) -> tuple[Want, ...]:
    """List what a task shares, each once: what it names, and what it changes by its files."""
    if not task.spec.resources and not settings.registry:
        return ()
    found: dict[str, Want] = {}
    for one in map(want, task.spec.resources):
        known = found.get(one.name)
        found[one.name] = one if known is None or known.places < one.places else known
    for entry in settings.registry.values():
        named = found.get(entry.name)
        if (named is None or named.reads) and _touches(task, entry.files):
            found[entry.name] = Want(name=entry.name)
    return tuple(found.values())


def _touches(task: Task, files: tuple[str, ...]) -> bool:
    return any(overlap(ours, theirs) for theirs in files for ours in task.spec.files)


def capacity(settings: Settings, name: str) -> int:
    """Give how many places a resource has."""
    return settings.resources.get(name, 1)


def in_the_way(
    world: World, wanted: Want, users: Collection[tuple[str, Want]], now: int, settings: Settings
) -> tuple[str, ...]:
    """Name those of the users of a resource who keep another from having it as wanted; empty if none does."""
    changing = tuple(ref for ref, own in users if not own.reads)
    places = capacity(settings, wanted.name)
    if places == 1:
        return (*(() if wanted.reads else (ref for ref, own in users if own.reads)), *changing)
    used = sum(own.places for _, own in users) + _locked_places(world, wanted.name, now)
    return changing if used + wanted.places > places and not wanted.reads else ()


def in_use(world: World, name: str, busy: tuple[str, ...], now: int) -> str:
    """Say by whom a resource is in use, and who has locked it beside them."""
    locked = [lock.by for lock in locks_on(world, name, now)]
    beside = f", and locked by {', '.join(locked)}" if locked else ""
    return f"{name} is in use by {', '.join(busy)}{beside}"


def users_of(world: World, name: str, settings: Settings) -> tuple[str, ...]:
    """Name the claimed tasks that share a resource."""
    claimed = (world.tasks[ref] for ref in world.claims if ref in world.tasks)
    return tuple(task.ref for task in claimed if any(own.name == name for own in wants(task, settings)))


def too_much(task: Task, settings: Settings) -> tuple[str, ...]:
    """Say what a task can never have: more places than there are."""
    wanted = [one for one in wants(task, settings) if one.places > capacity(settings, one.name)]
    return tuple(
        f"wants {one.places} places of {one.name}, which has {capacity(settings, one.name)}; raise [resources] "
        f'"{one.name}" or ask for less'
        for one in wanted
    )


def misspelt(task: Task, settings: Settings) -> tuple[str, ...]:
    """Say which names are nearly those of the configuration: what is misspelt keeps nobody apart."""
    near = [(one.name, get_close_matches(one.name, settings.resources, 1, 0.8)) for one in wants(task, settings)]
    return tuple(f"resource {name}: did you mean {like[0]}?" for name, like in near if like and like[0] != name)


# -- locks ---------------------------------------------------------------------------------------------------------


def locks_on(world: World, name: str, now: int) -> tuple[Lock, ...]:
    """List the locks on a resource that are in force."""
    return tuple(lock for lock in world.locks.get(name, {}).values() if lock.until > now)


def _locked_places(world: World, name: str, now: int) -> int:
    return sum(lock.places for lock in locks_on(world, name, now))


def locked_out(world: World, task: Task, now: int, settings: Settings) -> Lock | None:
    """Give the lock that keeps a task from what it wants, the one that ends last; None where none does."""
    if not world.locks:
        return None
    for wanted in wants(task, settings):
        locks = locks_on(world, wanted.name, now)
        whole = [lock for lock in locks if not lock.places and not (lock.shared and wanted.reads)]
        if whole:
            return max(whole, key=lambda lock: lock.until)
        counted = [lock for lock in locks if lock.places]
        left = capacity(settings, wanted.name) - sum(lock.places for lock in counted)
        if counted and wanted.places > left:
            return min(counted, key=lambda lock: lock.until)
    return None


def words(lock: Lock) -> str:
    """Say who has it and why."""
    return f"{lock.resource} is locked by {lock.by}: {lock.reason}"


def terms(lock: Lock) -> str:
    """Say in a word how it is locked."""
    return "shared" if lock.shared else f"{lock.places} places" if lock.places else "exclusive"


def asked(
    world: World, ask: c.LockResource | c.UnlockResource, now: int, settings: Settings
) -> tuple[e.Event, ...] | c.Refusal:
    """Let a person have a resource for a while or give it back, or say why not."""
    return lock(world, ask, now, settings) if isinstance(ask, c.LockResource) else unlock(world, ask)


def lock(world: World, ask: c.LockResource, now: int, settings: Settings) -> tuple[e.Event, ...] | c.Refusal:
    """Let a person have a resource for a while, or say why not."""
    wanted, places = want(ask.resource), capacity(settings, want(ask.resource).name)
    counted = 0 if places == 1 or ask.resource == wanted.name else wanted.places
    if wanted.name not in known(world, settings):
        names = ", ".join(known(world, settings)) or "none"
        return c.Refusal(f"nothing shares {wanted.name} (known: {names}); name it under [resources]")
    if not ask.reason.strip():
        return c.Refusal("a lock needs a reason: --reason 'why'")
    if not now < ask.until <= now + MOST_LOCKED_MS:
        return c.Refusal("a lock lasts for some time and at most 90 days: --for 2h; a gate holds for longer")
    if wanted.places > places:
        return c.Refusal(f"{wanted.name} has {places} places, not {wanted.places}")
    if wanted.reads and places > 1:
        return c.Refusal(f"{wanted.name} has {places} places, and readers are in nobody's way; lock {wanted.name}=1")
    others = [held for held in locks_on(world, wanted.name, now) if held.by != ask.by]
    if (held := _excludes(others, wanted, counted, places)) is not None:
        return c.Refusal(f"{words(held)}; `orchestrator explain resource:{wanted.name}` says until when")
    return (
        e.ResourceLocked(
            resource=wanted.name,
            by=ask.by,
            until=ask.until,
            reason=ask.reason.strip(),
            shared=wanted.reads,
            places=counted,
        ),
    )


def _excludes(others: list[Lock], wanted: Want, counted: int, places: int) -> Lock | None:
    """Give another person's lock that stands in the way of one on these terms."""
    if counted:
        full = sum(other.places for other in others) + counted > places
        return next((other for other in others if not other.places or full), None)
    return next((other for other in others if not (other.shared and wanted.reads)), None)


def unlock(world: World, ask: c.UnlockResource) -> tuple[e.Event, ...] | c.Refusal:
    """Take a lock back."""
    name, whose = want(ask.resource).name, ask.whose or ask.by
    held = world.locks.get(name, {})
    if whose not in held:
        holders = f"; it is locked by {', '.join(held)}: `--whose WHO --reason WHY`" if held else ""
        return c.Refusal(f"{whose} has no lock on {name}{holders}")
    if whose != ask.by and not ask.reason.strip():
        return c.Refusal(f"{whose} has it, not {ask.by}: taking it away needs a reason: --reason 'why'")
    by = "" if whose == ask.by else f"taken away by {ask.by}: "
    return (e.ResourceUnlocked(resource=name, by=whose, because=f"{by}{ask.reason.strip()}"),)


def known(world: World, settings: Settings) -> tuple[str, ...]:
    """Name what there is to share: what the configuration names, and what tasks do."""
    named = (want(text).name for task in world.tasks.values() for text in task.spec.resources)
    return tuple(dict.fromkeys((*settings.resources, *named)))


def ended(world: World, now: int) -> tuple[e.Event, ...]:
    """Record the end of the locks whose time is over."""
    over = (lock for held in world.locks.values() for lock in held.values() if lock.until <= now)
    return tuple(e.ResourceUnlocked(resource=lock.resource, by=lock.by, because="its time is over") for lock in over)


def moments(world: World) -> tuple[int, ...]:
    """Give the moments (milliseconds) at which locks end."""
    return tuple(lock.until for held in world.locks.values() for lock in held.values())
