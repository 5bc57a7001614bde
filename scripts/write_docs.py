# ruff: noqa: INP001, T201 - scripts are no package, and their answer is what they print
"""Write the parts of docs/ that follow from the code: the command line, events, agents, honest rules.

Never touches what people wrote: a part stands between `<!-- begin NAME -->` and `<!-- end NAME -->`.
With --check nothing is written; the exit code is 1 when a part is stale.
"""

import inspect
import re
import sys
import types
import typing
from pathlib import Path

import click
import msgspec

from orchestrator.agents import profiles
from orchestrator.agents.calling import Provenance
from orchestrator.cli.main import VERBS, cli
from orchestrator.model import events, prices
from orchestrator.model.specs import Status
from orchestrator.policy import approaches, templates
from orchestrator.policy.aftermath import AFTERMATH
from orchestrator.verify import honest
from orchestrator.verify.proofs import saying

DOCS = Path(__file__).resolve().parent.parent / "docs"


def command_line() -> str:
    """Describe every verb: how it is called, what it does, its options."""
    top = click.Context(cli, info_name="orchestrator")
    parts = ["\n".join(f"- [`{verb}`](#{verb}): {text}" for verb, text in VERBS.items())]
    for verb in VERBS:
        found = cli.get_command(top, verb)
        if found is None:
            raise SystemExit(f"verb {verb} has no command")
        parts.append(_verb(verb, found))
    return "\n\n".join(parts)


def _verb(verb: str, command: click.Command, level: int = 2) -> str:
    options = [param for param in command.params if isinstance(param, click.Option)]
    words = [verb, *(["[OPTIONS]"] if options else []), *(_argument(param) for param in command.params)]
    usage = " ".join(word for word in words if word)
    parts = [f"{'#' * level} {verb}", f"    orchestrator {usage}", _paragraphs(command.help or "")]
    if options:
        parts.append("\n".join(["| option | meaning |", "|---|---|", *(_option(option) for option in options)]))
    return "\n\n".join([*parts, *_parts_of(verb, command)])


def _parts_of(verb: str, command: click.Command) -> list[str]:
    """Describe what a verb with verbs of its own does."""
    if not isinstance(command, click.Group):
        return []
    context = click.Context(command, info_name=verb)
    inner = [(name, command.get_command(context, name)) for name in command.list_commands(context)]
    return [_verb(f"{verb} {name}", found, level=3) for name, found in inner if found is not None]


def _argument(param: click.Parameter) -> str:
    if not isinstance(param, click.Argument):
        return ""
    choices = param.type.choices if isinstance(param.type, click.Choice) else None
    word = "|".join(choices) if choices else (param.metavar or (param.name or "").upper())
    return word if param.required or word.startswith("[") else f"[{word}]"


def _option(option: click.Option) -> str:
    names = ", ".join(f"`{name}`" for name in option.opts)
    word = "" if option.is_flag else f" {_word(option)}"
    said = any(word in (option.help or "") for word in ("epeatable", "several"))
    repeated = " (repeatable)" if option.multiple and not said else ""
    return f"| {names}{word} | {_cell(option.help or '')}{repeated} |"


def _word(option: click.Option) -> str:
    if option.metavar:
        return f"`{_cell(option.metavar)}`"
    if isinstance(option.type, click.Choice):
        return _cell("|".join(f"`{choice}`" for choice in option.type.choices))
    if isinstance(option.type, click.Path):
        return "`PATH`"
    return "`N`" if isinstance(option.type, click.types.IntParamType) else "`TEXT`"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _paragraphs(text: str) -> str:
    return "\n\n".join(" ".join(part.split()) for part in inspect.cleandoc(text).split("\n\n"))


def event_table() -> str:
    """List every event with its fields (`?`: has a default) and what it means."""
    rows = ["| type | fields | meaning |", "|---|---|---|"]
    for event in typing.get_args(events.Event):
        info = msgspec.structs.fields(event)
        fields = ", ".join(f"{field.name}{'' if field.required else '?'}: {_kind(field.type)}" for field in info)
        rows.append(f"| `{event.__struct_config__.tag}` | {_cell(fields)} | {_meaning(event)} |")
    return "\n".join(rows)


def _kind(kind: object) -> str:
    """Name a type as JSON has it."""
    origin, args = typing.get_origin(kind), typing.get_args(kind)
    if origin is tuple:
        return f"[{_kind(args[0])}]"
    if origin in {typing.Union, types.UnionType}:
        return " | ".join("null" if arg is type(None) else _kind(arg) for arg in args)
    if isinstance(kind, type) and issubclass(kind, str):
        return "status" if kind is Status else "text"
    names = {int: "int", float: "number", bool: "bool"}
    return names.get(typing.cast("type", kind), getattr(kind, "__name__", str(kind)))


def _meaning(event: type) -> str:
    doc = event.__doc__ or ""
    generated = not doc or doc.startswith(event.__name__ + "(")
    return "" if generated else " ".join(doc.split())


