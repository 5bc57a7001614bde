"""The processes room: runs programs under a guardian, confined where the system allows; owns no state of its own.

What it knows of a run is in the run's folder and its locks. It never starts a program without a guardian, never lets
one inherit the orchestrator's environment or descriptors, and never believes a pid without its start time and boot.
"""

from orchestrator.processes.confinement import detect
from orchestrator.processes.runner import GuardedRunner

__all__ = ["GuardedRunner", "detect"]
