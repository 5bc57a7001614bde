"""The project that is soaked: a small disk of its own where one can be mounted, slow agents, a clock to set."""

import contextlib
import os
import subprocess
from collections.abc import Generator
from pathlib import Path

from tests.scenarios.conftest import Shop
from tests.scenarios.wall import Wall

QUEUES = ("left", "right")
_AGENT = r"""#!/bin/sh
# Works for a moment, and sometimes not to the end: by the sum of its task and iteration, so that it can be repeated.
run="$ORCHESTRATOR_TASK $ORCHESTRATOR_ATTEMPT $ORCHESTRATOR_ITERATION"
echo "start $run" >>"$ORCHESTRATOR_PROJECT/../ledger"
id=${ORCHESTRATOR_TASK#*/}
sum=$(echo "$run" | cksum | cut -d' ' -f1)
sleep "0.$((sum % 8))"
echo "done = $ORCHESTRATOR_ITERATION" >"$id.py"
[ $((sum % 7)) -eq 0 ] && exit 3
[ $((sum % 5)) -eq 0 ] && { setsid sleep 300 & }
[ $((sum % 4)) -eq 0 ] || echo "<promise>DONE</promise>"
"""
_CONFIG = """
[agents.script]
command = ["./agent.sh"]
timeout = "30s"

[checks.green]
command = ["./green.sh"]

[queues.left]
workers = 3
checks = ["green"]

[queues.right]
workers = 2
checks = ["green"]

[retention]
records = "120s"
landed = "120s"
caches = "120s"
"""


class Ground:
    """Where it all happens. `room` is the folder of the small disk, or None where it could not be mounted."""

    def __init__(self, base: Path, shop: Shop, room: Path | None) -> None:
        self.base, self.shop, self.room = base, shop, room
        self.wall = Wall(base)
        self.ledger = base / "ledger"
        self._filler = shop.root / "filler"

    def fill(self) -> bool:
        """Leave no room on the small disk; False where there is none."""
        if self.room is None:
            return False
        with contextlib.suppress(OSError), self._filler.open("wb", buffering=0) as file:
            os.posix_fallocate(file.fileno(), 0, os.statvfs(self.room).f_bavail * 4096)
            while file.write(b"x" * 4096):
                pass
        return True

    def make_room(self) -> None:
        """Give the room back."""
        self._filler.unlink(missing_ok=True)


@contextlib.contextmanager
def ground(base: Path, disk_mb: int) -> Generator[Ground]:
    """Make it, and take it away again."""
    root = base / "shop"
    root.mkdir(parents=True)
    mounted = disk_mb > 0 and _mount(base / "disk", root, disk_mb)
    try:
        shop = Shop(base)
        shop.write("agent.sh", _AGENT, mode=0o755)
        text = f'[project]\nbase = "main"\nsandbox = "none"\npatience = "30s"\norphan_timeout = "20s"\n{_CONFIG}'
        shop.write("orchestrator.toml", text)
        (root / ".git" / "info" / "exclude").write_text("filler\nqueues/\n")
        for name in QUEUES:
            shop.queue(name)
        shop.commit()
        here = Ground(base, shop, root if mounted else None)
        here.ledger.touch()
        try:
            yield here
        finally:
            here.make_room()
            shop.close()
    finally:
        if mounted:
            subprocess.run(["umount", "-l", str(root)], check=False)


def _mount(image: Path, goal: Path, size_mb: int) -> bool:
    """Mount a file as a disk of that size: what a full disk does is what the kernel does, not a fake."""
    with image.open("wb") as file:
        file.truncate(size_mb << 20)
    made = subprocess.run(["mkfs.ext4", "-q", "-F", "-m", "0", str(image)], check=False, capture_output=True)
    if made.returncode:
        return False
    return (
        subprocess.run(["mount", "-o", "loop", str(image), str(goal)], check=False, capture_output=True).returncode == 0
    )
