"""The event loop of the simulation: virtual time, chance from one seed, and an end to every wait.

Rules
1. Same seed, same program: the same callbacks in the same order, in any process on any machine. So tasks hash by a
   counter, cancel scopes keep their children in order of arrival, and the garbage collector rests.
2. Time passes only when nothing is ready; then it jumps to the next timer. Nothing ready and no timer is a deadlock.
3. What belongs to a frozen process (`PROCESS` in its context) is held back until it is thawed: SIGSTOP. Frozen for
   ever is SIGKILL: no `finally` runs, nothing is tidied.
"""
# ruff: noqa: SLF001 - the seams of an event loop are private: `_run_once`, `_ready`, `_scheduled`, `_context`
# pyright: reportPrivateUsage=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportAttributeAccessIssue=false, reportMissingTypeStubs=false

import asyncio
import gc
import heapq
import random
import selectors
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, Generator, Iterator, Mapping, MutableSet
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial
from typing import Any, TypeVar, cast

import anyio
from anyio._backends import _asyncio as anyio_asyncio

T = TypeVar("T")

PROCESS: ContextVar[str] = ContextVar("PROCESS", default="")
"""Which simulated process a task belongs to; empty: the simulation itself."""

_MAX_TURNS = 200_000
"""Turns of the loop at one instant after which it is called a livelock."""


class DeadlockError(RuntimeError):
    """Everybody waits and nothing can wake anybody: no callback is ready and no timer is set."""


class LivelockError(RuntimeError):
    """The loop turned and turned while no time passed: somebody polls or wakes himself."""


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop in virtual time that shuffles what is ready. Never waits, never looks at a file descriptor."""

    _ready: deque[asyncio.Handle]
    _scheduled: list[asyncio.TimerHandle]
    _stopping: bool
    _timer_cancelled_count: int

    def __init__(self, seed: int) -> None:
        super().__init__(_NoSelector())
        self._now = 0.0
        self._turns = 0
        self._tasks_made = 0
        self._chance = random.Random(f"loop {seed}")  # noqa: S311 - reproducible on purpose
        self._frozen: dict[str, list[asyncio.Handle]] = {}
        self.set_task_factory(self._make_task)  # type: ignore[arg-type]  # typeshed wants a protocol, not a method

    def time(self) -> float:
        """Give the virtual time in seconds since the run began."""
        return self._now

    def freeze(self, process: str) -> None:
        """Stop scheduling a process from the next turn on."""
        self._frozen.setdefault(process, [])

    def thaw(self, process: str) -> None:
        """Let a frozen process go on with everything that happened meanwhile."""
        self._ready.extend(self._frozen.pop(process, ()))

    def frozen(self) -> tuple[str, ...]:
        """List the processes that are stopped."""
        return tuple(self._frozen)

    def _make_task(
        self, loop: asyncio.AbstractEventLoop, coro: Coroutine[Any, Any, Any], **options: Any
    ) -> "asyncio.Task[Any]":
        self._tasks_made += 1
        return _CountedTask(coro, number=self._tasks_made, loop=loop, **options)

    def _run_once(self) -> None:
        self._collect_due()
        while not self._ready and not self._stopping:
            self._jump()
        self._turns += 1
        if self._turns > _MAX_TURNS:
            where, busy = self._where(), "; ".join(f"{self._home(h)} {h!r}" for h in list(self._ready)[:5])
            self._give_up()
            raise LivelockError(f"{_MAX_TURNS} turns at {self._now:.3f} s and no end; busy: {busy}; {where}")
        if len(self._ready) > 1:
            ready = list(self._ready)
            self._chance.shuffle(ready)
            self._ready.clear()
            self._ready.extend(ready)
        super()._run_once()  # type: ignore[misc]  # private, and the one method an event loop is made of

    def _jump(self) -> None:
        self._drop_cancelled()
        if not self._scheduled:
            where = self._where()
            self._give_up()
            raise DeadlockError(f"nothing is scheduled at {self._now:.3f} s; {where}")
        self._now, self._turns = max(self._now, self._scheduled[0].when()), 0
        self._collect_due()

    def _collect_due(self) -> None:
        """Move timers that are due to what is ready, then put aside what is frozen."""
        self._drop_cancelled()
        while self._scheduled and self._scheduled[0].when() <= self._now:
            timer = heapq.heappop(self._scheduled)
            timer._scheduled = False  # type: ignore[attr-defined]
            self._ready.append(timer)
            self._drop_cancelled()
        if self._frozen:
            self._put_aside()

    def _put_aside(self) -> None:
        ready = list(self._ready)
        self._ready.clear()
        for handle in ready:
            self._frozen.get(self._home(handle), self._ready).append(handle)

    def _drop_cancelled(self) -> None:
        while self._scheduled and self._scheduled[0].cancelled():
            self._timer_cancelled_count -= 1
            heapq.heappop(self._scheduled)._scheduled = False  # type: ignore[attr-defined]

    @staticmethod
    def _home(handle: asyncio.Handle) -> str:
        return cast("str", handle._context.get(PROCESS, ""))  # type: ignore[attr-defined]

    def _give_up(self) -> None:
        """Let everybody unwind: the run is over and its runner cancels what is left."""
        self._turns = 0
        for process in self.frozen():
            self.thaw(process)

    def _where(self) -> str:
        tasks = sorted((task for task in asyncio.all_tasks(self) if not task.done()), key=hash)
        stopped = f"frozen: {', '.join(self._frozen)}; " if self._frozen else ""
        return f"{stopped}waiting: {'; '.join(_waits_at(task) for task in tasks)}"


def _waits_at(task: "asyncio.Task[Any]") -> str:
    coro: Any = task.get_coro()
    while getattr(coro, "cr_await", None) is not None and getattr(coro.cr_await, "cr_frame", None) is not None:
        coro = coro.cr_await
    frame = getattr(coro, "cr_frame", None)
    where = f"{frame.f_code.co_filename.rpartition('/')[2]}:{frame.f_lineno} {frame.f_code.co_name}" if frame else "?"
    return f"{task.get_name()} at {where}"


class _CountedTask(asyncio.Task[Any]):
    """A task whose hash is its number: sets of tasks have one order everywhere."""

    def __init__(self, coro: Coroutine[Any, Any, Any], *, number: int, **options: Any) -> None:
        self._number = number  # before the base class: it enters the new task into a set
        super().__init__(coro, **options)

    def __hash__(self) -> int:
        return self._number


class _NoSelector(selectors.BaseSelector):
    """A selector without files: whoever waits for one in the simulation waits for ever, and is found out."""

    def __init__(self) -> None:
        self._keys: dict[Any, selectors.SelectorKey] = {}

    def register(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        """Remember the loop's own pipe."""
        number = fileobj if isinstance(fileobj, int) else fileobj.fileno()
        self._keys[fileobj] = selectors.SelectorKey(fileobj, number, events, data)
        return self._keys[fileobj]

    def unregister(self, fileobj: Any) -> selectors.SelectorKey:
        """Forget it."""
        return self._keys.pop(fileobj)

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:  # noqa: ARG002 - nothing comes
        """Give nothing, at once."""
        return []

    def get_map(self) -> Mapping[Any, selectors.SelectorKey]:
        """Give what is registered."""
        return self._keys


