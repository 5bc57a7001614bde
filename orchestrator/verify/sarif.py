"""SARIF reports: what linters and analysers found. Never trusts its input: what is not SARIF is refused."""

from collections import Counter
from collections.abc import Iterable, Mapping
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
    level: str = ""
    kind: str = "fail"
    baseline_state: str = ""
    locations: tuple[_Location, ...] = ()
    suppressions: tuple[msgspec.Raw, ...] = ()

    @property
    def counts(self) -> bool:
        """Say whether it is a problem of this run: not suppressed, not one of before, not one that is none."""
        return not self.suppressions and self.baseline_state != "absent" and self.kind in {"fail", "review", "open"}


class _Default(msgspec.Struct, frozen=True):
    level: str = "warning"


class _Rule(msgspec.Struct, frozen=True, rename="camel"):
    id: str = ""
    default_configuration: _Default = _Default()


class _Driver(msgspec.Struct, frozen=True):
    name: str = ""
    rules: tuple[_Rule, ...] = ()


class _Tool(msgspec.Struct, frozen=True):
    driver: _Driver = _Driver()


class _Run(msgspec.Struct, frozen=True):
    tool: _Tool = _Tool()
    results: tuple[_Result, ...] | None = None


class _Log(msgspec.Struct, frozen=True):
    runs: tuple[_Run, ...]


def read_sarif(data: bytes, root: str = "") -> tuple[Finding, ...]:
    """Read the results that count, paths relative to `root`; `severity` is SARIF's level, else that of the rule."""
    try:
        log = msgspec.json.decode(data, type=_Log)
    except (msgspec.DecodeError, RecursionError) as error:
        raise InvalidInputError(f"sarif report: {error}; let the tool write SARIF 2.1.0") from None
    found: list[Finding] = []
    for run in log.runs:
        levels = {rule.id: rule.default_configuration.level for rule in run.tool.driver.rules}
        found += [_finding(result, levels, root) for result in run.results or () if result.counts]
    return numbered(found)


def tools_of(data: bytes) -> str:
    """Name the tools that wrote a report."""
    try:
        log = msgspec.json.decode(data, type=_Log)
    except (msgspec.DecodeError, RecursionError):
        return ""
    return ", ".join(dict.fromkeys(run.tool.driver.name for run in log.runs if run.tool.driver.name))


def numbered(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Tell findings apart that say the same of the same file: what the base has once does not excuse it twice."""
    seen: Counter[str] = Counter()
    told: list[Finding] = []
    for finding in findings:
        seen[finding.id] += 1
        again = seen[finding.id]
        told.append(msgspec.structs.replace(finding, id=f"{finding.id} #{again}") if again > 1 else finding)
    return tuple(told)


def _finding(result: _Result, levels: Mapping[str, str], root: str) -> Finding:
    place = result.locations[0].physical_location if result.locations else _Physical()
    path = _relative(place.artifact_location.uri, root)
    return Finding(
        message=result.message.text[:2000],
        path=path,
        line=place.region.start_line,
        rule=result.rule_id,
        severity=result.level or levels.get(result.rule_id, "warning"),
        id=f"{result.rule_id}:{path}:{result.message.text[:2000]}",
    )


def _relative(uri: str, root: str) -> str:
    return unquote(uri).removeprefix("file://").removeprefix(root.rstrip("/") + "/").removeprefix("./")
