"""The archive: one ZIP with the database, the attached files and `manifest.json`, which holds each part's SHA-256."""

import hashlib
import json
import os
import zipfile
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from gongfang.kernel.errors import DomainError, Problem

FORMAT = "gongfang/backup/1"
MANIFEST = "manifest.json"
CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an archive says of itself. migrations: the last applied one of each app; parts: name → SHA-256."""

    version: str
    made_at: str
    database: str
    migrations: dict[str, str]
    parts: dict[str, str] = field(default_factory=dict)
    format: str = FORMAT


def digest(stream: BinaryIO) -> str:
    total = hashlib.sha256()
    while chunk := stream.read(CHUNK):
        total.update(chunk)
    return total.hexdigest()


def pack(target: Path, folder: Path, manifest: Manifest) -> Manifest:
    """Write all files of a folder into the archive; it appears under its name only when it is whole and on disk."""
    parts = {}
    unfinished = target.with_name(target.name + ".part")
    with zipfile.ZipFile(unfinished, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            name = path.relative_to(folder).as_posix()
            archive.write(path, name)
            with path.open("rb") as stream:
                parts[name] = digest(stream)
        done = Manifest(manifest.version, manifest.made_at, manifest.database, manifest.migrations, parts)
        archive.writestr(MANIFEST, json.dumps(asdict(done), ensure_ascii=False, indent=1))
    with unfinished.open("rb+") as stream:
        os.fsync(stream.fileno())
    os.replace(unfinished, target)
    return done


def unsound(name: str, reason: str) -> DomainError:
    return DomainError(Problem("backup_unsound", "{name} is not a sound backup: {reason}.", name=name, reason=reason))


def unpack(source: Path, folder: Path) -> Manifest:
    """Unpack into an empty folder and check every part. Raises DomainError(backup_unsound) for anything odd."""
    try:
        with zipfile.ZipFile(source) as archive:
            manifest = read_manifest(archive, source.name)
            for name in safe_names(archive.namelist(), source.name):
                target = folder / name
                target.parent.mkdir(parents=True, exist_ok=True)
                with archive.open(name) as packed, target.open("wb") as stream:
                    while chunk := packed.read(CHUNK):
                        stream.write(chunk)
    except (zipfile.BadZipFile, EOFError) as error:
        raise unsound(source.name, str(error)) from error
    for name, expected in manifest.parts.items():
        path = folder / name
        if not path.is_file():
            raise unsound(source.name, f"{name} is missing")
        with path.open("rb") as stream:
            if digest(stream) != expected:
                raise unsound(source.name, f"{name} was changed or damaged")
    return manifest


def read_manifest(archive: zipfile.ZipFile, name: str) -> Manifest:
    try:
        values = json.loads(archive.read(MANIFEST))
        manifest = Manifest(**values)
    except (KeyError, ValueError, TypeError) as error:
        raise unsound(name, f"its {MANIFEST} cannot be read") from error
    if manifest.format != FORMAT:
        raise unsound(name, f"its format is {manifest.format}, not {FORMAT}")
    return manifest


def safe_names(names: Iterable[str], archive: str) -> list[str]:
    """The parts but for the manifest; a name that would leave the folder is refused."""
    result = []
    for name in names:
        path = PurePosixPath(name)
        if path.is_absolute() or ".." in path.parts or "\\" in name:
            raise unsound(archive, f"it holds a file outside its folder ({name})")
        if name != MANIFEST and not name.endswith("/"):
            result.append(name)
    return result
