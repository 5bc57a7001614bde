"""`scripts/prove redaction`: a thousand secrets in ten spellings through a real guardian, and what that costs.

Throughput is given by processor time, so that what else the machine does counts less; a start is timed whole.
"""

import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import anyio
import msgspec

from orchestrator.agents.redact import redaction
from orchestrator.guardian.redaction import Redactor, Stream
from orchestrator.ports.runner import End, Launch, Place, Redaction
from orchestrator.processes import GuardedRunner
from tests.agents.test_redact import ENCODINGS, STREAMS, canaries
from tests.proofs import commit, today

_ROOT = Path(__file__).resolve().parents[2]
_PAGE = _ROOT / "docs" / "proofs" / "redaction.md"
_SECRETS = 1000
_BLOCK = 1 << 18
_FEW = {"sk-ant-api03-" + "a1B2c3D4" * 11, "ghp_" + "zY9x" * 9, "eyJ" + "0123456789abcdef" * 80}
"""As an agent really has: a key, a token, a login."""
_STARTS = 40


def launch(folder: Path, argv: tuple[str, ...], rules: Redaction | None) -> Launch:
    """Give a run in a folder of its own."""
    work, run = folder / ".aibrain" / "work", folder / ".aibrain" / "run"
    work.mkdir(parents=True)
    return Launch(
        run_dir=str(run),
        argv=argv,
        env={"PATH": os.environ["PATH"]},
        place=Place(workspace=str(work), seen_as=str(folder), project=str(folder), checkout=str(folder)),
        home=str(run / "home"),
        tmp=str(run / "tmp"),
        stdout=str(run / "out"),
        stderr=str(run / "err"),
        max_output=1 << 40,
        redact=rules,
    )


def survivors(folder: Path) -> tuple[int, list[str]]:
    """Have a program write every secret in every spelling; gives how many, and which are still there."""
    secrets = canaries(_SECRETS)
    planted = [encode(secret) for secret in secrets for encode in ENCODINGS.values()]
    text = "\n".join(f'{{"type":"text","text":"so: {form} end"}}' for form in planted)
    source = folder / "source"
    source.write_text(text)
    one = launch(folder / "canaries", ("/bin/cat", str(source)), redaction(secrets))
    end = anyio.run(_ended, one)
    assert end.code == 0
    lines = Path(one.stdout).read_text().splitlines()
    return len(planted), [form for line, form in zip(lines, planted, strict=True) if form in line]


async def _ended(one: Launch) -> End:
    return (await GuardedRunner("none").run(one, timeout_s=300))[1]


def throughput() -> float:
    """Give bytes a second of processor time, of what real agents write."""
    data = b"".join(path.read_bytes() for path in sorted(STREAMS.iterdir()))
    data *= (64 << 20) // len(data)
    stream = Stream(Redactor(msgspec.json.decode(msgspec.json.encode(redaction(_FEW)))))
    began = time.process_time()
    for at in range(0, len(data), _BLOCK):
        stream.feed(data[at : at + _BLOCK])
    return len(data) / (time.process_time() - began)


def starts(folder: Path) -> dict[str, float]:
    """Give the median milliseconds from asking for a start to a synced `guardian.json`, without and with rules."""
    found: dict[str, list[float]] = {"without": [], "with": []}

    async def story() -> None:
        for number in range(_STARTS):
            for name, rules in (("without", None), ("with", redaction(_FEW))):
                one = launch(folder / f"{name}-{number}", ("/bin/true",), rules)
                began = time.perf_counter()
                await GuardedRunner("none").start(one)
                found[name].append((time.perf_counter() - began) * 1000)
                await GuardedRunner("none").wait(one.run_dir)

    anyio.run(story)
    return {name: statistics.median(times) for name, times in found.items()}


def import_ms() -> float:
    """Give the processor milliseconds an interpreter takes to have the guardian imported."""
    times: list[float] = []
    code = f"import sys; sys.path.append({str(_ROOT)!r}); import orchestrator.guardian.watch"
    for _ in range(_STARTS):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, "-I", "-S", "-c", code], check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        times.append((after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) * 1000)
    return min(times)


def main() -> int:
    """Prove it; 0 if nothing survived."""
    with tempfile.TemporaryDirectory(prefix="redaction-", ignore_cleanup_errors=True) as top:
        planted, alive = survivors(Path(top))
        times = starts(Path(top))
    speed, cost = throughput(), import_ms()
    _PAGE.parent.mkdir(parents=True, exist_ok=True)
    _PAGE.write_text(
        "# Proof: secrets are taken out before anything is written\n\n"
        f"A program under a guardian writes {_SECRETS} secrets in {len(ENCODINGS)} spellings each (`tests/agents/\n"
        "test_redact.py`); then what stands in its files is looked through. The costs are those of three secrets as\n"
        "agents have them: a key, a token and a login of 1.3 KB.\n\n"
        "- command: `scripts/prove redaction`\n"
        f"- date: {today()}, commit: {commit()}, load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores\n"
        f"- planted: {planted}; survived: {len(alive)}\n"
        f"- throughput: {speed / 1e6:.0f} MB a second of processor time, of what real agents write\n"
        f"- a start, to the synced record: {times['without']:.1f} ms without, {times['with']:.1f} ms with rules (median"
        f" of {_STARTS})\n"
        f"- of that, the interpreter with the guardian imported: {cost:.1f} ms of processor time\n"
    )
    sys.stdout.write(f"{planted} planted, {len(alive)} survived, {speed / 1e6:.0f} MB/s; see {_PAGE}\n")
    return 1 if alive else 0


if __name__ == "__main__":
    sys.exit(main())
