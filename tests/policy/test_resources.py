"""What is shared and how it is named, beyond what the transcripts show."""

import pytest

from orchestrator.model import commands as c
from orchestrator.model import events as e
from orchestrator.model.settings import ResourceSettings, Settings
from orchestrator.policy import resources
from orchestrator.policy.asks import answer
from orchestrator.policy.decide import Answer
from orchestrator.policy.resources import Want, want, wants
from orchestrator.views.story import tell
from tests.policy.playing.planning import HOUR, NOW, hours, plan_of, seat_of, task, then, world_of

AUTH = ResourceSettings(name="service:auth", owner="platform", files=("src/auth/**",))
HOURS = HOUR * 1000


def locked(name: str = "db", by: str = "ana", until: int = NOW + HOURS, **terms: int | bool) -> e.Event:
    return e.ResourceLocked(resource=name, by=by, until=until, reason="moving", **terms)  # type: ignore[arg-type]


def asked(resource: str, lasts: int = HOURS, reason: str = "moving", settings: Settings | None = None) -> Answer:
    world = world_of(task("q/A", resources=("db",)))
    seat = seat_of(world, resources=settings.resources if settings is not None else {})
    return answer(world, c.LockResource(resource=resource, by="ana", until=NOW + lasts, reason=reason), seat)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("service:auth", Want(name="service:auth")),
        ("db:read", Want(name="db", reads=True, places=0)),
        ("gpu=2", Want(name="gpu", places=2)),
        ("gpu=0", Want(name="gpu=0")),
        ("a=b", Want(name="a=b")),
        ("=2", Want(name="=2")),
        ("gpu=²", Want(name="gpu=²")),
    ],
)
def test_a_name_says_how_it_is_shared(text: str, wanted: Want) -> None:
    assert want(text) == wanted


def test_who_touches_a_file_of_a_resource_changes_it_and_counts_once() -> None:
    world = world_of(
        task("q/A", files=("src/auth/token.py",)),
        task("q/B", resources=("service:auth:read", "gpu=2", "gpu", "gpu=3"), files=("src/**",)),
        task("q/C", resources=("service:auth",), files=("src/auth/x.py",)),
        task("q/D", files=("docs/a.md",)),
    )
    settings = Settings(registry={"service:auth": AUTH})
    auth = Want(name="service:auth")
    assert wants(world.tasks["q/A"], settings) == (auth,)
    assert set(wants(world.tasks["q/B"], settings)) == {auth, Want(name="gpu", places=3)}
    assert wants(world.tasks["q/C"], settings) == (auth,)
    assert wants(world.tasks["q/D"], settings) == ()


def test_more_than_there_is_can_never_be_had_and_what_is_misspelt_is_told() -> None:
    world = world_of(task("q/A", resources=("gpu=3", "service:auht", "db")))
    settings = Settings(resources={"gpu": 2, "service:auth": 1, "db": 1})
    assert resources.too_much(world.tasks["q/A"], settings) == (
        'wants 3 places of gpu, which has 2; raise [resources] "gpu" or ask for less',
    )
    assert resources.misspelt(world.tasks["q/A"], settings) == ("resource service:auht: did you mean service:auth?",)


@pytest.mark.parametrize(
    ("resource", "lasts", "reason", "said"),
    [
        ("dbx", HOURS, "moving", "nothing shares dbx (known: db); name it under [resources]"),
        ("db", HOURS, " ", "a lock needs a reason: --reason 'why'"),
        ("db", 0, "moving", "a lock lasts for some time and at most 90 days: --for 2h; a gate holds for longer"),
        ("db", 2 * resources.MOST_LOCKED_MS, "moving", "a lock lasts for some time and at most 90 days"),
    ],
)
def test_a_lock_is_for_something_that_is_shared_with_a_reason_and_an_end(
    resource: str, lasts: int, reason: str, said: str
) -> None:
    refused = asked(resource, lasts, reason)
    assert isinstance(refused, c.Refusal)
    assert refused.text.startswith(said)


def test_where_nothing_is_shared_nothing_is_locked() -> None:
    world = world_of(task("q/A"))
    refused = resources.lock(world, c.LockResource(resource="db", by="ana", until=NOW + 1, reason="x"), NOW, Settings())
    assert isinstance(refused, c.Refusal)
    assert "known: none" in refused.text


