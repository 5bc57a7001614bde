"""Recovering from a stub catastrophe: what is there is told, what it will take is played, and the library resumes."""

import json
import os
import signal
import subprocess
import sys
from typing import Any

import anyio
import pytest

import orchestrator
from tests.scenarios.conftest import Shop, Terminal

pytestmark = pytest.mark.slow

STUBS = {
    "src/cart.py": """\
        def total(lines):
            # TODO: add them up
            pass


        def vat(amount, country):
            raise NotImplementedError


        def discount(amount, code):
            ...


        def rounded(amount):
            return round(amount, 2)


        class Basket:
            def add(self, line):
                '''Put a line in.'''
                return None  # TODO

            def size(self):
                return len(self.lines)
        """,
    "src/stock.ts": """\
        export function reserve(sku: string, count: number): boolean {
          throw new Error("not implemented");
        }

        export function free(sku: string): number {
          return counts[sku] ?? 0;
        }
        """,
    "src/till.go": """\
        package till

        func Open(amount int) int {
        \tpanic("not implemented")
        }

        func Twice(amount int) int {
        \treturn amount * 2
        }
        """,
    "src/lib.rs": """\
        pub fn close(amount: u32) -> u32 {
            todo!()
        }

        pub fn half(amount: u32) -> u32 {
            amount / 2
        }
        """,
}
EMPTY = {
    "tests/test_cart.py": """\
        from src.cart import rounded, total


        def test_total():
            total([])


        def test_vat():
            assert True


        def test_discount():
            pass


        def test_rounded():
            assert rounded(1.005) in (1.0, 1.01)
        """,
    "tests/stock.test.ts": """\
        test("reserve", () => {
          expect(true).toBe(true);
        });

        test("free", () => {
          expect(free("a")).toBe(0);
        });
        """,
}
FOUND = {
    ("src/cart.py", 1),
    ("src/cart.py", 6),
    ("src/cart.py", 10),
    ("src/cart.py", 19),
    ("src/stock.ts", 1),
    ("src/till.go", 3),
    ("src/lib.rs", 1),
    ("tests/test_cart.py", 4),
    ("tests/test_cart.py", 8),
    ("tests/test_cart.py", 12),
    ("tests/stock.test.ts", 1),
}


def dedented(text: str) -> str:
    return "".join(line.removeprefix("        ") for line in text.splitlines(keepends=True))


def test_everything_that_only_pretends_is_listed_and_nothing_that_works(shop: Shop) -> None:
    """No queue, no configuration, nothing but a repository somebody believed in."""
    for path in ("orchestrator.toml", "agent.sh", "green.sh", "parts.txt"):
        (shop.root / path).unlink()
    (shop.root / "queues").rmdir()
    for path, text in {**STUBS, **EMPTY}.items():
        shop.write(path, dedented(text))
    shop.commit("a third of it is done")
    before = shop.git("status", "--porcelain")
    answer = shop.ask("verify", "--all", "--format", "json")
    assert answer.code == 1, answer.err
    found = json.loads(answer.out)["regressions"]
    assert {(one["path"], one["line"]) for one in found} == FOUND, json.dumps(found, indent=1)
    assert all(one["message"] for one in found)
    text = shop.ask("verify", "--all").out
    assert all(f"{path}:{line}" in text for path, line in FOUND)
    assert not shop.state.exists()
    assert shop.git("status", "--porcelain") == before


# -- what it will take ---------------------------------------------------------------------------------------------

WEEK = 40.0
PARTS = {"CART": "src/cart/**", "STOCK": "src/stock/**", "TILL": "src/till/**"}
"""Who owns what: parts of one owner are never worked on side by side."""


def recovery(shop: Shop) -> None:
    """Sixteen weeks of work for one: an audit, nine parts of three owners, a hardening."""
    tasks: list[dict[str, Any]] = [{"id": "AUDIT", "estimated_hours": WEEK}]
    for name, files in PARTS.items():
        for number in (1, 2, 3):
            hours = (2 if number == 1 else 1.5) * WEEK if name != "TILL" else WEEK
            tasks.append(
                {"id": f"{name}-{number}", "dependencies": ["AUDIT"], "files": [files], "estimated_hours": hours}
            )
    parts = [task["id"] for task in tasks[1:]]
    tasks.append({"id": "HARDEN", "dependencies": parts, "estimated_hours": 2 * WEEK})
    shop.queue("recovery", *tasks)


