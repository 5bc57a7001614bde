"""Verified work becomes requests on a code host: a real bare repository, and a `gh` that keeps them in a file."""

import json
import os
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.scenarios.conftest import Shop

GH = """#!{python}
# Plays the part of gh that is used: `pr list`, `pr create`, `pr view`, `pr close`. Requests are kept in a file.
import json, pathlib, sys
store = pathlib.Path({store!r})
requests = json.loads(store.read_text()) if store.exists() else []
words = sys.argv[1:]
option = lambda name: words[words.index(name) + 1] if name in words else ""
slow = store.with_name("slow").exists()  # what is asked for is not listed yet
there = [r for r in requests if r["head"] == option("--head") and r["state"] == "OPEN"]
if words[:2] == ["pr", "list"]:
    print("[]" if slow else json.dumps([r for r in requests if r["head"] == option("--head")][-1:]))
elif words[:2] == ["pr", "create"] and there:
    sys.exit(f"a pull request for branch {{option('--head')}} into branch main already exists:\\n{{there[0]['url']}}")
elif words[:2] == ["pr", "create"]:
    url = f"https://host.example/shop/pull/{{len(requests) + 1}}"
    body = sys.stdin.read()
    requests.append(dict(state="OPEN", url=url, mergeCommit=None, head=option("--head"), base=option("--base"),
                         title=option("--title"), body=body, comment=""))
    print(url)
elif words[:2] == ["pr", "view"]:
    found = [r for r in requests if r["url"] == words[2]]
    print(json.dumps(found[0])) if found else sys.exit("no pull requests found")
elif words[:2] == ["pr", "close"]:
    for r in requests:
        if r["url"] == words[2]:
            r.update(state="CLOSED", comment=option("--comment"))
else:
    sys.exit(f"unknown command {{words}}")
store.write_text(json.dumps(requests))
"""

GLAB = """#!{python}
# Plays the part of glab that is used: `mr list`, `mr create`, `mr view`, `mr close`. Requests are in the same file.
import json, pathlib, sys
store = pathlib.Path({store!r})
requests = json.loads(store.read_text()) if store.exists() else []
words = sys.argv[1:]
option = lambda name: words[words.index(name) + 1] if name in words else ""
states = dict(OPEN="opened", MERGED="merged", CLOSED="closed")
def told(number, r):
    oid = r["mergeCommit"]["oid"] if r["mergeCommit"] else None
    return dict(iid=number, state=states[r["state"]], web_url=r["url"], squash_commit_sha=oid, merge_commit_sha=None)
slow = store.with_name("slow").exists()  # what is asked for is not listed yet
there = [n for n, r in enumerate(requests, 1) if r["head"] == option("--source-branch") and r["state"] == "OPEN"]
if words[:2] == ["mr", "list"]:
    mine = [told(n, r) for n, r in enumerate(requests, 1) if r["head"] == option("--source-branch")]
    print(json.dumps([] if slow else mine[-1:]))
elif words[:2] == ["mr", "create"] and there:
    sys.exit(f"409: [Another open merge request already exists for this source branch: !{{there[0]}}]")
elif words[:2] == ["mr", "create"] and "--yes" in words:
    url = f"https://host.example/shop/-/merge_requests/{{len(requests) + 1}}"
    requests.append(dict(state="OPEN", url=url, mergeCommit=None, head=option("--source-branch"),
                         base=option("--target-branch"), title=option("--title"), body=option("--description")))
    print(f"!{{len(requests)}} {{option('--title')}}\\n {{url}}")
elif words[:2] == ["mr", "view"]:
    print(json.dumps(told(int(words[2]), requests[int(words[2]) - 1])))
elif words[:2] == ["mr", "close"]:
    [r.update(state="CLOSED") for r in requests if r["head"] == words[2]]
else:
    sys.exit(f"unknown command {{words}}")
store.write_text(json.dumps(requests))
"""


