"""Which files are kept: by name, by size, by how they begin, and packed ones by what unpacks out of them."""

import io
import re
import zipfile
from collections.abc import Callable
from pathlib import PurePosixPath

from gongfang.kernel.archives import UNREADABLE
from gongfang.kernel.errors import N_, DomainError, Problem

SIZE_MAX = 20 * 1024 * 1024
UNPACKED_MAX = 200 * 1024 * 1024
PARTS_MAX = 2_000
CHUNK = 1 << 20
PACKED = (b"PK\x03\x04", b"PK\x05\x06")
# extension → (content type, how such a file begins); a file whose content is something else is refused
KINDS: dict[str, tuple[str, tuple[bytes, ...]]] = {
    ".pdf": ("application/pdf", (b"%PDF-",)),
    ".png": ("image/png", (b"\x89PNG\r\n\x1a\n",)),
    ".jpg": ("image/jpeg", (b"\xff\xd8\xff",)),
    ".jpeg": ("image/jpeg", (b"\xff\xd8\xff",)),
    ".webp": ("image/webp", (b"RIFF",)),
    ".xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", PACKED[:1]),
    ".docx": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", PACKED[:1]),
    ".zip": ("application/zip", PACKED),
    ".dwg": ("application/acad", (b"AC10",)),
    ".dxf": ("application/dxf", ()),
    ".step": ("application/step", (b"ISO-10303-21",)),
    ".stp": ("application/step", (b"ISO-10303-21",)),
    ".txt": ("text/plain", ()),
    ".csv": ("text/csv", ()),
}
OFFICE = {".xlsx": "xl/", ".docx": "word/"}
ACTIVE_ENDINGS = {
    "html", "htm", "xhtml", "shtml", "mht", "mhtml", "svg", "svgz", "xml", "xsl", "js", "mjs", "hta", "exe", "com", "scr", "bat",
    "cmd", "ps1", "vbs", "jar", "msi", "lnk", "php", "phtml", "asp", "aspx", "jsp", "cgi", "sh", "py",
}  # fmt: skip
ACTIVE_CONTENT = re.compile(rb"<\s*(?:!doctype|\?xml|html|head|body|script|svg|iframe|object|embed)\b", re.IGNORECASE)
HIDDEN_SIGNS = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
BEGINNING = 64 * 1024


def check_file(name: str, content: bytes) -> str:
    """The content type of an acceptable file. Raises DomainError naming what is wrong with it."""
    for check in (_name, _kind, _size, _content, _packed):
        problem = check(name, content)
        if problem is not None:
            raise DomainError(problem)
    return KINDS[_ending(name)][0]


def _ending(name: str) -> str:
    return PurePosixPath(name).suffix.lower()


def _refused(code: str, template: str, name: str, **data: object) -> Problem:
    return Problem(code, template, where="file", name=HIDDEN_SIGNS.sub("", name)[:80], **data)


def _name(name: str, content: bytes) -> Problem | None:
    if not name.strip(". ") or "/" in name or "\\" in name or HIDDEN_SIGNS.search(name):
        return _refused(
            "file_name", N_("“{name}” is no name of a file: it has a path or hidden signs in it. Rename it."), name
        )
    return None


def _kind(name: str, content: bytes) -> Problem | None:
    before = {part.strip().lower() for part in name.split(".")[:-1]}
    if _ending(name) in KINDS and not before & ACTIVE_ENDINGS:
        return None
    return _refused(
        "file_kind", N_("“{name}”: this kind of file is not accepted ({kinds})."), name, kinds=" ".join(KINDS)
    )


def _size(name: str, content: bytes) -> Problem | None:
    if content and len(content) <= SIZE_MAX:
        return None
    return size_problem(name)


def size_problem(name: str) -> Problem:
    return _refused("file_size", N_("“{name}” must have between 1 byte and {limit} MB."), name, limit=SIZE_MAX // 2**20)


def _content(name: str, content: bytes) -> Problem | None:
    ending = _ending(name)
    begins = KINDS[ending][1]
    fits = content.startswith(begins) if begins else BY_CONTENT[ending](content)
    if ending == ".webp":
        fits = fits and content[8:12] == b"WEBP"
    looked_at = content[: 1024 if begins else BEGINNING].replace(b"\x00", b"")
    if fits and (content.startswith(PACKED) or not ACTIVE_CONTENT.search(looked_at)):
        return None  # packed files begin with names and pieces of what is in them: those are looked at below
    return _refused("file_content", N_("The content of “{name}” is not what its ending says."), name)


def _is_text(content: bytes) -> bool:
    """Text has no zero bytes, unless it is UTF-16 and says so."""
    return content[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\x00" not in content


def _is_dxf(content: bytes) -> bool:
    return content.startswith(b"AutoCAD Binary DXF") or (_is_text(content) and b"SECTION" in content[:4096])


BY_CONTENT: dict[str, Callable[[bytes], bool]] = {".txt": _is_text, ".csv": _is_text, ".dxf": _is_dxf}


def _packed(name: str, content: bytes) -> Problem | None:
    """Packed files are unpacked as a stream, without keeping anything: the sizes they claim are not believed."""
    if not content.startswith(PACKED):
        return None
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            return _parts(name, packed)
    except UNREADABLE:
        return _refused(
            "file_damaged", N_("“{name}” is damaged or locked by a password and cannot be looked into."), name
        )


def _parts(name: str, packed: zipfile.ZipFile) -> Problem | None:
    parts = packed.infolist()
    names = [part.filename for part in parts]
    office = OFFICE.get(_ending(name))
    if office and ("[Content_Types].xml" not in names or not any(one.startswith(office) for one in names)):
        return _refused("file_content", N_("The content of “{name}” is not what its ending says."), name)
    if any(one.lower().endswith("vbaproject.bin") for one in names):
        return _refused(
            "file_macros", N_("“{name}” has macros in it, which is not accepted. Save it without them."), name
        )
    left = UNPACKED_MAX
    for part in parts:
        with packed.open(part) as stream:
            while left >= 0 and (chunk := stream.read(CHUNK)):
                left -= len(chunk)
        if left < 0:
            break
    if left < 0 or len(parts) > PARTS_MAX:
        return _refused("file_unpacked", N_("“{name}” unpacks to more than {limit} MB or {parts} files."), name, limit=UNPACKED_MAX >> 20, parts=PARTS_MAX)  # fmt: skip
    return None
