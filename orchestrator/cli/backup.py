"""`orchestrator backup`: everything the project's state is, in one file."""

import contextlib
import gzip
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, cast

import click

from orchestrator.cli.context import Context, pass_context, waits
from orchestrator.daemon.backup import back_up
from orchestrator.errors import InvalidInputError
from orchestrator.files.atomic import sync_folder


@click.command("backup")
@click.argument("file", type=click.Path(path_type=Path, allow_dash=True))
@click.option("--lean", is_flag=True, help="Without run folders: no transcripts, prompts and diffs.")
@pass_context
def command(context: Context, *, file: Path, lean: bool) -> int:
    """Write journal, run folders, queue files, configuration and the work in git to FILE, whole or not at all.

    Runs may be alive meanwhile: what an agent has written since its last capture is not in it. FILE is a tar archive,
    compressed where its name ends in `.gz`; `-` is standard output, to be encrypted: `orchestrator backup - | age ...`.
    """
    with tempfile.TemporaryDirectory(prefix="orchestrator-backup-", dir=_beside(file)) as scratch, _out(file) as out:
        manifest = waits(lambda: back_up(context.project, out, Path(scratch), lean=lean))
    count = len(manifest.repositories)
    click.echo(
        f"backed up seq {manifest.seq} of journal {manifest.journal}, {len(manifest.members)} files,"
        f" {count} {'repository' if count == 1 else 'repositories'}: {'standard output' if str(file) == '-' else file}",
        err=True,
    )
    return 0


def _beside(file: Path) -> Path | None:
    """Say where there must be room: beside the file."""
    if str(file) == "-":
        return None
    if not file.parent.is_dir():
        raise InvalidInputError(f"{file.parent}: there is no such folder; make it, or name another")
    return file.parent.resolve()  # git looks for it from elsewhere


@contextlib.contextmanager
def _out(file: Path) -> Iterator[IO[bytes]]:
    """Give what to write to; a file takes its name when all of it is on disk."""
    if str(file) == "-":
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name[:64]}.", suffix=".tmp")
    try:
        with os.fdopen(handle, "wb") as made:
            if file.suffix == ".gz":
                with gzip.GzipFile(fileobj=made, mode="wb", filename="") as out:
                    yield cast(IO[bytes], out)
            else:
                yield made
            made.flush()
            os.fsync(made.fileno())
        Path(name).replace(file)
        sync_folder(file.parent)
    except OSError as error:
        raise InvalidInputError(f"{file}: cannot write it: {error.strerror}; name another file") from error
    finally:
        Path(name).unlink(missing_ok=True)
