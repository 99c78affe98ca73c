"""What a scanned code stands for: an item, a lot or serial, a place, a package, a document."""

import re
from dataclasses import asdict, dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from django.utils import timezone

from gongfang.inventory.models import Package
from gongfang.inventory.rules.gs1 import GS, plain_code, read_gs1, write_gs1
from gongfang.kernel.errors import DomainError, Kind, Problem
from gongfang.ledger import queries as ledger
from gongfang.masterdata import queries as masterdata
from gongfang.platform.documents.registry import document_types
from gongfang.ui.listing import visible_rows
from gongfang.ui.registry import model_of, registry, url_of

MAX_LENGTH = 200
LOT_MARK, CARTON_MARK = "L|", "C|"
DOCUMENT_PATH = re.compile(r"^/([a-z-]+/[a-z-]+)/(\d{1,18})/?$")
NUMBER = re.compile(r"^[A-Z]{1,4}\d{6,8}-\d{3,8}$")


@dataclass(frozen=True, slots=True)
class Scanned:
    """kind: item, lot, location, package or document. factor: base units that one scan stands for (a box of 12: 12)."""

    kind: str
    text: str
    title: str
    item_id: int | None = None
    item_code: str = ""
    item_name: str = ""
    spec: str = ""
    unit: str = ""
    tracking: str = "none"
    factor: Decimal = Decimal(1)
    lot_id: int | None = None
    lot_code: str = ""
    location_id: int | None = None
    package_id: int | None = None
    url: str = ""
    made_on: date | None = None
    expires_on: date | None = None
    unit_id: int | None = None

    def as_json(self) -> dict[str, Any]:
        """For a page: the factor as text, so that no digit is lost."""
        days = {
            name: day.isoformat() if day else ""
            for name, day in (("made_on", self.made_on), ("expires_on", self.expires_on))
        }
        return asdict(self) | {"factor": f"{self.factor.normalize():f}"} | days


def lot_label(item_code: str, lot_code: str) -> str:
    """What the QR code of a lot holds: with its item, because a lot's code alone may be another item's too."""
    return f"{LOT_MARK}{item_code}|{lot_code}"


def carton_label(
    item: Any, lot_code: str, quantity: Decimal, made_on: date | None = None, expires_on: date | None = None
) -> str:  # fmt: skip
    """What the QR code of a carton holds: GS1 where the item has a GTIN and GS1 can say it, else our own. One scan counts all in it."""
    serial = item.tracking == "serial"
    said = write_gs1(item.barcode, quantity, lot_code, is_serial=serial, made_on=made_on, expires_on=expires_on)
    return said or f"{CARTON_MARK}{item.code}|{quantity.normalize():f}|{lot_code}"


def resolve(user: Any, text: str) -> Scanned:
    """What a code stands for; at most eight statements. Raises DomainError: code_unknown, code_ambiguous.

    Tried in this order: a GS1 code, a document's address or number, one of our lot and carton labels, a package, a place, an item by its
    barcodes or code, a lot or serial by its code alone. The scanner may say first what kind of symbol it read ("]C1").
    """
    text = text.strip(" \t\r\n").rstrip(GS)
    if not text or len(text) > MAX_LENGTH or any(ord(sign) < 32 and sign != "\x1d" for sign in text):
        raise _unknown(text)
    found = _gs1(user, text)
    if found is not None:
        return found
    text = plain_code(text).strip(GS)
    for tried in (_document, _labelled_lot, _carton, _package, _location, _item, _lot):
        found = tried(user, text)
        if found is not None:
            return found
    raise _unknown(text)


def _unknown(text: str) -> DomainError:
    return DomainError(
        Problem("code_unknown", "“{code}” is no item, lot, place, package or document.", where="code", code=text[:60]),
        Kind.MISSING,
    )


def _document(user: Any, text: str) -> Scanned | None:
    path = DOCUMENT_PATH.match(urlsplit(text).path if "://" in text else text)
    if path is not None:
        declared = registry().screens.get(path[1])
        if declared is None or (declared.view_permission and not user.may(declared.view_permission)):
            return None
        row = visible_rows(declared, user).filter(pk=int(path[2])).first()
        return None if row is None else Scanned("document", text, str(row), url=f"/{declared.key}/{row.pk}/")
    if NUMBER.match(text):
        for declared in registry().screens.values():
            model = model_of(declared)
            if (
                model in document_types().values()
                and text.startswith(model.prefix)
                and user.may(declared.view_permission)
            ):  # type: ignore[attr-defined]
                row = visible_rows(declared, user).filter(number=text).first()
                if row is not None:
                    return Scanned("document", text, str(row), url=url_of(row))
    return None


