"""A GitLab of one project on loopback: merge requests over the API that `glab` uses, the repository over git's HTTP.

It keeps what it was asked, and merges as the button would. Only what the real `glab` asks for is there.
"""

import json
import os
import re
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

PROJECT = "shop/shop"
_WHO = ("-c", "user.name=Bea", "-c", "user.email=bea@example.org")
TOKEN = "glpat-not-a-real-one"  # noqa: S105 - nobody's


class GitLab:
    """The server, its bare repository and its merge requests."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.folder = folder
        self.bare = folder / f"{PROJECT}.git"
        self.requests: list[dict[str, Any]] = []
        self.asked: list[str] = []
        self.bare.parent.mkdir()
        self._git("init", "-q", "--bare", "-b", "main", str(self.bare), cwd=folder)
        self._git("config", "http.receivepack", "true")
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def host(self) -> str:
        """Name the host with its port."""
        return f"127.0.0.1:{self._server.server_port}"

    @property
    def url(self) -> str:
        """Where the repository is cloned from."""
        return f"http://oauth2:{TOKEN}@{self.host}/{PROJECT}.git"

    def environment(self, config: Path) -> dict[str, str]:
        """Give what `glab` needs to know of it; its configuration is written to a folder."""
        config.mkdir(parents=True, exist_ok=True)
        hosts = "".join(f"    {line}\n" for line in (f"token: {TOKEN}", f"api_host: {self.host}", "api_protocol: http"))
        (config / "config.yml").write_text(f"check_update: false\nhost: 127.0.0.1\nhosts:\n  127.0.0.1:\n{hosts}")
        (config / "config.yml").chmod(0o600)
        return {"GLAB_CONFIG_DIR": str(config), "NO_COLOR": "1"}

    def close(self) -> None:
        """Serve nobody any more."""
        self._server.shutdown()
        self._server.server_close()

    def merge(self, iid: int) -> str:
        """Press the button: a merge commit on the target branch."""
        request = self.requests[iid - 1]
        head, base = (self._git("rev-parse", f"refs/heads/{request[f'{end}_branch']}") for end in ("source", "target"))
        tree = self._git("merge-tree", "--write-tree", base, head)
        commit = self._git(*_WHO, "commit-tree", tree, "-p", base, "-p", head, "-m", f"Merge {request['title']}")
        self._git("update-ref", f"refs/heads/{request['target_branch']}", commit, base)
        request.update(state="merged", merge_commit_sha=commit)
        return commit

    def push(self, path: str, text: str) -> None:
        """Let somebody else commit a file to main."""
        desk = self.folder / "desk"
        self._git("clone", "-q", str(self.bare), str(desk), cwd=self.folder)
        (desk / path).write_text(text)
        self._git(*_WHO, "commit", "-qam", "by somebody else", cwd=desk)
        self._git("push", "-q", "origin", "main", cwd=desk)

    def refuse(self, iid: int) -> None:
        """Close it without merging."""
        self.requests[iid - 1]["state"] = "closed"

    # -- the API -------------------------------------------------------------------------------------------------------

    def answer(self, method: str, path: str, query: dict[str, list[str]], body: dict[str, Any]) -> tuple[int, Any]:
        """Answer one call of the API: a status and what is sent as JSON."""
        if path == "user":
            return 200, {"id": 1, "username": "person", "name": "Person"}
        if path in {f"projects/{PROJECT}", "projects/1"}:
            return 200, self._project()
        if not (found := re.fullmatch(rf"projects/(?:{PROJECT}|1)/merge_requests(?:/(\d+))?(/\w+)?", path)):
            return 404, {"message": "404 Not found"}
        if found[1] is None:
            return self._create(body) if method == "POST" else (200, self._listed(query))
        request = self.requests[int(found[1]) - 1]
        if found[2]:
            return 200, {} if found[2] == "/approvals" else []
        if method == "PUT" and body.get("state_event") == "close":
            request["state"] = "closed"
        return 200, request

    def _project(self) -> dict[str, Any]:
        named = {"id": 1, "name": "shop", "path": "shop", "path_with_namespace": PROJECT, "default_branch": "main"}
        web = f"http://{self.host}/{PROJECT}"
        return {**named, "web_url": web, "http_url_to_repo": f"{web}.git", "merge_requests_enabled": True}

    def _create(self, body: dict[str, Any]) -> tuple[int, Any]:
        iid = len(self.requests) + 1
        kept = {name: body.get(name) for name in ("title", "description", "source_branch", "target_branch")}
        ids = {"id": 100 + iid, "iid": iid, "project_id": 1, "source_project_id": 1, "target_project_id": 1}
        web = f"http://{self.host}/{PROJECT}/-/merge_requests/{iid}"
        author = {"id": 1, "username": "person", "name": "Person"}
        stamp = "2026-01-01T00:00:00.000Z"
        made = {
            **ids,
            **kept,
            "state": "opened",
            "web_url": web,
            "author": author,
            "created_at": stamp,
            "updated_at": stamp,
        }
        self.requests.append({**made, "labels": [], "merge_commit_sha": None, "squash_commit_sha": None})
        return 201, self.requests[-1]

    def _listed(self, query: dict[str, list[str]]) -> list[dict[str, Any]]:
        def fits(request: dict[str, Any]) -> bool:
            branch, state = query.get("source_branch"), query.get("state", ["all"])[0]
            return (branch is None or request["source_branch"] in branch) and state in {"all", request["state"]}

        return [request for request in reversed(self.requests) if fits(request)]

    def _git(self, *args: str, cwd: Path | None = None) -> str:
        done = subprocess.run(["git", *args], cwd=cwd or self.bare, check=True, capture_output=True, text=True)
        return done.stdout.strip()


def _handler(host: GitLab) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: object) -> None:
            """Say nothing."""

        def _do(self) -> None:
            asked = urlsplit(self.path)
            host.asked.append(f"{self.command} {self.path}")
            data = self._body()
            if not asked.path.startswith("/api/v4/"):
                self._pass_to_git(asked.path, asked.query, data)
                return
            query = parse_qs(asked.query)
            given = (
                json.loads(data)
                if data[:1] == b"{"
                else {name: values[0] for name, values in parse_qs(data.decode()).items()}
            )
            status, what = host.answer(self.command, unquote(asked.path.removeprefix("/api/v4/")), query, given)
            self._send(status, [("Content-Type", "application/json")], json.dumps(what).encode())

        do_GET = do_POST = do_PUT = _do  # noqa: N815 - the names http.server calls

        def _body(self) -> bytes:
            if self.headers.get("Transfer-Encoding", "") != "chunked":
                return self.rfile.read(int(self.headers.get("Content-Length") or 0))
            found = b""
            while size := int(self.rfile.readline().split(b";")[0], 16):
                found += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
            return found

        def _send(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
            self.send_response(status)
            for name, value in headers:
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def _pass_to_git(self, path: str, query: str, data: bytes) -> None:
            env = {
                "PATH": os.environ["PATH"],
                "GIT_PROJECT_ROOT": str(host.folder),
                "GIT_HTTP_EXPORT_ALL": "1",
                "PATH_INFO": path,
                "QUERY_STRING": query,
                "REQUEST_METHOD": self.command,
                "CONTENT_TYPE": self.headers.get("Content-Type", ""),
                "CONTENT_LENGTH": str(len(data)),
                "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
                "REMOTE_USER": "person",
            }
            said = subprocess.run(["git", "http-backend"], input=data, env=env, check=False, capture_output=True).stdout
            head, _, body = said.partition(b"\r\n\r\n")
            headers = [
                (name, value) for name, _, value in (line.partition(": ") for line in head.decode().split("\r\n"))
            ]
            status = next((int(value.split()[0]) for name, value in headers if name == "Status"), 200)
            self._send(status, [pair for pair in headers if pair[0] != "Status"], body)

    return Handler
