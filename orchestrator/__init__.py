"""Autonomous multi-queue agent orchestrator: durable loops, verified work, a target branch that stays green."""

import importlib
from typing import Any

__version__ = "0.1.0"
__all__ = ["__version__"]


def __getattr__(name: str) -> Any:
    """Give `orchestrator.open` on first use, so that importing the package costs nothing."""
    if name == "open":
        return importlib.import_module("orchestrator.daemon.api").open_project
    raise AttributeError(f"module 'orchestrator' has no attribute {name!r}")