def _labelled_lot(user: Any, text: str) -> Scanned | None:
    if not text.startswith(LOT_MARK):
        return None
    item_code, _, code = text[len(LOT_MARK) :].partition("|")
    item = masterdata.item_by_code(item_code)
    lots = ledger.lots_by_code(code, [item.pk]) if item else []
    return _of_lot(text, lots[0]) if lots else None


def _carton(user: Any, text: str) -> Scanned | None:
    """So many of an item, of a lot that may not be in stock yet."""
    parts = text[len(CARTON_MARK) :].split("|", 2) if text.startswith(CARTON_MARK) else []
    item = masterdata.item_by_code(parts[0]) if len(parts) == 3 else None
    if item is None or not re.fullmatch(r"\d{1,12}(\.\d{1,6})?", parts[1]):
        return None
    lots = ledger.lots_by_code(parts[2], [item.pk]) if parts[2] else []
    factor = Decimal(parts[1])
    return _of_lot(text, lots[0], factor) if lots else _of_item(text, item, factor, parts[2])


def _gs1(user: Any, text: str) -> Scanned | None:
    """A GS1 code, in brackets or as scanners send it: item, lot or serial, count, dates; or a package by its SSCC."""
    code = read_gs1(text, timezone.localdate())
    if code is None:
        return None
    if not code.code:
        return _package(user, code.sscc)
    shorter = code.code.lstrip("0")  # 14 digits may be an EAN-13, UPC-A or EAN-8 behind zeros
    names = dict.fromkeys((code.code, *(shorter.zfill(size) for size in (13, 12, 8) if len(shorter) <= size), shorter))
    item, name = next(((row, name) for name in names if (row := masterdata.item_of_barcode(name))), (None, ""))
    if item is None:
        return None
    factor = masterdata.barcode_factor(item, name) * code.count
    if code.weight and item.unit.code.lower() == "kg":
        factor = code.weight
    lots = ledger.lots_by_code(code.lot, [item.pk]) if code.lot and item.tracking != "none" else []
    found = _of_lot(text, lots[0], factor) if lots else _of_item(text, item, factor, code.lot)
    return replace(found, made_on=code.made_on, expires_on=code.expires_on)


def _package(user: Any, text: str) -> Scanned | None:
    row = Package.objects.filter(code=text).select_related("location").first()
    if row is None:
        return None
    return Scanned(
        "package",
        text,
        f"{row.code} · {row.location.name}",
        package_id=row.pk,
        location_id=row.location_id,
        url=url_of(row),
    )


def _location(user: Any, text: str) -> Scanned | None:
    row = ledger.locations([text]).get(text)
    if row is None or not row.is_physical:
        return None
    return Scanned("location", text, row.name, location_id=row.pk, url=url_of(row))


def _item(user: Any, text: str) -> Scanned | None:
    item = masterdata.item_of_barcode(text)
    return None if item is None else _of_item(text, item, masterdata.barcode_factor(item, text))


def _lot(user: Any, text: str) -> Scanned | None:
    lots = ledger.lots_by_code(text)
    if len(lots) > 1:
        raise DomainError(
            Problem("code_ambiguous", "“{code}” is a lot of {items}: scan the item first.", where="code", code=text, items=[lot.item.code for lot in lots[:5]]),
            Kind.CONFLICT,
        )  # fmt: skip
    return _of_lot(text, lots[0]) if lots else None


def _of_item(text: str, item: Any, factor: Decimal, lot_code: str = "") -> Scanned:
    return Scanned(
        "item",
        text,
        str(item),
        item.pk,
        item.code,
        item.name,
        item.spec,
        item.unit.name,
        item.tracking,
        factor,
        None,
        lot_code,
        url=url_of(item),
        unit_id=item.unit_id,
    )


def scanned_goods(text: str, item: Any, lot: Any, quantity: Decimal) -> Scanned:
    """So much of an item, or of a lot of it, as if it had been scanned by itself."""
    return _of_item(text, item, quantity) if lot is None else _of_lot(text, lot, quantity)


def _of_lot(text: str, lot: Any, factor: Decimal = Decimal(1)) -> Scanned:
    item = lot.item
    return Scanned(
        "lot", text, f"{item} · {lot.code}", item.pk, item.code, item.name, item.spec, item.unit.name, item.tracking, factor, lot.pk, lot.code,
        url=url_of(lot), unit_id=item.unit_id,
    )  # fmt: skip
