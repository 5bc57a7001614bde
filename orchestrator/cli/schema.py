"""`orchestrator schema NAME`: the JSON schemas people validate against."""

import click

from orchestrator.codec.schema import NAMES, schema


@click.command("schema")
@click.argument("name", type=click.Choice(NAMES))
def command(name: str) -> int:
    """Print the JSON schema of a file or an answer."""
    click.echo(schema(name))
    return 0
