"""`ports.forge.Forge` over git and the code host's own program, `gh` or `glab`, as the person has set them up.

Rules. 1: what exists is looked for before anything is made, so asking again after a crash makes nothing twice; what the
host does not list yet it refuses to make again, and that counts as found. 2: only
branches under `orchestrator-work/` are pushed, never by force. 3: pushing and asking run as the person (their
environment, their login), with hooks off; agents have no part in it. 4: a host that cannot be reached while a request
is looked at is no fault: the request stands.
"""

import re
import shutil
from collections.abc import Mapping, Sequence
from typing import NamedTuple, TypeVar

import msgspec

from orchestrator.errors import FaultError, InvalidInputError
from orchestrator.model.ids import queue_of
from orchestrator.ports.forge import Published, RequestState
from orchestrator.ports.workspace import AttemptKey
from orchestrator.workspace.attempts import branch_name, keep_branch
from orchestrator.workspace.git import Said, tool
from orchestrator.workspace.ground import Ground
from orchestrator.workspace.refs import head_of
from orchestrator.workspace.repository import Repository
from orchestrator.workspace.target import take_in

T = TypeVar("T")
PROGRAMS = ("gh", "glab")
_URL = re.compile(r"https?://\S+/(?:pull|merge_requests)/\d+")
_NUMBER = re.compile(r"!(\d+)")
_STATES = {"open": "open", "opened": "open", "merged": "merged", "closed": "closed", "locked": "open"}


class _Merge(msgspec.Struct):
    oid: str = ""


class _Request(msgspec.Struct, rename={"merge": "mergeCommit"}):
    """What either program says of a request."""

    state: str = ""
    url: str = ""
    web_url: str = ""
    merge: _Merge | None = None
    merge_commit_sha: str | None = None
    squash_commit_sha: str | None = None

    @property
    def place(self) -> str:
        """Where people see it."""
        return self.url or self.web_url

    @property
    def merged_as(self) -> str:
        """The commit it was merged as."""
        return (self.merge.oid if self.merge else "") or self.merge_commit_sha or self.squash_commit_sha or ""


class Host(NamedTuple):
    """A repository's remote and the program that speaks with its host."""

    remote: str
    program: str


async def host_of(repository: Repository, remote: str, environ: Mapping[str, str]) -> Host:
    """Find the remote and the program for it. InvalidInputError says what is missing and how to get it."""
    url = (await repository.git("config", "--get", f"remote.{remote}.url", accept=(0, 1))).line()
    name = f"repository {repository.name or repository.top}"
    if not url:
        raise InvalidInputError(
            f'{name}: `land = "pr"` needs a remote, and there is no {remote!r}: `git remote add {remote} URL`, or name'
            " another with [project] remote"
        )
    order = PROGRAMS[::-1] if "gitlab" in url else PROGRAMS
    program = next((found for found in order if shutil.which(found, path=environ.get("PATH"))), None)
    if program is None:
        raise InvalidInputError(
            f'{name}: `land = "pr"` needs `gh` (GitHub) or `glab` (GitLab) on the PATH: install one and log in with'
            ' `gh auth login` or `glab auth login`, or set `land = "branch"`'
        )
    return Host(remote, program)


