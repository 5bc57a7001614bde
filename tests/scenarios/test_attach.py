"""A person takes a task in hand: at the boundary or at once, in the agent's own session, and gives it back."""

import contextlib
import os
import select
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from tests.scenarios.conftest import Shop
from tests.scenarios.waiting import PATIENCE_S

pytestmark = pytest.mark.slow

CODER = """\
#!/bin/sh
# An agent with sessions: headless as `exec`, else for a person.
here=$(dirname "$0")
say() { printf '{"type":"%s"%s}\\n' "$1" "$2"; }
case "$1" in
exec)
    cat > "$HOME/asked"
    echo "$*" >> "$ORCHESTRATOR_RUN_DIR/scratch/calls"
    say thread.started ',"thread_id":"S-1"'
    echo "the story so far" > "$HOME/session"
    echo "part = $ORCHESTRATOR_ITERATION" >> made.py
    touch "$ORCHESTRATOR_RUN_DIR/scratch/ledger"
    case "$*" in *resume*) word="<promise>DONE</promise>" ;; *) read -r word < "$here/gates/coder" ;; esac
    say item.completed ",\\"item\\":{\\"type\\":\\"agent_message\\",\\"text\\":\\"${word:-not yet}\\"}"
    say turn.completed ',"usage":{"input_tokens":1,"output_tokens":1}' ;;
*)
    echo "$* knows $(cat "$HOME/session")"
    read -r line
    echo "$line" >> made.py ;;
esac
"""
CONFIG = """
[agents.coder]
profile = "house"
[profiles.house]
like = "codex"
program = "./coder.sh"
"""


class Seat:
    """A person at a terminal of their own, with a command in it."""

    def __init__(self, shop: Shop, *argv: str) -> None:
        self._hand, terminal = os.openpty()
        command = [sys.executable, "-m", "orchestrator", *argv]
        self.process = subprocess.Popen(
            command, stdin=terminal, stdout=terminal, stderr=terminal, env=shop.env, cwd=shop.root
        )
        os.close(terminal)
        self.screen = ""

    def sees(self, words: str) -> None:
        until = time.monotonic() + PATIENCE_S
        while words not in self.screen:
            assert select.select([self._hand], [], [], max(0.0, until - time.monotonic()))[0], self.screen
            try:
                self.screen += os.read(self._hand, 4096).decode()
            except OSError:
                raise AssertionError(f"{words!r} was never seen:\n{self.screen}") from None

    def types(self, line: str) -> None:
        os.write(self._hand, line.encode() + b"\r")

    def leaves(self) -> int:
        code = self.process.wait(PATIENCE_S)
        os.close(self._hand)
        return code


@pytest.fixture
def shop(shop: Shop) -> Shop:
    shop.write("coder.sh", CODER, mode=0o755)
    shop.config(CONFIG)
    shop.queue("work", {"id": "T", "agent": "coder"})
    shop.hold("coder")
    shop.commit()
    return shop


@contextlib.contextmanager
def at_work(shop: Shop) -> Iterator[None]:
    """Have a run whose agent waits at its gate; it must come to a good end by itself."""
    run = shop.start("run")
    shop.started("work/T")
    yield
    assert run.wait().code == 0


def calls(shop: Shop, iteration: int) -> list[str]:
    return (shop.run_dir("work/T", 1, iteration) / "scratch" / "calls").read_text().splitlines()


def test_at_the_boundary_the_agents_own_session_is_opened_and_the_next_iteration_is_told(shop: Shop) -> None:
    with at_work(shop):
        seat = Seat(shop, "attach", "work/T")
        seat.sees("waiting until iteration 1 of work/T is over")
        other = Seat(shop, "attach", "work/T")
        other.sees("Ana is attached to work/T already")
        assert other.leaves() == 1
        shop.open("coder")
        seat.sees("opening session S-1 of coder")
        seat.sees("resume S-1 knows the story so far")
        reason = shop.task("work/T")["reason"]
        assert (reason["code"], reason["on"]) == ("person", ["person:Ana"])
        seat.types("by_hand = True")
        seat.sees("left work/T")
        assert seat.leaves() == 0
        shop.started("work/T", 1, 2)
        prompt = (shop.run_dir("work/T", 1, 2) / "prompt.md").read_text()
        assert "a person (Ana) worked on these files by hand" in prompt
        os.write(shop._gates["coder"], b"<promise>DONE</promise>\n")
    assert "by_hand = True" in shop.git("show", "orchestrator/main:made.py")
    (detached,) = shop.events("task.detached")
    assert "made.py" in detached["note"]
    assert len(shop.events("iteration.started")) == 2


def test_at_once_the_agent_is_stopped_and_its_session_goes_on_where_it_was(shop: Shop) -> None:
    with at_work(shop):
        seat = Seat(shop, "attach", "work/T", "--now")
        seat.sees("resume S-1 knows the story so far")
        seat.types("by_hand = True")
        assert seat.leaves() == 0
    first, second = calls(shop, 1)
    assert "resume" not in first
    assert "resume S-1" in second
    assert "You were interrupted" in (shop.run_dir("work/T") / "prompt.md").read_text()
    started = shop.events("iteration.started")
    assert [event["iteration"] for event in started] == [1, 1], "it counts once"
    assert "by_hand = True" in shop.git("show", "orchestrator/main:made.py")


def test_a_person_whose_process_is_killed_has_let_go_and_leaves_nothing_behind(shop: Shop) -> None:
    with at_work(shop):
        seat = Seat(shop, "attach", "work/T", "--now")
        seat.sees("resume S-1 knows the story so far")
        inside = shop.processes()
        assert inside
        seat.process.kill()
        seat.process.wait()
        shop.until("task.completed", task="work/T")
        assert not set(inside) & set(shop.processes())
    assert shop.events("task.detached") == []


def test_an_agent_left_behind_is_stopped_and_its_session_resumed_where_it_is_said_to(shop: Shop) -> None:
    shop.config(CONFIG.replace("[profiles", 'on_interrupt = "resume"\n[profiles'))
    run = shop.start("run")
    shop.started("work/T")
    run.kill()
    assert shop.guardians() != []
    assert shop.run().code == 0
    first, second = calls(shop, 1)
    assert ("resume" in first, "resume S-1" in second) == (False, True)
    assert len(shop.events("agent.finished")) == 1


def test_it_takes_a_terminal_and_a_task_that_was_begun(shop: Shop) -> None:
    answer = shop.ask("attach", "work/T")
    assert (answer.code, "needs a terminal" in answer.err) == (2, True)
    seat = Seat(shop, "attach", "work/T")
    seat.sees("work/T has no folder yet; `orchestrator run --task work/T` begins it")
    assert seat.leaves() == 1
