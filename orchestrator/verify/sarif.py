"""SARIF reports: what linters and analysers found. Never trusts its input: what is not SARIF is refused."""

from urllib.parse import unquote

import msgspec

from orchestrator.errors import InvalidInputError
from orchestrator.model.verdicts import Finding


class _Artifact(msgspec.Struct, frozen=True):
    uri: str = ""


class _Region(msgspec.Struct, frozen=True, rename="camel"):
    start_line: int = 0


class _Physical(msgspec.Struct, frozen=True, rename="camel"):
    artifact_location: _Artifact = _Artifact()
    region: _Region = _Region()


class _Location(msgspec.Struct, frozen=True, rename="camel"):
    physical_location: _Physical = _Physical()


class _Message(msgspec.Struct, frozen=True):
    text: str = ""


class _Result(msgspec.Struct, frozen=True, rename="camel"):
    message: _Message = _Message()
    rule_id: str = ""
    level: str = "warning"
    locations: tuple[_Location, ...] = ()
    suppressions: tuple[msgspec.Raw, ...] = ()


class _Run(msgspec.Struct, frozen=True):
    results: tuple[_Result, ...] | None = None


class _Log(msgspec.Struct, frozen=True):
    runs: tuple[_Run, ...]


def read_sarif(data: bytes, root: str = "") -> tuple[Finding, ...]:
    """Read the results that are not suppressed, paths relative to `root`; `severity` is SARIF's level."""
    try:
        log = msgspec.json.decode(data, type=_Log)
    except (msgspec.DecodeError, RecursionError) as error:
        raise InvalidInputError(f"sarif report: {error}; let the tool write SARIF 2.1.0") from None
    return tuple(_finding(result, root) for run in log.runs for result in run.results or () if not result.suppressions)


def _finding(result: _Result, root: str) -> Finding:
    place = result.locations[0].physical_location if result.locations else _Physical()
    path = _relative(place.artifact_location.uri, root)
    return Finding(
        message=result.message.text[:2000],
        path=path,
        line=place.region.start_line,
        rule=result.rule_id,
        severity=result.level,
        id=f"{result.rule_id}:{path}:{result.message.text[:2000]}",
    )


def _relative(uri: str, root: str) -> str:
    return unquote(uri).removeprefix("file://").removeprefix(root.rstrip("/") + "/").removeprefix("./")