class GitForge:
    """Pushes and asks for the repositories of a ground. Owns no state."""

    def __init__(self, ground: Ground, remote: str, environ: Mapping[str, str]) -> None:
        self._ground, self._remote, self._environ = ground, remote, environ

    async def publish(self, key: AttemptKey, commit: str, title: str, body: str) -> Published:
        """Push the commit to its branch and open a request, unless there is one; close those of earlier attempts."""
        repository = await self._ground.repository(queue_of(key.task))
        host = await self._host(repository)
        branch = await keep_branch(repository, key, commit)
        found = await self._find(repository, host, branch)
        if found is None:
            await self._push(repository, commit, branch)
            found = await self._open(repository, host, branch, (title, body))
        for number in range(1, key.attempt):
            await self._supersede(repository, host, AttemptKey(key.task, number), found.place)
        return Published(url=found.place, branch=branch)

    async def look(self, key: AttemptKey, url: str) -> RequestState:
        """Fetch the host's base branch into the target, and say how the request stands."""
        repository = await self._ground.repository(queue_of(key.task))
        host = await self._host(repository)
        found, said = await self._view(repository, host, url)
        state = _STATES.get(found.state.lower(), "unknown") if found is not None else "unknown"
        if found is None or state == "unknown":
            return RequestState(state="unknown", note=_why(said))
        fetched = await self._fetch(repository)
        if fetched.code:
            return RequestState(state="unknown", note=_why(fetched))
        async with self._ground.lock(f"target {repository.git_dir} {repository.target}"):
            head = await take_in(self._ground, repository, also=_theirs(repository))
        if state != "merged":
            return RequestState(state=state)
        commit = found.merged_as or head.commit
        return RequestState(state=state, commit=commit, tree=(await head_of(repository, commit)).tree)

    # -- git ---------------------------------------------------------------------------------------------------------

    async def _push(self, repository: Repository, commit: str, branch: str) -> None:
        said = await self._git(repository, "push", "--quiet", self._remote, f"{commit}:refs/heads/{branch}")
        if not said.code:
            return
        listed = await self._git(repository, "ls-remote", self._remote, f"refs/heads/{branch}")
        stands = listed.out.decode(errors="replace").partition("\t")[0] if not listed.code else ""
        if stands and stands != commit:
            raise FaultError(
                f"cannot push {branch}: {self._remote} has a branch of this name already, with another history"
                f" ({stands[:12]}); rename it there, or if nobody needs it, `git push {self._remote} --delete {branch}`"
            )
        raise FaultError(f"cannot push {branch} to {self._remote}: {_why(said)}")

    async def _fetch(self, repository: Repository) -> Said:
        spec = f"+refs/heads/{repository.base}:{_theirs(repository)}"
        return await self._git(repository, "fetch", "--quiet", "--no-tags", self._remote, spec)

    async def _git(self, repository: Repository, *args: str) -> Said:
        quiet = ("-c", "core.hooksPath=/dev/null", "-c", "gc.auto=0", "-c", "maintenance.auto=false")
        return await self._run(repository, "git", *quiet, *args)

    async def _run(self, repository: Repository, *argv: str, stdin: str = "") -> Said:
        env = {**self._environ, "GIT_TERMINAL_PROMPT": "0", "GH_PROMPT_DISABLED": "1", "NO_PROMPT": "1"}
        return await tool(*argv, cwd=str(repository.top), stdin=stdin.encode(), env=env)

    # -- the host ------------------------------------------------------------------------------------------------------

    async def _host(self, repository: Repository) -> Host:
        try:
            return await host_of(repository, self._remote, self._environ)
        except InvalidInputError as error:
            raise FaultError(str(error)) from error

    async def _find(self, repository: Repository, host: Host, branch: str) -> _Request | None:
        said = await self._run(repository, host.program, *_list(host, branch))
        found = _read(said, list[_Request])
        if found is None:
            raise FaultError(f"cannot ask {host.program} for the request of {branch}: {_why(said)}")
        return found[0] if found else None

    async def _view(self, repository: Repository, host: Host, url: str) -> tuple[_Request | None, Said]:
        what = (
            ("pr", "view", url, "--json", "state,url,mergeCommit")
            if host.program == "gh"
            else ("mr", "view", url.rpartition("/")[2], "--output", "json")
        )
        said = await self._run(repository, host.program, *what)
        return _read(said, _Request), said

    async def _open(self, repository: Repository, host: Host, branch: str, text: tuple[str, str]) -> _Request:
        title, body = text
        if host.program == "gh":
            what = ["pr", "create", "--head", branch, "--base", repository.base, "--title", title, "--body-file", "-"]
            said = await self._run(repository, "gh", *what, stdin=body)
        else:
            what = ["mr", "create", "--source-branch", branch, "--target-branch", repository.base, "--title", title]
            said = await self._run(repository, "glab", *what, "--description", body, "--yes")
        if said.code and "already exists" not in _text(said):
            raise FaultError(f"cannot open a request for {branch} with {host.program}: {_why(said)}")
        found = await self._find(repository, host, branch) or await self._told(repository, host, said)
        if found is None:
            raise FaultError(f"{host.program} says {branch} has a request and does not list it: {_why(said)}")
        return found

    async def _told(self, repository: Repository, host: Host, said: Said) -> _Request | None:
        """Find the request that an answer names: hosts list what is fresh only after a while."""
        text = _text(said)
        named = [*_NUMBER.findall(text), *_URL.findall(text)]
        return (await self._view(repository, host, named[-1]))[0] if named else None

    async def _supersede(self, repository: Repository, host: Host, key: AttemptKey, url: str) -> None:
        """Close an earlier attempt's request, if one is open; what cannot be closed is a person's to close."""
        branch = branch_name(key)
        if (await repository.git("show-ref", "--verify", "-q", f"refs/heads/{branch}", accept=(0, 1))).code:
            return
        found = await self._find(repository, host, branch)
        if found is None or _STATES.get(found.state.lower()) != "open":
            return
        if host.program == "gh":
            await self._run(repository, "gh", "pr", "close", found.place, "--comment", f"Superseded by {url}")
        else:
            await self._run(repository, "glab", "mr", "close", branch)


def _theirs(repository: Repository) -> str:
    """Name the ref that holds the host's base branch as last fetched."""
    return f"refs/orchestrator-remote/{repository.base}"


def _list(host: Host, branch: str) -> Sequence[str]:
    if host.program == "gh":
        fields = "state,url,mergeCommit"
        return ("pr", "list", "--head", branch, "--state", "all", "--limit", "1", "--json", fields)
    return ("mr", "list", "--source-branch", branch, "--all", "--output", "json")


def _read(said: Said, kind: type[T]) -> T | None:
    if said.code:
        return None
    try:
        return msgspec.json.decode(said.out.strip() or b"null", type=kind)
    except msgspec.DecodeError:
        return None


def _text(said: Said) -> str:
    return f"{said.err}\n{said.out.decode(errors='replace')}"


def _why(said: Said) -> str:
    text = said.err.strip() or said.out.decode(errors="replace").strip() or f"exit code {said.code}"
    return " ".join(text.split())[:300]