def test_the_plan_is_played_with_one_two_and_three_agents_coordination_counted(shop: Shop) -> None:
    recovery(shop)
    shop.commit()
    plans = {n: json.loads(shop.ask("plan", "--workers", str(n), "--format", "json").out) for n in (1, 2, 3)}
    assert [plans[n]["makespan_hours"] / WEEK for n in (1, 2, 3)] == [16, 9.5, 8]
    assert {plan["sequential_hours"] / WEEK for plan in plans.values()} == {16}
    words = ("simulate", "--runs", "60", "--seed", "7", "--spread", "1.2", "--json")
    played = {n: json.loads(shop.ask(*words, "--workers", str(n)).out) for n in (1, 2, 3)}
    finish = [played[n]["finish_hours"]["p50"] for n in (1, 2, 3)]
    assert finish[0] > finish[1] > finish[2] > plans[3]["makespan_hours"]
    calm = json.loads(shop.ask(*words, "--workers", "3", "--conflict", "0", "--fail", "0").out)
    rough = json.loads(shop.ask(*words, "--workers", "3", "--conflict", "0.4", "--fail", "0").out)
    assert calm["finish_hours"]["p50"] < rough["finish_hours"]["p50"]  # conflicts and what they cost again


# -- the resumption API that had been stubbed ----------------------------------------------------------------------

CHAIN = ({"id": "A"}, {"id": "B", "dependencies": ["A"]}, {"id": "C", "dependencies": ["B"]}, {"id": "D"})
UNTIL = """
import anyio, orchestrator, sys
async def main():
    async with orchestrator.open(".") as project:
        print((await project.run_until(sys.argv[1]))["reason"], flush=True)
anyio.run(main)
"""
STEP_AND_DIE = """
import anyio, orchestrator, os
async def main():
    async with orchestrator.open(".") as project:
        await project.step()
        await project.checkpoint()
        os.kill(os.getpid(), 9)
anyio.run(main)
"""


class Program(Terminal):
    """A program that uses the library, in a process of its own."""

    def __init__(self, shop: Shop, text: str, *argv: str) -> None:
        self.name = "a program"
        self._out, self._err = shop.tape(), shop.tape()
        with self._out.open("wb") as out, self._err.open("wb") as err:
            command = [sys.executable, "-c", text, *argv]
            self._process = subprocess.Popen(command, cwd=shop.root, env=shop.env, stdout=out, stderr=err)
        self.pid = self._process.pid
        shop._terminals.append(self)


@pytest.mark.asyncio
async def test_each_call_of_the_library_survives_a_crash_before_the_next(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Run to a target, die within it, look, die after one step, read partial results, and end it from the terminal."""
    shop.queue("work", *CHAIN)
    shop.play("work/B", "works; gate b; claims")
    shop.hold("b")
    shop.commit()
    for name, value in shop.env.items():
        monkeypatch.setenv(name, value)

    until = Program(shop, UNTIL, "work/B")
    await anyio.to_thread.run_sync(shop.started, "work/B")
    async with orchestrator.open(shop.root) as project:  # in the middle: the true state
        state = {task["id"]: task["status"] for task in (await project.state())["queues"][0]["tasks"]}
        assert state == {"A": "completed", "B": "in_progress", "C": "pending", "D": "pending"}
        partial = await project.results()
        assert partial["work/A"]["verification_verdict"] == "PASS"
        assert partial["work/B"]["status"] == "in_progress"
    until.kill()

    assert Program(shop, STEP_AND_DIE).wait().code == -signal.SIGKILL
    kept = shop.git("for-each-ref", "--format=%(refname)", "refs/orchestrator/work/B/1")
    assert kept.splitlines()[0].startswith("refs/orchestrator/work/B/1/")  # half of its work, though nobody finished it

    shop.open("b")
    assert Program(shop, UNTIL, "work/B").wait()[:2] == (0, "work/B is completed\n")
    assert shop.ledger("work/B") == ["1 1"]  # the agent that outlived two crashes was adopted, not called again
    assert shop.task("work/C")["status"] == shop.task("work/D")["status"] == "pending"
    assert shop.run().code == 0
    assert [shop.ledger(f"work/{name}") for name in "ABCD"] == [["1 1"]] * 4
    assert os.path.lexists(shop.run_dir("work/B") / "verdict.json")
