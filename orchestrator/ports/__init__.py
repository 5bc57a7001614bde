"""Where the engine meets the outside: Protocols and the values that cross them. Never an implementation.

Each port has a memory fake (in `sim`) and a real implementation, held to one conformance suite in `tests/contracts/`.
"""
