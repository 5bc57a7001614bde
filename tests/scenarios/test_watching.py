"""`top` in a real terminal: it follows a run in another, and gives the terminal back."""

import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
from fcntl import ioctl
from time import monotonic

import pytest

from tests.scenarios.conftest import Shop
from tests.scenarios.waiting import PATIENCE_S


class Screen:
    """A terminal of 100 by 30 with `top` in it."""

    def __init__(self, shop: Shop) -> None:
        self._master, terminal = pty.openpty()
        ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 100, 0, 0))
        self.before = termios.tcgetattr(terminal)
        self._terminal = terminal
        self.process = subprocess.Popen(
            [sys.executable, "-m", "orchestrator", "top"],
            cwd=shop.root, env={**shop.env, "TERM": "xterm"}, stdin=terminal, stdout=terminal, stderr=terminal,
        )  # fmt: skip
        self.seen = ""

    def shows(self, words: str) -> None:
        """Read until the screen has shown these words since they were last asked for."""
        start, deadline = len(self.seen), monotonic() + PATIENCE_S
        while words not in re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", self.seen[start:]):
            left = deadline - monotonic()
            assert left > 0, self.seen[start:]
            if select.select([self._master], [], [], left)[0]:
                self.seen += os.read(self._master, 1 << 16).decode()

    def type(self, keys: str) -> None:
        os.write(self._master, keys.encode())

    def leave(self) -> int:
        code = self.process.wait(PATIENCE_S)
        assert termios.tcgetattr(self._terminal) == self.before
        if select.select([self._master], [], [], 0)[0]:
            self.seen += os.read(self._master, 1 << 16).decode()
        os.close(self._terminal)
        os.close(self._master)
        return code


@pytest.mark.slow
def test_top_shows_what_happens_elsewhere_and_leaves_on_q(shop: Shop) -> None:
    shop.commit()
    shop.queue("q", "A")
    shop.play("q/A", "gate go; works; claims")
    shop.hold("go")
    screen = Screen(shop)
    screen.shows("q/A                      ready")
    run = shop.start("run")
    screen.shows("AT WORK")
    shop.started("q/A")
    screen.shows("agent")
    shop.open("go")
    assert run.wait().code == 0
    screen.shows("#################### 1/1")
    screen.type("q")
    assert screen.leave() == 0
    assert screen.seen.endswith("\x1b[?25h\x1b[?1049l")


def test_without_a_terminal_it_prints_once_or_says_how(shop: Shop) -> None:
    shop.commit()
    shop.queue("q", "A")
    refused = shop.ask("top")
    assert refused.code == 2
    assert "--once" in refused.err
    once = shop.ask("top", "--once")
    assert once.code == 0
    assert "QUEUES" in once.out
