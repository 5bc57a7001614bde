"""The guardian: owns one agent's process tree, outlives the orchestrator, and records how the tree ended.

It imports the standard library and itself, nothing else of ours; never reads the workspace; and never tells anyone
that a run ended while something of it is left. Run as `python -I -S /abs/guardian/__main__.py RUN_DIR` with cwd `/`;
stdin is the lifeline or /dev/null, stdout the handshake. It is several files because Python keeps a compiled copy of
what is imported, and compiles anew what is run: the short `__main__` makes every start quicker. A runner that starts
many has them forked by an interpreter that has imported all of it (`nursery`).

Rules
1. One guardian a folder: `guardian.lock` is flocked, and the root of the tree (our init, and bubblewrap below it) holds
   the same lock, never the agent: it has descriptors 0, 1 and 2. Lock free and root gone means: the tree is dead.
2. `guardian.json` is synced before the agent starts; room for `exit.json` is reserved then, against a full disk.
3. The guardian dies, the tree dies: by namespace and parent death signal, or by the init's death pipe.
4. A connection to `guardian.sock` is adoption. With nobody connected for `orphan_timeout_s` the tree is ended; where
   there is a lifeline, its end is the tree's end at once. What runs inside the tree is not let in.
5. `exit.json` appears whole and synced, after the last process, before the lock is free. A run with a lifeline syncs
   nothing: whoever could ask after a crash is dead with it.
6. What the agent writes comes through a pipe of ours where secrets are to be taken out (`redaction`); it never holds
   the file itself. The rules are data in the launch.
7. What holds the agent is taken on by its own process before it becomes the agent (`cage`, `mounts`), and cannot be
   given back. Where its network is limited, its init makes the doors inside and hands them to us (`network`, `proxy`).

The handshake is one JSON line on stdout: `{"ready": pid}`, `{"refused": why}` or `{"fault": why}`. On the socket
a caller says `{"do": "look"}` or `{"do": "stop", "grace_s": 3.0}` and hears `{"look": {...}}` and, last,
`{"end": {...}}`.

Isolation, the first of the list given that works: `bwrap`; `pidns`, a PID namespace made as root; `userns`, the same
inside a user namespace; `subreaper`, which collects what escapes and sweeps for the marker in the environment.
"""
