"""The world as bytes: the payload of a snapshot. A cache of the fold; never the truth, never read across versions."""

import functools
import hashlib

import msgspec

from orchestrator.model.world import World

_encoder = msgspec.msgpack.Encoder()


@functools.cache  # a command that needs no snapshot pays for none
def _decoder() -> msgspec.msgpack.Decoder[World]:
    return msgspec.msgpack.Decoder(World)


@functools.cache
def _shape() -> bytes:
    """Tell the classes a world is made of: a snapshot written by other code is folded anew instead of being misread."""
    return hashlib.sha256(repr(msgspec.json.schema(World)).encode()).digest()


def encode_world(world: World) -> bytes:
    """Write a world."""
    return _shape() + _encoder.encode(world)


def decode_world(data: bytes) -> World | None:
    """Read a world; None where the bytes come from other code."""
    if not data.startswith(_shape()):
        return None
    try:
        return _decoder().decode(data[len(_shape()) :])
    except msgspec.DecodeError:
        return None


def copy_world(world: World) -> World:
    """Give an independent copy: what would happen can be folded into it."""
    return _decoder().decode(_encoder.encode(world))
