"""What a backup says of itself is read back as it was written, and says which format it has."""

import msgspec

from orchestrator.model.backups import FORMAT, KeptRepository, Manifest, Member, Restored


def test_a_manifest_is_read_back_as_it_was_written() -> None:
    manifest = Manifest(
        version="1",
        made_at="2026-01-02T03:04:05Z",
        journal="j1",
        seq=7,
        head_hash="ab",
        inplace=False,
        repositories=(KeptRepository(label="_project", path=".", base="main"),),
        members=(Member(path="journal/000000000001.jsonl", bytes=3, sha256="cd"),),
    )
    content = msgspec.json.encode(manifest)
    assert msgspec.json.decode(content, type=Manifest) == manifest
    assert msgspec.json.decode(content)["format"] == FORMAT


def test_a_restore_that_met_nothing_kept_nothing() -> None:
    assert Restored(seq=1, made_at="2026-01-02T03:04:05Z") == Restored(seq=1, made_at="2026-01-02T03:04:05Z", kept=())