class Host:
    """The code host: its repository and its requests."""

    def __init__(self, shop: Shop, program: str = "gh") -> None:
        name, script = ("gitlab.git", GLAB) if program == "glab" else ("host.git", GH)
        self.shop, self.bare, self.desk = shop, shop.base / name, shop.base / "desk"
        self._store = shop.base / "requests.json"
        shop.git("init", "-q", "--bare", "-b", "main", str(self.bare))
        shop.git("remote", "add", "origin", str(self.bare))
        shop.git("push", "-q", "origin", "main")
        shop.git("clone", "-q", str(self.bare), str(self.desk))
        tools = shop.base / "tools"
        tools.mkdir()
        (tools / program).write_text(script.format(python=sys.executable, store=str(self._store)))
        (tools / program).chmod(0o755)
        shop.env["PATH"] = f"{tools}:{shop.env['PATH']}"

    def requests(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = json.loads(self._store.read_text()) if self._store.exists() else []
        return found

    def _git(self, *args: str) -> str:
        return self.shop.git("-C", str(self.desk), "-c", "user.name=Bea", "-c", "user.email=bea@x", *args)

    def commit(self, path: str, text: str) -> None:
        """Let somebody else push to main."""
        self._git("pull", "-q", "--ff-only")
        (self.desk / path).write_text(text)
        self._git("add", path)
        self._git("commit", "-qm", "by somebody else")
        self._git("push", "-q", "origin", "main")

    def merge(self, number: int) -> str:
        """Press the button: squash it onto main."""
        requests = self.requests()
        request = requests[number - 1]
        self._git("fetch", "-q")
        self._git("pull", "-q", "--ff-only")
        self._git("merge", "-q", "--squash", f"origin/{request['head']}")
        self._git("commit", "-qm", request["title"])
        self._git("push", "-q", "origin", "main")
        request.update(state="MERGED", mergeCommit={"oid": self._git("rev-parse", "HEAD")})
        self._store.write_text(json.dumps(requests))
        return str(request["mergeCommit"]["oid"])

    def forget(self) -> None:
        """List nothing of what there is, as a host does for a while."""
        (self.shop.base / "slow").touch()

    def push(self, branch: str) -> None:
        """Let a branch of this name stand on the host that has another history."""
        self._git("commit", "-q", "--allow-empty", "-m", "another history")
        self._git("push", "-q", "origin", f"HEAD:refs/heads/{branch}")

    def close(self, number: int) -> None:
        """Say no."""
        requests = self.requests()
        requests[number - 1]["state"] = "CLOSED"
        self._store.write_text(json.dumps(requests))


def build(shop: Shop, program: str = "gh") -> Host:
    shop.config(project='land = "pr"')
    shop.queue("q", "A", {"id": "B", "dependencies": ["A"]})
    shop.commit()
    return Host(shop, program)


@pytest.mark.slow
def test_a_task_is_completed_when_a_person_has_merged_its_request(shop: Shop) -> None:
    host = build(shop)
    said = shop.run()
    assert said.code == 5, said.err
    assert "waits for a person to merge https://host.example/shop/pull/1" in said.out + said.err
    (request,) = host.requests()
    assert (request["head"], request["base"], request["title"]) == ("orchestrator-work/q/A-1", "main", "q/A: make A")
    assert "**PASS** for `q/A`, attempt 1, iteration 1" in request["body"]
    assert "| green | PASS |" in request["body"]
    reason = shop.task("q/A")["reason"]
    assert (reason["code"], reason["on"]) == ("person", ["https://host.example/shop/pull/1"])
    explained = shop.ask("explain", "q/A").out
    assert "what helps: merge or close it; `orchestrator retry q/A` looks at it at once" in explained
    assert "decide" not in explained
    assert shop.task("q/B")["reason"]["code"] == "dependency"
    assert shop.ask("train").out.startswith("q/A  waits for a person to merge https://host.example/shop/pull/1")

    commit = host.merge(1)
    assert shop.run().code == 5
    done = shop.task("q/A")
    assert (done["status"], done["commit"]) == ("completed", commit)
    assert shop.git("rev-parse", "main") == shop.git("rev-parse", "orchestrator/main") == commit
    assert host.requests()[1]["head"] == "orchestrator-work/q/B-1"
    shop.git("merge-base", "--is-ancestor", commit, "orchestrator-work/q/B-1")  # fails where it is none
    assert "A_done" not in shop.git("diff", commit, "orchestrator-work/q/B-1")
    host.merge(2)
    assert shop.run().code == 0
    assert [event["task"] for event in shop.events("task.completed")] == ["q/A", "q/B"]


@pytest.mark.slow
def test_a_request_that_conflicts_goes_back_to_its_agent_and_one_that_is_closed_waits_for_a_person(shop: Shop) -> None:
    shop.play("q/A", "echo \"main = 'from A'\" > main.py; works; claims")
    host = build(shop)
    assert shop.run().code == 5
    host.commit("main.py", "main = 'from somebody else'\n")
    assert shop.run().code == 5
    assert [(e["attempt"], e["reason"]) for e in shop.events("attempt.ended")] == [(1, "merge conflict")]
    first, second = host.requests()
    assert (first["state"], second["state"], second["head"]) == ("CLOSED", "OPEN", "orchestrator-work/q/A-2")
    assert first["comment"] == f"Superseded by {second['url']}"
    assert len(shop.events("request.opened")) == 2

    host.close(2)
    assert shop.run().code == 1
    assert "was closed without being merged" in shop.task("q/A")["reason"]["text"]


@pytest.mark.slow
def test_on_gitlab_a_request_is_opened_found_by_its_number_merged_and_superseded(shop: Shop) -> None:
    shop.play("q/B", "echo \"main = 'from B'\" > main.py; works; claims")
    host = build(shop, "glab")
    assert shop.run().code == 5
    (request,) = host.requests()
    assert (request["head"], request["base"], request["title"]) == ("orchestrator-work/q/A-1", "main", "q/A: make A")
    assert "**PASS** for `q/A`, attempt 1, iteration 1" in request["body"]
    assert shop.task("q/A")["reason"]["on"] == ["https://host.example/shop/-/merge_requests/1"]

    commit = host.merge(1)
    assert shop.run().code == 5
    done = shop.task("q/A")
    assert (done["status"], done["commit"]) == ("completed", commit)
    host.commit("main.py", "main = 'from somebody else'\n")
    assert shop.run().code == 5
    assert [(r["head"], r["state"]) for r in host.requests()[1:]] == [
        ("orchestrator-work/q/B-1", "CLOSED"),
        ("orchestrator-work/q/B-2", "OPEN"),
    ]


@pytest.mark.slow
@pytest.mark.parametrize("program", ["gh", "glab"])
def test_a_request_that_the_host_does_not_list_yet_is_not_opened_twice(shop: Shop, program: str) -> None:
    host = build(shop, program)
    host.forget()
    assert shop.run().code == 5
    (request,) = host.requests()
    assert shop.task("q/A")["reason"]["on"] == [request["url"]]
    (journal,) = (shop.state / "journal").glob("*.jsonl")
    lines = journal.read_text().splitlines(keepends=True)
    opened = next(number for number, line in enumerate(lines) if "request.opened" in line)
    shutil.rmtree(shop.state / "journal" / "snapshots", ignore_errors=True)
    journal.write_text("".join(lines[:opened]))  # the machine stopped before it was written down
    assert shop.run().code == 5
    assert [request["url"] for request in host.requests()] == shop.task("q/A")["reason"]["on"] == [request["url"]]


@pytest.mark.slow
def test_a_branch_of_the_same_name_with_another_history_is_told_with_a_remedy(shop: Shop) -> None:
    host = build(shop)
    host.push("orchestrator-work/q/A-1")
    run = shop.start("run", "--non-interactive")
    shop.until("lane.parked", code="fault")
    text = shop.task("q/A")["reason"]["text"]
    assert "origin has a branch of this name already, with another history" in text
    assert "`git push origin --delete orchestrator-work/q/A-1`" in text
    shop.git("push", "-q", "origin", "--delete", "orchestrator-work/q/A-1")
    assert run.wait().code == 5
    assert len(host.requests()) == 1


@pytest.mark.slow
def test_what_a_request_needs_and_is_not_there_is_told_before_anything_is_written(shop: Shop) -> None:
    shop.config(project='land = "pr"')
    shop.queue("q", "A")
    shop.commit()
    said = shop.run()
    assert said.code == 2
    assert "needs a remote, and there is no 'origin'" in said.err
    shop.git("remote", "add", "origin", "https://host.example/shop.git")
    bare = shop.base / "few"
    bare.mkdir()
    for name in ("git", "sh", "python3"):
        found = next(p for p in map(Path, shop.env["PATH"].split(os.pathsep)) if (p / name).exists())
        (bare / name).symlink_to(found / name)
    said = shop.ask("run", env={"PATH": str(bare)})
    assert said.code == 2
    assert "needs `gh` (GitHub) or `glab` (GitLab) on the PATH" in said.err
    assert not (shop.state / "journal").exists()
