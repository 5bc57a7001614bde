"""A program whose trace is the order in which twelve tasks in cancelled scopes wake; prints a hash a seed.

`traced_program.py steady|by-address SEED...`: the second leaves the order to addresses, as plain anyio does.
"""

import hashlib
import random
import sys

import anyio

from orchestrator.sim import loop


async def _worker(number: int, trace: list[str]) -> None:
    try:
        with anyio.CancelScope() as inner, anyio.move_on_after(50 + number):
            async with anyio.create_task_group() as children:
                children.start_soon(anyio.sleep, 100)
                children.start_soon(anyio.sleep_forever)
                if number % 3 == 0:
                    inner.cancel()
                await anyio.sleep(20 + number % 2)
    finally:
        trace.append(f"{number} ends at {anyio.current_time():.3f}")
        with anyio.CancelScope(shield=True):
            await anyio.sleep(0.5)
        trace.append(f"{number} is tidy")


async def program() -> str:
    trace: list[str] = []
    for _ in range(3):
        async with anyio.create_task_group() as group:
            for number in range(12):
                group.start_soon(_worker, number, trace)
            await anyio.sleep(7)
            group.cancel_scope.cancel()
    return hashlib.sha256("\n".join(trace).encode()).hexdigest()


if __name__ == "__main__":
    dice = random.SystemRandom()
    clutter = [bytearray(dice.randrange(16, 600)) for _ in range(dice.randrange(5000))]
    kept = clutter[:: dice.randrange(1, 9)]  # so that no two processes have the same addresses free
    del clutter
    if sys.argv[1] == "by-address":
        loop.InOrder = set  # type: ignore[misc, assignment]
        loop._CountedTask.__hash__ = object.__hash__  # type: ignore[method-assign]
    print(" ".join(loop.run(program, int(seed)) for seed in sys.argv[2:]))  # noqa: T201 - its answer
