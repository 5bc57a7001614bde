"""What no agent may read where the sandbox can hide it: keys, credentials, container sockets.

Only names places; whether they exist here is looked up, and nothing in them is ever read.
"""

from pathlib import Path

_KEYS = (
    *(".ssh", ".gnupg", ".password-store", ".local/share/keyrings", ".config/op", ".vault-token"),
    *(".aws", ".azure", ".config/gcloud", ".config/doctl", ".oci", ".kube", ".terraform.d/credentials.tfrc.json"),
    *(".docker", ".config/containers", ".colima", ".lima", ".local/share/containers"),
    *(".netrc", ".git-credentials", ".config/git/credentials", ".config/gh", ".config/glab-cli", ".config/hub"),
    *(".npmrc", ".yarnrc.yml", ".pypirc", ".cargo/credentials", ".cargo/credentials.toml", ".gem/credentials"),
    *(".m2/settings.xml", ".gradle/gradle.properties", ".config/rclone", ".s3cfg", ".boto"),
    *(".mozilla", ".thunderbird", ".config/google-chrome", ".config/chromium", ".config/BraveSoftware"),
    *(".bash_history", ".zsh_history", ".python_history", ".psql_history", ".mysql_history", ".my.cnf", ".pgpass"),
)
_LOGINS = (
    *(".claude", ".claude.json", ".config/claude", ".codex", ".gemini", ".qwen", ".cline", ".cursor", ".goose"),
    *(".config/opencode", ".local/share/opencode", ".config/goose", ".config/github-copilot", ".aider.conf.yml"),
    *(".pi", ".copilot", ".config/amp", ".local/share/amp", ".kimi", ".config/cursor", ".local/share/goose"),
)
_PROGRAMS = (".claude/local",)
"""Inside a denied folder, but where a CLI may be installed; shown again."""
_PATH = 7
"""The field of `/proc/net/unix` that says where a socket is bound."""
_NEVER_SHOWN = ("/run/", "/var/run/", "/dev/")
_SYSTEM = (
    *("/etc/shadow", "/etc/shadow-", "/etc/gshadow", "/etc/gshadow-", "/etc/ssh", "/etc/sudoers", "/etc/sudoers.d"),
    *("/etc/kubernetes", "/etc/docker", "/var/lib/docker", "/var/lib/containers", "/var/lib/containerd"),
    *("/etc/ssl/private", "/etc/wireguard", "/etc/NetworkManager/system-connections", "/var/spool/cron"),
    *("/var/run/docker.sock", "/run/docker.sock", "/var/run/podman", "/var/run/containerd", "/var/run/crio"),
)


def denied_paths(home: str) -> tuple[str, ...]:
    """List what exists here and must be hidden, links resolved."""
    named = [*(Path(home) / name for name in (*_KEYS, *_LOGINS)), *(Path(name) for name in _SYSTEM)]
    return tuple(sorted({str(path.resolve()) for path in named if is_there(path)}))


def listening_sockets() -> tuple[str, ...]:
    """List the sockets in the file system that somebody listens on now: a read-only view does not keep them closed."""
    try:
        lines = Path("/proc/net/unix").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ()
    named = {fields[-1] for line in lines if len(fields := line.split(None, _PATH)) > _PATH}
    paths = [Path(name) for name in named if name.startswith("/") and not name.startswith(_NEVER_SHOWN)]
    return tuple(sorted({str(path.resolve()) for path in paths if is_there(path) and path.is_socket()}))


def is_there(path: Path) -> bool:
    """Say whether there is something we may look at: what is not ours to see, programs of ours cannot see either."""
    try:
        return path.exists()
    except OSError:
        return False


def program_folders(home: str) -> tuple[str, ...]:
    """List the folders inside denied ones that hold programs."""
    return tuple(str(path) for name in _PROGRAMS if is_there(path := Path(home) / name))
