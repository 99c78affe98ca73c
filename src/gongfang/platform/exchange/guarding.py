"""Refuse workbooks that would fill the memory: packed bombs, cells far out, cells repeated a million times, one text in every cell.

Everything is looked at as a stream; the sizes that a file claims are not believed.
"""

import io
import re
import zipfile
from collections.abc import Iterator
from xml.etree.ElementTree import ParseError, iterparse

from gongfang.kernel.archives import UNREADABLE
from gongfang.kernel.errors import DomainError, Problem

MAX_BYTES = 20 * 2**20
MAX_UNPACKED = 400 * 2**20
MAX_PARTS = 2_000
MAX_ROWS = 200_000
MAX_COLUMNS = 500
MAX_CELLS = 10_000_000
MAX_TEXT = 500 * 2**20
CHUNK = 1 << 20
CELL_PLACE = re.compile(rb"""\br\s*=\s*["']\s*([A-Za-z]{1,3})(\d{1,9})""")
ROW_PLACE = re.compile(rb"""<(?:\w+:)?row\b[^>]*?\br\s*=\s*["']\s*(\d{1,9})""")
SHARED = re.compile(rb"""\bt\s*=\s*["']s["'][^>]*>\s*(?:<f[^>]*>[^<]*</f>\s*)?<(?:\w+:)?v>\s*(\d{1,9})""")
XLS_SIGNATURE = b"\xd0\xcf\x11\xe0"
WIDE = (b"\xff\xfe", b"\xfe\xff", b"\x00<", b"<\x00")
TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"


def refuse(code: str, template: str, **data: object) -> DomainError:
    return DomainError(Problem(code, template, where="file", **data))


def damaged() -> DomainError:
    return refuse("not_a_workbook", "This is not an Excel or OpenDocument workbook, or it is damaged.")


def too_far() -> DomainError:
    return refuse(
        "sheet_too_large", "A cell stands too far out: at most {rows} rows and {columns} columns are read.", rows=MAX_ROWS,
        columns=MAX_COLUMNS,
    )  # fmt: skip


def guard(content: bytes) -> None:
    """Refuse what would hurt. Raises DomainError: file_too_large, sheet_too_large, not_a_workbook."""
    if len(content) > MAX_BYTES:
        raise refuse("file_too_large", "The file is larger than {size} MB.", size=MAX_BYTES >> 20)
    if content[:4] == XLS_SIGNATURE:
        return
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            _guard_zip(packed)
    except (*UNREADABLE, ParseError) as error:
        raise damaged() from error


def _guard_zip(packed: zipfile.ZipFile) -> None:
    parts = packed.infolist()
    if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
        raise refuse("file_too_large", "Unpacked, the file is larger than {size} MB.", size=MAX_UNPACKED >> 20)
    names = {part.filename.lower() for part in parts}
    if any(name.endswith("workbook.bin") for name in names):
        raise damaged()  # .xlsb: cells cannot be looked at before they are read
    left = MAX_UNPACKED
    cells = 0
    for part in parts:
        used, found = _guard_part(packed, part, left)
        left, cells = left - used, cells + found
        if cells > MAX_CELLS:
            raise too_far()
    if "content.xml" in names:
        _guard_repeats(packed)
    if "xl/sharedstrings.xml" in names:
        _guard_texts(packed, cells)


def _chunks(packed: zipfile.ZipFile, part: zipfile.ZipInfo) -> Iterator[bytes]:
    """Unpacked pieces that overlap a little, so that nothing is cut in two."""
    tail = b""
    with packed.open(part) as stream:
        while chunk := stream.read(CHUNK):
            yield tail + chunk
            tail = chunk[-512:] if len(chunk) >= 512 else (tail + chunk)[-512:]


def _guard_part(packed: zipfile.ZipFile, part: zipfile.ZipInfo, left: int) -> tuple[int, int]:
    """Bytes unpacked and cells seen. A sheet may lie under any name, so every part is looked at."""
    used = cells = 0
    first = True
    with packed.open(part) as stream:
        tail = b""
        while chunk := stream.read(CHUNK):
            used += len(chunk)
            if used > left:
                raise refuse("file_too_large", "Unpacked, the file is larger than {size} MB.", size=MAX_UNPACKED >> 20)
            if first and part.filename.lower().endswith((".xml", ".rels")) and chunk[:2] in WIDE:
                raise damaged()
            first = False
            places = CELL_PLACE.findall(tail + chunk)
            cells += len(places)
            if any(int(row) > MAX_ROWS or _column(letters) > MAX_COLUMNS for letters, row in places):
                raise too_far()
            if any(int(row) > MAX_ROWS for row in ROW_PLACE.findall(tail + chunk)):
                raise too_far()
            tail = chunk[-64:]
    return used, cells


def _guard_repeats(packed: zipfile.ZipFile) -> None:
    """OpenDocument repeats cells and rows by a number: what holds something may not be repeated beyond what is read."""
    total = 0
    name = next(part.filename for part in packed.infolist() if part.filename.lower() == "content.xml")
    with packed.open(name) as stream:
        filled = 0
        for _, element in iterparse(stream, events=("end",)):
            if element.tag in (f"{TABLE}table-cell", f"{TABLE}covered-table-cell"):
                if len(element.attrib) > 1 or len(element) or (element.text or "").strip():
                    filled += _repeated(element.get(f"{TABLE}number-columns-repeated"))
                element.clear()
            elif element.tag == f"{TABLE}table-row":
                if filled:
                    total += filled * _repeated(element.get(f"{TABLE}number-rows-repeated"))
                filled = 0
                element.clear()
            if filled > MAX_CELLS or total > MAX_CELLS:
                raise refuse("sheet_too_large", "A cell is repeated too often.")


def _repeated(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 12 else 1 if not text else MAX_CELLS + 1


def _guard_texts(packed: zipfile.ZipFile, cells: int) -> None:
    """Excel keeps each text once; a long one that stands in every cell is unpacked a million times."""
    name = next(part for part in packed.infolist() if part.filename.lower() == "xl/sharedstrings.xml")
    lengths: list[int] = []
    size = 0
    with packed.open(name) as stream:
        rest = b""
        while chunk := stream.read(CHUNK):
            pieces = (rest + chunk).split(b"</si>")
            rest = pieces.pop()
            lengths += map(len, pieces)
            size = max(size, len(rest))
            if size > 4 * CHUNK:
                raise refuse("sheet_too_large", "A text is too long.")
    if cells * max(lengths, default=0) <= MAX_TEXT:
        return
    total = 0
    for part in packed.infolist():
        if part is name or not part.filename.lower().endswith(".xml"):
            continue
        for text in _chunks(packed, part):
            total += sum(lengths[n] for n in map(int, SHARED.findall(text)) if n < len(lengths))
            if total > MAX_TEXT:
                raise refuse("sheet_too_large", "A text is too long.")


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number