class InOrder(MutableSet[T]):
    """A set that is walked in order of arrival."""

    def __init__(self) -> None:
        self._items: dict[T, None] = {}

    def __contains__(self, item: object) -> bool:
        return item in self._items

    def __iter__(self) -> Iterator[T]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    def add(self, value: T) -> None:
        """Put it last unless it is there."""
        self._items[value] = None

    def discard(self, value: T) -> None:
        """Take it out if it is there."""
        self._items.pop(value, None)


@contextmanager
def _steady() -> Generator[None]:
    """Take chance out of anyio and the collector for the time of one run."""
    scope = anyio_asyncio.CancelScope
    original = scope.__init__

    def ordered(self: Any, deadline: float = float("inf"), shield: bool = False) -> None:  # noqa: FBT001, FBT002 - anyio's signature
        original(self, deadline, shield)
        self._child_scopes, self._tasks = InOrder(), InOrder()

    collecting = gc.isenabled()
    gc.disable()
    scope.__init__ = ordered  # type: ignore[method-assign]
    try:
        yield
    finally:
        scope.__init__ = original  # type: ignore[method-assign]
        if collecting:
            gc.enable()


def run(main: Callable[[], Awaitable[T]], seed: int) -> T:
    """Run `main` to its end in virtual time. Raises DeadlockError when nothing could ever happen again."""
    with _steady():
        return anyio.run(main, backend="asyncio", backend_options={"loop_factory": partial(VirtualLoop, seed)})


def virtual_loop() -> VirtualLoop:
    """Give the running loop, for whoever freezes and thaws."""
    loop = asyncio.get_running_loop()
    if not isinstance(loop, VirtualLoop):
        raise TypeError("this runs only under orchestrator.sim.loop.run")
    return loop
