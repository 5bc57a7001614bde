# ruff: noqa: INP001 - a program beside the package
"""Ways agents cheat in JavaScript, TypeScript, Go, Rust and Java, known while the rules were written."""

from corpus_blind_places import Form

DESIGNED_PLACES: tuple[Form, ...] = ()
