"""What an agent leaves in its `.git` and `.gitattributes`, and whether any of it runs when our git looks at its work.

A whole run of the product: the agent plants, claims, its work is captured, judged, merged, and the base follows. Each
plant would leave a flag outside the sandbox; a flag is a way out. Some plants hide others, so they come in two sets.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.escapes.expected import Got

_HOOKS = (
    *("post-checkout", "post-commit", "post-index-change", "post-merge", "post-rewrite", "pre-commit", "update"),
    *("pre-merge-commit", "reference-transaction", "post-update", "pre-receive", "push-to-checkout"),
)
_FIRST = {
    "monitor": "core.fsmonitor",
    "ssh-command": "core.sshCommand",
    "pager": "core.pager",
    "editor": "core.editor",
    "askpass": "core.askPass",
    "alternate-references": "core.alternateRefsCommand",
    "proxy-command": "core.gitProxy",
    "credentials": "credential.helper",
    "external-diff": "diff.external",
    "merge-driver": "merge.evil.driver",
    "clean-filter": "filter.evil.clean",
    "smudge-filter": "filter.evil.smudge",
    "pack-hook": "uploadpack.packObjectsHook",
    "upload-pack": "remote.origin.uploadpack",
}
_SECOND = {
    "diff-driver": "diff.evil.command",
    "process-filter": "filter.evil.process",
    "sequence-editor": "sequence.editor",
}
_SETS = {"T1": (_FIRST, "hooks", "monitor"), "T2": (_SECOND, "hooks-elsewhere", "included-monitor")}
PLAIN = "plain git"
SURE = ("hooks", "hooks-elsewhere", "monitor", "clean-filter", "process-filter", "editor", "signing-program")
"""What any git would run."""
PLANTS = ("hooks", "hooks-elsewhere", "included-monitor", "submodule-update", "signing-program", *_FIRST, *_SECOND)
_PLANT = """
mkdir -p evil .git/hooks
for hook in {hooks}; do
    printf '#!/bin/sh\\ntouch {flags}/{hook}\\n' > {where}/$hook
    chmod +x {where}/$hook
done
echo '* filter=evil diff=evil merge=evil' > .gitattributes
printf '[submodule "sub"]\\n\\tpath = sub\\n\\turl = ./sub\\n' > .gitmodules
{settings}
echo {name} >> {name}.txt
"""
_WORDS = ("status", "add -A", "commit -m x", "diff HEAD", "checkout -f -b other", "config --edit", "checkout -f HEAD~1")


def plain(root: Path) -> dict[str, Got]:
    """Plant the same in clones, and say what runs when plain git is used there."""
    flags = root / "flags"
    flags.mkdir(parents=True)
    person = {f"GIT_{who}_{what}": "t" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    env = {"PATH": os.environ["PATH"], "GIT_CONFIG_GLOBAL": "/dev/null", "HOME": str(root), **person}
    for name in _SETS:
        clone = root / name
        _git(root, "init", "-q", "-b", "main", str(clone))
        _commit(clone, "first")
        subprocess.run(["sh", "-c", _script(name, flags)], cwd=clone, check=True, capture_output=True)
        for words in _WORDS:
            (clone / "first").write_text(words)
            subprocess.run(["git", *words.split()], cwd=clone, env=env, check=False, capture_output=True, timeout=30)
    return _flagged(flags)


def plant(root: Path, sandbox: str) -> dict[str, Got]:
    """Run tasks whose agent plants everything, and say of each plant whether it ran outside."""
    project, flags = root / "planted", root / "flags"
    flags.mkdir(parents=True)
    (project / "queues").mkdir(parents=True)
    scripts = "".join(f"if [ $ORCHESTRATOR_TASK = q/{name} ]; then\n{_script(name, flags)}fi\n" for name in _SETS)
    agent = project / "agent.sh"
    agent.write_text(f"#!/bin/sh\ncat > /dev/null\n{scripts}echo '<promise>DONE</promise>'\n")
    agent.chmod(0o755)
    (project / "orchestrator.toml").write_text(
        f'[project]\nsandbox = "{sandbox}"\n[agents.evil]\ncommand = ["./agent.sh"]\n'
        '[checks.there]\ncommand = ["sh", "-c", "cat T*.txt"]\n[queues.q]\nchecks = ["there"]\n'
    )
    tasks = [{"id": name, "title": "plant", "completion_promise": "DONE", "max_iterations": 2} for name in _SETS]
    (project / "queues" / "q.json").write_text(json.dumps({"tasks": tasks}))
    _git(project, "init", "-q", "-b", "main")
    _commit(project, "README")
    done = subprocess.run(
        [sys.executable, "-m", "orchestrator", "-C", str(project), "run", "--non-interactive"],
        env={**os.environ, "GIT_CONFIG_GLOBAL": "/dev/null", "HOME": str(root)},
        capture_output=True,
        text=True,
        check=False,
        timeout=180,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert all((project / f"{name}.txt").exists() for name in _SETS), "the work did not land"
    return _flagged(flags)


def _script(name: str, flags: Path) -> str:
    """Give what plants a set."""
    settings, hook, monitor = _SETS[name]
    lines = [f"git config {key} 'touch {flags}/{plant} #'" for plant, key in settings.items()]
    if name == "T2":
        lines += [f"printf '[core]\\n\\tfsmonitor = touch {flags}/{monitor}\\n' > .git/more"]
        lines += ["git config include.path more", "git config core.hooksPath evil"]
    else:
        lines += [f"printf '#!/bin/sh\\ntouch {flags}/signing-program\\n' > .git/sign", "chmod +x .git/sign"]
        lines += ['git config gpg.program "$PWD/.git/sign"']
        lines += ["git config commit.gpgSign true"]
    lines.append(f"git config submodule.sub.update '!touch {flags}/submodule-update'")
    where = "evil" if name == "T2" else ".git/hooks"
    names = {"hooks": " ".join(_HOOKS), "hook": hook, "where": where, "flags": flags, "name": name}
    return _PLANT.format(settings="\n".join(lines), **names)


def _flagged(flags: Path) -> dict[str, Got]:
    return {name: "out" if (flags / name).exists() else "held" for name in PLANTS}


def _commit(folder: Path, name: str) -> None:
    (folder / name).write_text(name)
    _git(folder, "add", "-A")
    _git(folder, "-c", "user.name=t", "-c", "user.email=t@example.org", "commit", "-q", "-m", name)


def _git(folder: Path, *args: str) -> None:
    env = {"GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1", "PATH": os.environ["PATH"]}
    subprocess.run(["git", *args], cwd=folder, env=env, check=True, capture_output=True)
