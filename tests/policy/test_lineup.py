"""Who waits for the same thing waits together: the answers are those of the simple rules, and many cost what few do."""

import random

import msgspec
import pytest

from orchestrator.model import conditions as c
from orchestrator.model import events as e
from orchestrator.model.fold import apply
from orchestrator.model.scope import Scope
from orchestrator.model.settings import AgentSettings, QueueSettings, RoleSettings, Settings
from orchestrator.model.spending import Budget
from orchestrator.model.world import Task, World
from orchestrator.policy import claiming
from orchestrator.policy.agenda import Agenda
from orchestrator.policy.claiming import claim
from orchestrator.policy.holds import conflicting
from orchestrator.policy.lineup import Cause, Key, Lineup, Word
from orchestrator.policy.plan_play import play
from orchestrator.policy.seat import Seat
from tests.policy.playing.plainly import next_claim, schedule
from tests.policy.playing.planning import HOUR, NOW, gate, queue, seat_of, task, then, world_of


def key(number: int, name: str = "") -> Key:
    return number, 0, 0, 0, 0, 0, name or str(number)


# -- the line-up alone ---------------------------------------------------------------------------------------------


class Crowd:
    """Tasks that want things, some of which will not; whoever is taken has what it wants until it is given back."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)  # noqa: S311 - worlds, not secrets
        self.lineup = Lineup()
        self.waiting: dict[str, tuple[Key, tuple[str, str]]] = {}
        self.taken: set[str] = set()
        self.no: dict[str | tuple[str, str], Word] = {}
        self.room = 0

    def add(self, name: str) -> None:
        kind = self.dice.choice("xy"), "".join(sorted(self.dice.sample("abcd", self.dice.choice((0, 1, 1, 2)))))
        at = key(self.dice.randrange(1000), name)
        self.waiting[name] = at, kind
        self.lineup.add(at, kind[0], kind)

    def remove(self, name: str) -> None:
        self.lineup.remove(*self.waiting.pop(name))

    def word(self, name: str) -> Word | Cause:
        _, kind = self.waiting[name]
        held = next((thing for thing in kind[1] if thing in self.taken), None)
        if held is not None:
            return (held,)
        return self.no.get(kind[0]) or self.no.get(kind) or self.no.get(name) or Word.TAKEN

    def judge(self, name: str) -> Word | Cause:
        if not self.room:
            return Word.STOP
        word = self.word(name)
        if word is Word.TAKEN:
            self.room -= 1
            self.got.append(name)
            self.taken |= set(self.waiting.pop(name)[1][1])
            word = self.dice.choice((Word.TAKEN, Word.TAKEN, Word.LAST))
            if word is Word.LAST:
                self.shut.append(name)
        return word

    def ask(self, lanes: str, room: int) -> None:
        """Ask, and ask everybody in order beside it."""
        waiting, taken = dict(self.waiting), set(self.taken)
        self.room, self.got, self.shut = room, list[str](), list[str]()
        self.lineup.ask(lambda lane: str(lane) in lanes, self.judge)
        after, self.waiting, self.taken = (self.waiting, self.taken), waiting, taken
        plain: list[str] = []
        closed: set[object] = set()
        for name, (_, kind) in sorted(waiting.items(), key=lambda item: item[1][0]):
            if len(plain) == room:
                break
            if kind[0] in lanes and not closed & {kind[0], kind} and self.word(name) is Word.TAKEN:
                plain.append(name)
                self.taken = self.taken | set(kind[1])
                closed |= {kind[0]} if name in self.shut else set()
            elif (word := self.word(name)) is Word.LANE or word is Word.KIND:
                closed.add(kind[0] if word is Word.LANE else kind)
        assert self.got == plain
        self.waiting, self.taken = after


@pytest.mark.parametrize("seed", range(40))
def test_a_line_up_answers_as_if_everybody_were_asked_in_order(seed: int) -> None:
    crowd = Crowd(seed)
    dice = crowd.dice
    for step in range(200):
        move = dice.random()
        if move < 0.5:
            crowd.add(f"T{step}")
        elif move < 0.56 and crowd.waiting:
            crowd.remove(dice.choice(list(crowd.waiting)))
        elif move < 0.75 and crowd.taken:
            thing = dice.choice(sorted(crowd.taken))
            crowd.taken.discard(thing)
            crowd.lineup.free((thing,))
        elif move < 0.8:
            kinds = [kind for _, kind in crowd.waiting.values()]
            crowd.no = {name: Word.NEXT for name in crowd.waiting if dice.random() < 0.2}
            crowd.no |= {kind: Word.KIND for kind in kinds if dice.random() < 0.05}
            crowd.no |= {"x": Word.LANE} if dice.random() < 0.3 else {}
        else:
            crowd.ask(dice.choice(("x", "y", "xy", "xy")), dice.choice((1, 1, 2, 5)))
    crowd.taken, crowd.no = set(), {}
    for thing in "abcd":
        crowd.lineup.free((thing,))
    while crowd.waiting:
        crowd.ask("xy", 1)
        for thing in crowd.taken:
            crowd.lineup.free((thing,))
        crowd.taken = set()
    assert crowd.lineup.causes() == []


# -- plans ---------------------------------------------------------------------------------------------------------


def drawn(dice: random.Random) -> tuple[World, Seat]:
    """Draw a project with everything that holds tasks up: people, gates, locks, moments, things, places of agents."""
    count = dice.randint(3, 22)
    refs = [f"{dice.choice('qqru')}/T{n}" for n in range(count)]
    events: list[e.Event] = [queue("q"), queue("r"), queue("u", unlock_when=c.TaskIs(task=refs[0]))]
    events += [gate("go", requires=c.All(of=tuple(c.TaskIs(task=ref) for ref in dice.sample(refs, 2))))]
    events += [gate("late", requires=c.TimeReached(at=NOW + 5 * HOUR * 1000))]
    for n, ref in enumerate(refs):
        needs = {dice.choice(refs[:n]) for _ in range(dice.choice((0, 0, 1, 2)))} if n else set[str]()
        needs |= {dice.choice(("gate:go", "gate:late"))} if dice.random() < 0.1 else set()
        human = dice.random() < 0.1
        spec = {
            "resources": tuple(
                {dice.choice(("db", "db:read", "rack", "rack", "rack=2", "gpu"))} if dice.random() < 0.5 else ()
            ),
            "files": (dice.choice(("src/a.py", "src/b.py", "src/*.py", "docs/**")),) if dice.random() < 0.3 else (),
            "priority": dice.choice((1, 2, 2)),
            "agent": "human" if human else dice.choice((None, None, "one", "two", "role")),
            "owner": dice.choice(("ana", "bo", "")) if human else "",
            "start": NOW + dice.randint(1, 9) * HOUR * 1000 if dice.random() < 0.1 else None,
            "when": c.TaskIs(task=dice.choice(refs)) if dice.random() < 0.1 else None,
        }
        events.append(task(ref, dice.randint(0, 6), " ".join(sorted(needs)), **spec))
    for name, terms in (("rack", {"places": 1}), ("db", {"shared": dice.random() < 0.5})):
        if dice.random() < 0.3:
            until = NOW + dice.randint(1, 9) * HOUR * 1000
            events.append(e.ResourceLocked(resource=name, by="ana", until=until, reason="mine", **terms))
    world = world_of(*events)
    settings = Settings(
        agent="sh",
        agents={name: AgentSettings(name=name, concurrency=n) for name, n in (("sh", 0), ("one", 1), ("two", 2))},
        roles={"role": RoleSettings(agent="one")},
        queues={name: QueueSettings(workers=dice.randint(1, 4)) for name in world.queues},
        resources={"rack": 2},
        workspace=dice.choice(("clone", "clone", "clone", "inplace")),
        budget=Budget(iterations=dice.choice((None, None, 3))),
    )
    return world, Seat(me="w", scope=Scope(), settings=settings, peers={"w": None}, targets={"q": "main", "u": "main"})


@pytest.mark.parametrize("seed", range(60))
def test_a_plan_is_played_as_if_everybody_were_asked_at_every_moment(seed: int) -> None:
    dice = random.Random(seed)  # noqa: S311 - plans, not secrets
    world, seat = drawn(dice)
    total = dice.choice((None, 1, 2, 4))
    if dice.random() < 0.3:
        then(world, e.TaskClaimed(task=dice.choice(list(world.tasks)), attempt=1, worker="w"))
    took = {ref: dice.choice((0, 1, 2, 3, 7)) for ref in world.tasks}

    def duration(known: Task) -> int:
        return took[known.ref] * HOUR

    played = play(world, seat, NOW, duration, workers=total).slots
    planned = [(slot.task, slot.start, slot.end) for slot in played]
    assert planned == [(ref, start, end) for ref, _, start, end in schedule(world, seat, NOW, duration, total)]


# -- claims --------------------------------------------------------------------------------------------------------


class Shop:
    """A world that moves, with the index that is kept up to date beside it."""

    def __init__(self, world: World, seat: Seat) -> None:
        self.world, self.now = world, NOW
        self.world.touched = {}
        self.sit(seat)

    def sit(self, seat: Seat) -> None:
        """Go on as another process."""
        self.seat, self.agenda = seat, Agenda(lambda _world: seat)
        self.agenda.update(self.world, ())

    def happen(self, *events: e.Event) -> None:
        seq = self.world.seq + 1
        apply(self.world, e.Commit(seq=seq, id=f"c{seq}", prev="", at=self.now, by="w", events=events))
        touched, self.world.touched = self.world.touched, {}
        self.agenda.update(self.world, touched)

    def claim(self) -> tuple[e.Event, ...]:
        return claim(self.world, self.agenda, self.now, self.seat)


def moved(shop: Shop, dice: random.Random) -> None:
    """Let something happen that changes who may start."""
    claimed = [shop.world.tasks[ref] for ref in shop.world.claims]
    move = dice.choice(("end", "end", "work", "later", "account", "seat", "reset"))
    if move in {"end", "work"} and claimed:
        worked(shop, dice, dice.choice(claimed))
    elif move == "later":
        shop.now += dice.randint(1, 4) * HOUR * 1000
    elif move == "account":
        parked = e.AccountParked(account="one", code="limit", text="full", until=shop.now + 2 * HOUR * 1000)
        shop.happen(dice.choice((parked, e.AccountResumed(account="one", because="again"))))
    elif move == "seat":
        only = dice.choice((None, None, frozenset(dice.sample(sorted(shop.world.tasks), 2))))
        scope = Scope(workers=dice.choice((None, 3)), queues=dice.choice((None, None, ("q",))))
        shop.sit(msgspec.structs.replace(shop.seat, only=only, scope=scope, taken=dice.choice((0, 9))))
    elif ended := [known.ref for known in shop.world.tasks.values() if known.status == "completed"]:
        shop.happen(e.TaskReset(task=dice.choice(ended), reason="again"))


def worked(shop: Shop, dice: random.Random, known: Task) -> None:
    """Let a claimed task go on: it changes a file, is given back, or is done."""
    ref, attempt = known.ref, known.attempts
    began = e.IterationStarted(task=ref, attempt=attempt, iteration=1, agent="sh", sandbox="L0", base="0")
    changed = e.IterationCaptured(
        task=ref, attempt=attempt, iteration=1, commit="1", tree="2", ref="r", files=("src/a.py",)
    )
    ways: tuple[tuple[e.Event, ...], ...] = (
        (e.AttemptPrepared(task=ref, attempt=attempt, base="0"), began, changed),
        (e.TaskReleased(task=ref, reason="so"),),
        (e.TaskCompleted(task=ref), e.AttemptEnded(task=ref, attempt=attempt, reason="merged")),
    )
    shop.happen(*dice.choice(ways))


@pytest.mark.parametrize("seed", range(40))
def test_what_is_claimed_is_what_asking_everybody_gives(seed: int) -> None:
    dice = random.Random(seed)  # noqa: S311 - worlds, not secrets
    shop = Shop(*drawn(dice))
    for _ in range(40):
        events = shop.claim()
        while events and isinstance(events[0], e.TaskYielded):
            shop.happen(*events)
            events = shop.claim()
        first = events[0] if events else None
        assert getattr(first, "task", None) == next_claim(shop.world, shop.now, shop.seat)
        if first is not None and dice.random() < 0.8:
            shop.happen(*events)
        else:
            moved(shop, dice)


@pytest.mark.parametrize("many", [100, 20_000])
def test_a_claim_asks_no_more_tasks_however_many_wait(many: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Waiting for one thing, for an account, for a moment, for a person: none of them is asked again and again."""
    crowd: list[e.Event] = []
    for n in range(0, many, 4):
        crowd.append(task(f"q/THING{n}", 1, resources=("db",), files=(f"src/{n}.py",)))
        crowd.append(task(f"q/ACCOUNT{n}", 1, agent="parked", files=(f"lib/{n}.py",)))
        crowd.append(task(f"q/MOMENT{n}", 1, start=NOW + 9 * HOUR * 1000 + n))
        crowd.append(task(f"q/PERSON{n}", 1, agent="human"))
    last = [task(f"q/LAST{n}", 1, priority=9, files=(f"etc/{n}",)) for n in range(10, 50)]
    world = world_of(queue("q"), *crowd, *last, task("q/FIRST", 9, priority=0, resources=("db",)))
    then(world, e.AccountParked(account="parked", code="limit", text="full", until=NOW + HOUR * 1000))
    settings = Settings(agents={name: AgentSettings(name=name) for name in ("sh", "parked")}, agent="sh")
    seat = Seat(me="w", scope=Scope(workers=99), settings=settings, peers={"w": None}, targets={"q": "main"})
    shop = Shop(world, seat)
    asked: list[str] = []
    judged = claiming._Search._judged

    def counted(search: claiming._Search, ref: str) -> Word | Cause:
        asked.append(ref)
        return judged(search, ref)

    monkeypatch.setattr(claiming._Search, "_judged", counted)
    for expected in ("FIRST", *(f"LAST{n}" for n in range(10, 30))):
        events = shop.claim()
        assert events == (e.TaskClaimed(task=f"q/{expected}", attempt=1, worker="w", slot=len(world.claims) + 1),)
        shop.happen(*events)
    assert len(asked) < many // 4 + 20 * 4  # whose files are nobody else's are asked once, then they wait together
    del asked[:]
    for _ in range(20):
        shop.happen(e.TaskCompleted(task=next(iter(world.claims))))
        shop.happen(*shop.claim())
    assert len(asked) < 20 * 5


