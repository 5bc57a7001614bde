"""An interpreter that has imported everything once and makes guardians by forking. Owns no run: its end is nobody's.

Run as `__main__.py --nursery PADDING`; stdin is one end of a pair of sockets, of which a runner alone holds the other.
A message is a run folder and three descriptors: what is to be the guardian's stdin, stdout and stderr. It ends with the
socket, that is with the runner. A guardian that was forked is as alone as one that was started: it has its own session,
shares no descriptor with anybody, and is called after its folder (that is what the padding is for).
"""

import gc
import os
import socket
import sys
from typing import NoReturn

from orchestrator.guardian import kernel, watch

_LONGEST, _STREAMS = 4096, 3


def main() -> None:
    """Serve until nobody can ask any more."""
    os.closerange(_STREAMS, watch.MAX_DESCRIPTORS)
    door = socket.socket(fileno=os.dup(0))
    gc.freeze()  # what is shared stays shared
    while True:
        folder, handles, _, _ = socket.recv_fds(door, _LONGEST, _STREAMS)
        if not folder:
            return
        if len(handles) == _STREAMS:
            child = os.fork()
            if child == 0:
                _become(os.fsdecode(folder), handles)
            os.waitpid(child, 0)  # it forks the guardian and is done: that is nobody's child
        for handle in handles:
            os.close(handle)


def _become(folder: str, handles: list[int]) -> NoReturn:
    try:
        os.setsid()
        if os.fork():
            os._exit(0)
        for number, handle in enumerate(handles):
            os.dup2(handle, number)
        kernel.be_called(sys.argv[1], folder)
        watch.main(folder)
    except BaseException:  # noqa: BLE001 - as the interpreter would: told on stderr, which is the run's log
        sys.excepthook(*sys.exc_info())
    finally:
        os._exit(0)
