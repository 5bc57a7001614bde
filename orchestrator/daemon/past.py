"""What the state folder tells of the past and of who is at work: journal, live processes, views. Only ever looks."""

from pathlib import Path

import msgspec

from orchestrator.daemon.machine import bad, doubtful, ok
from orchestrator.daemon.project import STATE
from orchestrator.daemon.runs import guardian_pid
from orchestrator.daemon.windows import CURSOR
from orchestrator.errors import JournalError
from orchestrator.files.locks import FileLock, LockHeldError
from orchestrator.journal.examine import Examination, examine
from orchestrator.journal.file import LOCK_NAME, LOCK_WAIT_S, FileJournal
from orchestrator.journal.presence import Card, FilePresence
from orchestrator.model.answers import DoctorLine
from orchestrator.model.fold import apply
from orchestrator.model.world import World
from orchestrator.views.chronicle import Cursor

_HASH = 12
_RECOVERY = "docs/recovery.md says how to go on"


class Past:
    """What was found in a project's state folder. `world` is empty where the journal cannot be read."""

    def __init__(self, root: Path) -> None:
        self.state = root / STATE
        self.folder = self.state / "journal"
        self.examination: Examination | None = None
        self.trouble = ""
        self.world = World()

    @classmethod
    async def read(cls, root: Path) -> "Past":
        """Examine the journal and, if it holds, fold it."""
        self = cls(root)
        try:
            self.examination = await _examine(self.folder)
            if self.examination.chain_intact and not self.examination.unreadable:
                self.world = await _fold(self.folder)
        except (OSError, JournalError, LockHeldError) as error:
            self.trouble = str(error)
        return self

    @property
    def broken(self) -> bool:
        """Say whether the journal is damaged or cannot be read."""
        found = self.examination
        return bool(self.trouble) or found is None or found.damage is not None or bool(found.unreadable)

    def lines(self) -> tuple[DoctorLine, ...]:
        """Say what was found."""
        cards = FilePresence(self.state / "workers").cards()
        return (*self._journal(), *self._processes(cards), *self._views(cards))

    # -- the journal -----------------------------------------------------------------------------------------------

    def _journal(self) -> tuple[DoctorLine, ...]:
        found = self.examination
        if found is None or self.trouble:
            return (bad(f"the journal in {self.folder} cannot be read: {self.trouble}", "give access to it"),)
        if not found.segments and not found.quarantines:
            return (ok("no journal yet: the first run or command begins it"),)
        return (self._chain(found), *self._tails(found))

    def _chain(self, found: Examination) -> DoctorLine:
        damage = found.damage
        if damage is not None:
            return bad(
                f"journal damaged: {damage.file}: the line of commit {damage.seq} at byte {damage.offset} "
                f"{damage.reason}; {found.commits} commits before it are whole, {found.intact_behind} lines behind it "
                "hold by themselves",
                f"nothing is written until it is mended: stop every run, copy {self.folder} away, put that file back "
                f"from a backup, or begin a new journal ({_RECOVERY})",
            )
        if found.unreadable:
            return bad(found.unreadable, "use the newer version; the journal itself is whole")
        head = f", head {found.head_hash[:_HASH]}" if found.commits else ""
        return ok(f"journal: {found.commits} commits, every length, checksum and link holds{head}")

    def _tails(self, found: Examination) -> tuple[DoctorLine, ...]:
        lines: list[DoctorLine] = []
        if found.torn:
            text = f"the last append was cut short ({found.torn} bytes); no commit is lost"
            lines.append(doubtful(text, "the next run sets it aside by itself"))
        if found.quarantines:
            text = f"{len(found.quarantines)} cut-off tails stand beside the journal: {', '.join(found.quarantines)}"
            lines.append(doubtful(text, f"look if you wonder what was lost; delete them from {self.folder} when done"))
        return tuple(lines)

    # -- who is at work --------------------------------------------------------------------------------------------

    def _processes(self, cards: list[Card]) -> tuple[DoctorLine, ...]:
        alive = [
            ok(f"run {card.worker} is alive: process {card.pid}, {', '.join(card.queues or ()) or 'every queue'}")
            for card in cards
        ]
        return (*alive, *self._orphans(frozenset(card.worker for card in cards)))

    def _orphans(self, alive: frozenset[str]) -> tuple[DoctorLine, ...]:
        orphans = [ref for ref, worker in self.world.claims.items() if worker not in alive]
        return tuple(
            doubtful(f"{ref}: its worker is gone{self._guarded(ref)}", "`orchestrator run` takes it over")
            for ref in orphans
        )

    def _guarded(self, ref: str) -> str:
        task = self.world.claimed(ref)
        attempt = task.attempt
        pid = guardian_pid(self.state, task.ref, attempt.number, attempt.iteration) if attempt else None
        return f", its agent works on under guardian {pid}" if pid else ""

    # -- what people look at ---------------------------------------------------------------------------------------

    def _views(self, cards: list[Card]) -> tuple[DoctorLine, ...]:
        if self.broken or not self.world.seq:
            return ()
        cursor = _cursor(self.state / CURSOR)
        seq = cursor.seq if cursor.journal == self.world.journal else 0
        if seq >= self.world.seq:
            return (ok(f"board, logs and queue files stand at seq {seq}"),)
        text = f"board, logs and queue files stand at seq {seq} of {self.world.seq}"
        if cards:
            return (ok(f"{text}; a live run brings them up to date"),)
        return (doubtful(text, "any run brings them up to date; `orchestrator status` is right at any time"),)


async def _examine(folder: Path) -> Examination:
    """Examine; what looks like damage may be an append going on, so it is looked at again with the lock."""
    found = examine(folder)
    if found.damage is None or not (folder / LOCK_NAME).exists():
        return found
    lock = FileLock(folder / LOCK_NAME, create=False)
    try:
        await lock.acquire(LOCK_WAIT_S)
        return examine(folder)
    finally:
        lock.close()


async def _fold(folder: Path) -> World:
    """Fold the journal itself: a snapshot is a cache, and caches are not what is examined."""
    journal = await FileJournal.open(folder, read_only=True)
    try:
        world = World()
        for commit in await journal.read(0):
            apply(world, commit)
        return world
    finally:
        journal.close()


def _cursor(path: Path) -> Cursor:
    try:
        return msgspec.json.decode(path.read_bytes(), type=Cursor)
    except (OSError, msgspec.DecodeError):
        return Cursor()