def test_one_place_of_one_is_all_of_it() -> None:
    made = asked("db=1")
    assert made == (locked(),)


def test_two_people_look_at_once_and_nobody_takes_a_place_of_what_is_locked() -> None:
    world = then(world_of(task("q/A", resources=("db",))), locked(shared=True))
    second = c.LockResource(resource="db:read", by="bob", until=NOW + HOURS, reason="moving")
    assert resources.lock(world, second, NOW, Settings()) == (locked(by="bob", shared=True),)
    world = then(world_of(task("q/A", resources=("gpu",))), locked("gpu"))
    place = c.LockResource(resource="gpu=1", by="bob", until=NOW + HOURS, reason="moving")
    assert isinstance(resources.lock(world, place, NOW, Settings(resources={"gpu": 2})), c.Refusal)


def test_who_has_no_lock_is_told_that_nobody_has() -> None:
    refused = resources.unlock(world_of(task("q/A")), c.UnlockResource(resource="db", by="ana"))
    assert isinstance(refused, c.Refusal)
    assert refused.text == "ana has no lock on db"


def test_a_lock_that_ran_out_unseen_begins_anew_and_one_that_is_renewed_goes_on() -> None:
    world = then(world_of(task("q/A", resources=("db",))), locked())
    then(world, locked(until=NOW + 2 * HOURS))
    assert world.locks["db"]["ana"].since == NOW
    later = e.Commit(seq=world.seq + 1, id="l", prev="", at=NOW + 3 * HOURS, by="t", events=(locked(until=NOW * 99),))
    from orchestrator.model.fold import apply

    apply(world, later)
    assert world.locks["db"]["ana"].since == NOW + 3 * HOURS


def test_two_locks_on_one_resource_end_one_by_one() -> None:
    world = then(world_of(task("q/A", resources=("db",))), locked(shared=True), locked(by="bob", shared=True))
    then(world, e.ResourceUnlocked(resource="db", by="ana"))
    assert list(world.locks["db"]) == ["bob"]
    then(world, e.ResourceUnlocked(resource="db", by="bob"))
    assert world.locks == {}


def test_the_terms_of_a_lock_are_told_in_a_word() -> None:
    world = then(world_of(task("q/A")), locked(), locked(by="bob", shared=True), locked(by="eve", places=2))
    assert [resources.terms(lock) for lock in world.locks["db"].values()] == ["exclusive", "shared", "2 places"]


def test_the_plan_waits_for_a_lock_to_end() -> None:
    world = then(
        world_of(task("q/A", 2, resources=("db",)), task("q/B", 1), task("q/C", 1, resources=("db:read",))), locked()
    )
    assert hours(plan_of(world, workers=3)) == {"B": (0, 1), "A": (1, 3), "C": (3, 4)}


def test_the_plan_gives_a_place_back_that_a_lock_had() -> None:
    world = then(world_of(*(task(f"q/{name}", 3, resources=("gpu",)) for name in "AB")), locked("gpu", places=1))
    assert hours(plan_of(world, workers=2, resources={"gpu": 2})) == {"A": (0, 3), "B": (1, 4)}


def test_the_plan_counts_places() -> None:
    world = world_of(*(task(f"q/{name}", 1, resources=("gpu=2",)) for name in "ABC"))
    assert hours(plan_of(world, workers=3, resources={"gpu": 4})) == {"A": (0, 1), "B": (0, 1), "C": (1, 2)}


def test_who_shares_what_runs_is_named() -> None:
    world = then(
        world_of(task("q/A", resources=("db:read",)), task("q/B")),
        e.TaskClaimed(task="q/A", attempt=1, worker="w"),
        e.TaskClaimed(task="q/B", attempt=1, worker="w"),
    )
    assert resources.users_of(world, "db", Settings()) == ("q/A",)


def test_locks_are_told() -> None:
    said = [tell(locked()), tell(e.ResourceUnlocked(resource="db", by="ana", because="its time is over"))]
    assert [line.text for line in said if line is not None] == [
        "db locked by ana until 1970-01-01T01:16:40Z: moving",
        "db is no longer locked by ana: its time is over",
    ]
