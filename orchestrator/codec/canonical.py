"""JSON of our own making: what runs, views and commands write and read back. Never sorts keys, never keeps a style.

For files of people, whose every byte counts, see `jsontext`.
"""

from typing import Any, TypeAlias

import msgspec
import orjson

from orchestrator.errors import InvalidInputError

Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | float | bool | None"
"""What JSON can say."""


def _default(value: Any) -> Any:
    return msgspec.to_builtins(value)


def dumps(value: Any) -> bytes:
    """Write one line without a newline, keys in the order they stand; structs and enums as msgspec writes them."""
    return orjson.dumps(value, default=_default)


def dumps_pretty(value: Any) -> bytes:
    """Write indented by two, with a final newline, for people."""
    return orjson.dumps(value, default=_default, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def loads(data: bytes | str) -> Json:
    """Read JSON of ours; integers beyond 64 bits become floats. `InvalidInputError` names line and column."""
    try:
        value: Json = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise InvalidInputError(f"line {error.lineno}, column {error.colno}: {error.msg}; write valid JSON") from None
    return value
