"""What is expected to be held, by whom. What nothing here says is out at L0 and held everywhere else."""

from typing import Literal

Got = Literal["out", "held", "none"]

ALONE, L0, L1, L2 = "L1 alone", "L0", "L1", "L2"
COLUMNS = (L0, ALONE, L1, L2)
"""`L1 alone` is Landlock where no namespaces can be made."""

ROOTS_ALONE = frozenset(
    {
        *("read-shadow", "read-disk", "read-kernel-memory", "read-key-by-handle", "write-system-file", "make-device"),
        *(
            "have-capabilities",
            "remount-writable",
            "mount-over-home",
            "unmount",
            "change-root",
            "load-module",
            "reboot",
        ),
        *("swap-on", "set-host-name", "set-core-pattern", "set-module-loader", "press-magic-key", "route-packets"),
        *("set-helper-of-events", "leave-control-group", "enter-namespace-of-another", "make-packets"),
        *("enter-network-of-another", "type-into-terminal-of-another"),
    }
)
"""What the system itself keeps from an ordinary user."""

HELD_AT_L0 = {
    "speak-to-guardian": "a guardian does not let in who runs inside its tree",
    "find-descriptors-left-open": "a guardian starts programs with three descriptors",
    "find-secrets-in-own-environment": "variables are given by a list",
    "find-key-agent-in-environment": "variables are given by a list",
    "find-launch-with-secrets": "the guardian removes it before it starts anything",
    "cut-own-transcript-short": "what an agent writes goes through a pipe of its guardian's",
}
"""What holds at every level, and why."""

KNOWN = {
    ("stat-key", ALONE): "Landlock does not hide that a file is there",
    ("stat-key", L1): "Landlock does not hide that a file is there",
    ("change-mode-of-key", ALONE): "Landlock knows nothing of owners and modes; mounts hold them",
    ("change-times-of-checkout", ALONE): "Landlock knows nothing of times; mounts hold them",
    ("read-arguments-of-another", ALONE): "anybody may read arguments where there is no namespace for processes",
    ("read-shared-memory-by-name", ALONE): "semaphores lie in /dev/shm; mounts give one of its own",
}
"""What a level does not hold, and why; each is said in docs/sandbox-and-safety.md."""


def allowed(probe: str, column: str, *, root: bool) -> tuple[Got, ...]:
    """Say what may come of one probe: `none` always may, as systems differ in what there is."""
    if column != L0:
        return ("out" if (probe, column) in KNOWN else "held", "none")
    if probe in HELD_AT_L0 or (probe in ROOTS_ALONE and not root):
        return ("held", "none")
    # a container may keep even root from some of it; all else shows that the probe works
    return ("out", "held", "none") if probe in ROOTS_ALONE else ("out", "none")
