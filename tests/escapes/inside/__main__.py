"""Attempts to get out, as a real program makes them. Runs inside; the standard library is all there is.

`python -I -S inside CONTEXT [GROUP...]`: each probe in a process of its own, one JSON line `{"probe", "got"}`: `out` it
got out, `held` it did not, `none` there is nothing here to try it on. What only shows outside is judged outside.
"""

import json
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.escapes.inside import network, others, powers, reading, sockets, writing
from tests.escapes.inside.probing import PROBES, C, NothingToTry

_OUT, _HELD, _NONE = 0, 1, 2
_PATIENCE_S = 5
_GROUPS = (reading, writing, others, sockets, powers, network)
"""Imported to be registered."""


def _try(attempt: Callable[[], Any]) -> int:
    """Try one in a child; what hangs is held."""
    child = os.fork()
    if child == 0:
        signal.alarm(_PATIENCE_S)
        code = _HELD
        try:
            code = _OUT if attempt() else _HELD
        except NothingToTry:
            code = _NONE
        except BaseException:  # noqa: BLE001  # whatever it was, it did not get out
            code = _HELD
        finally:
            os._exit(code)
    status = os.waitpid(child, 0)[1]
    return os.WEXITSTATUS(status) if os.WIFEXITED(status) else _HELD


def main() -> None:
    """Try the groups named."""
    context, *groups = sys.argv[1:]
    vars(C).update(json.loads(Path(context).read_bytes()))
    C.descriptors = [name for name in os.listdir("/proc/self/fd") if os.path.lexists(f"/proc/self/fd/{name}")]
    C.stdout = os.dup(1)
    sys.stdout.write("begun\n")
    sys.stdout.flush()
    for name, (group, attempt) in PROBES.items():
        if group not in groups:
            continue
        got = ("out", "held", "none")[_try(attempt)]
        sys.stdout.write(json.dumps({"probe": name, "got": got}) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
