"""What a backup says of itself: `manifest.json`, its last member."""

import msgspec

FORMAT = 1


class Member(msgspec.Struct, frozen=True, kw_only=True):
    """One file of a backup."""

    path: str
    bytes: int
    sha256: str


class KeptRepository(msgspec.Struct, frozen=True, kw_only=True):
    """One repository of a backup: its bundle is `repositories/<label>.bundle`."""

    label: str
    path: str
    """Where it is, from the project's root."""
    base: str


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What a backup holds and how far it goes. Whatever the manifest does not name is not believed."""

    format: int = FORMAT
    version: str
    """Of the program that made it."""
    made_at: str
    """RFC 3339, UTC."""
    journal: str
    """The journal's id; empty where there is no commit."""
    seq: int
    head_hash: str
    inplace: bool
    repositories: tuple[KeptRepository, ...]
    members: tuple[Member, ...]


class Restored(msgspec.Struct, frozen=True, kw_only=True):
    """What a restore did. `kept` are files and branches that were there and differ: they are as they were."""

    seq: int
    made_at: str
    kept: tuple[str, ...] = ()
    aside: str = ""
    """Where the journal that was there lies now."""