def test_what_would_conflict_lets_its_equals_go_first_but_nobody_less_urgent() -> None:
    events = [task("q/BUSY", 9), task("q/A", 5, files=("src/a.py",)), task("q/B", 1), task("q/C", 1, priority=3)]
    shop = Shop(world_of(*events), seat_of(world_of(*events), workers=4))
    shop.happen(e.TaskClaimed(task="q/BUSY", attempt=1, worker="w"))
    began = e.IterationStarted(task="q/BUSY", attempt=1, iteration=1, agent="sh", sandbox="L0", base="0")
    changed = e.IterationCaptured(
        task="q/BUSY", attempt=1, iteration=1, commit="1", tree="2", ref="r", files=("src/a.py",)
    )
    shop.happen(began, changed)
    claimed = []
    for _ in range(3):
        events = list(shop.claim())
        shop.happen(*events)
        claimed += [event.task for event in events if isinstance(event, e.TaskClaimed)]
    assert claimed == ["q/B", "q/A", "q/C"]


def test_a_task_is_never_in_its_own_way() -> None:
    own = task("q/A", 1, resources=("db",), files=("src/a.py",), agent="one")
    world = then(world_of(own), e.TaskClaimed(task="q/A", attempt=1, worker="w"))
    settings = Settings(agents={"one": AgentSettings(name="one", concurrency=1)}, workspace="inplace")
    seat = Seat(me="w", scope=Scope(), settings=settings, peers={"w": None}, targets={"q": "main"})
    assert conflicting(world, world.tasks["q/A"], NOW, seat) is None