def rule_table() -> str:
    """List what the honest check looks for and what it answers."""
    rows = ["| rule | finds | answers |", "|---|---|---|"]
    for rule in honest.RULES:
        docs = [(inspect.getdoc(find) or "").split("\n\n")[0] for find in (rule.find, *rule.also)]
        finds = "; ".join(" ".join(doc.split()).removeprefix("Find ").rstrip(".") for doc in docs) + "."
        rows.append(f"| `{rule.name}` | {_cell(finds)} | {rule.answers.value} |")
    return "\n".join(rows)


def proof_table() -> str:
    """List what is found by running tests."""
    rows = ["| rule | finds | answers |", "|---|---|---|"]
    rows += [f"| `{name}` | {_cell(finds)} | FAIL |" for name, finds in saying.RULES.items()]
    rows += [f"| `{name}` | {_cell(finds)} | only told |" for name, finds in saying.NOTES.items()]
    return "\n".join(rows)


def profile_table() -> str:
    """List the kinds of agents that come built in."""
    rows = [
        "| profile | program | keys for `pass_env` | goes on with its session | stands on |",
        "|---|---|---|---|---|",
    ]
    for profile in sorted(profiles.PROFILES.values(), key=lambda profile: profile.provenance is not Provenance.RAN):
        keys = ", ".join(f"`{key}`" for key in profile.keys)
        ran = f"{profile.tried} was run" if profile.tried else ""
        stands = ran if profile.provenance is Provenance.RAN else "its documentation, untried"
        program = f"`{profile.program}`" if profile.program else "yours" if profile.name == "command" else "a recording"
        rows.append(f"| `{profile.name}` | {program} | {keys} | {'yes' if profile.resume else 'no'} | {stands} |")
    return "\n".join(rows)


def price_table() -> str:
    """List the prices that come with the program."""
    rows = ["| model | input | cached | output | prompts up to | source |", "|---|---|---|---|---|---|"]
    for price in prices.TABLE:
        most = f"{price.up_to:,}" if price.up_to else "any"
        money = f"{price.input:g} | {price.cached:g} | {price.output:g}"
        rows.append(f"| `{price.model}` | {money} | {most} | {price.source}, {price.date} |")
    return "\n".join(rows)


def outcome_table() -> str:
    """List how an agent's call can end, and what follows."""
    rows = ["| outcome | how it shows | uses up an iteration | and then |", "|---|---|---|---|"]
    for outcome, after in AFTERMATH.items():
        rows.append(f"| `{outcome.value}` | {after.shows} | {'yes' if after.counts else 'no'} | {after.then} |")
    return "\n".join(rows)


def place_table() -> str:
    """List the places of a template."""
    rows = ["| place | what stands there |", "|---|---|"]
    return "\n".join([*rows, *(f"| `{{{name}}}` | {_cell(text)} |" for name, text in templates.PLACES.items())])


def type_table() -> str:
    """List the types of tasks that have an approach of their own, and their other names."""
    rows = ["| type | also written | how its work is done |", "|---|---|---|"]
    for kind, text in approaches.APPROACHES.items():
        also = ", ".join(f"`{name}`" for name, means in approaches.ALIASES.items() if means == kind)
        rows.append(f"| `{kind}` | {also} | {_cell(text)} |")
    return "\n".join(rows)


PARTS = {
    "verbs": ("cli.md", command_line),
    "events": ("journal.md", event_table),
    "rules": ("verification.md", rule_table),
    "proofs": ("verification.md", proof_table),
    "profiles": ("agents.md", profile_table),
    "outcomes": ("agents.md", outcome_table),
    "places": ("prompts.md", place_table),
    "types": ("prompts.md", type_table),
    "prices": ("budgets.md", price_table),
}


def render(name: str, text: str) -> str:
    """Put a part into the text of its file. A file without its marks is an error."""
    begin, end = f"<!-- begin {name} -->", f"<!-- end {name} -->"
    pattern = re.compile(f"(?<={re.escape(begin)}\n).*?(?={re.escape(end)})", re.DOTALL)
    if not pattern.search(text):
        raise SystemExit(f"docs/{PARTS[name][0]} has no {begin} ... {end}; put them where the part belongs")
    content = f"\n{PARTS[name][1]()}\n\n"
    return pattern.sub(lambda _: content, text)


def stale() -> dict[Path, str]:
    """Give the files that are not what they should be, and their right texts."""
    wanted: dict[Path, str] = {}
    for name, (file, _) in PARTS.items():
        path = DOCS / file
        wanted[path] = render(name, wanted.get(path) or path.read_text())
    return {path: text for path, text in wanted.items() if path.read_text() != text}


def main(argv: list[str]) -> int:
    """Write what is stale, or only say so."""
    found = stale()
    for path, text in found.items():
        if "--check" not in argv:
            path.write_text(text)
        print(f"{'stale' if '--check' in argv else 'written'}: {path.relative_to(DOCS.parent)}")
    return 1 if found and "--check" in argv else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
