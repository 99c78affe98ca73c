"""Packages: goods packed under one code, moved by one scan."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils import timezone

from gongfang.inventory.models import Package, PackageLine, Transfer
from gongfang.inventory.services.documents import WRITERS, StockLineInput, may_work_in
from gongfang.inventory.services.transfers import TRANSFERS, create_transfer
from gongfang.kernel.errors import N_, DomainError, Kind, Problem, refuse_if
from gongfang.ledger import queries as ledger
from gongfang.masterdata import queries as masterdata
from gongfang.platform.documents.editing import change, locked
from gongfang.platform.documents.numbering import next_serials
from gongfang.platform.identity.models import User
from gongfang.platform.verbs import verb


@dataclass(frozen=True, slots=True)
class PackedInput:
    """One item (and lot) in a package, in base units."""

    item: int
    quantity: Decimal
    lot: int | None = None
    id: int | None = None


def _problems(location: int, lines: Sequence[PackedInput], own: Package | None) -> list[Problem]:
    """Contents are goods that are there and not in another package of the place; three statements."""
    problems = [] if lines else [Problem("no_lines", "Enter at least one line.", where="lines")]
    items = masterdata.items_by_ids({line.item for line in lines})
    book = ledger.book_quantities(location, items)
    packed: dict[tuple[int, int | None], Decimal] = {}
    others = PackageLine.objects.filter(package__location=location, package__state="open", item__in=list(items))
    for line in others.exclude(package=own):
        key = (line.item_id, line.lot_id)
        packed[key] = packed.get(key, Decimal(0)) + line.quantity
    for n, row in enumerate(lines):
        goods = items.get(row.item)
        if goods is None:
            problems.append(Problem("item_unknown", "There is no item {id}.", where=f"lines.{n}.item", id=row.item))
        elif row.quantity <= 0:
            problems.append(
                Problem("quantity_not_positive", "{item}: the quantity must be greater than zero.", where=f"lines.{n}.quantity", item=goods.code)
            )  # fmt: skip
        elif goods.tracking != "none" and row.lot is None:
            problems.append(
                Problem(
                    "lot_needed",
                    "{item} is kept by lot or serial number: say which.",
                    where=f"lines.{n}.lot",
                    item=goods.code,
                )
            )
        else:
            key = (row.item, row.lot)
            packed[key] = packed.get(key, Decimal(0)) + row.quantity
            if packed[key] > book.get(key, Decimal(0)):
                problems.append(
                    Problem(
                        "not_there_to_pack", "{item}: {needed} packed in all, only {present} is there.", where=f"lines.{n}.quantity",
                        item=goods.code, needed=packed[key].normalize(), present=book.get(key, Decimal(0)).normalize(),
                    )
                )  # fmt: skip
    return problems


def _write(package: Package, lines: Sequence[PackedInput]) -> None:
    package.lines.all().delete()
    PackageLine.objects.bulk_create(
        [PackageLine(package=package, item_id=row.item, lot_id=row.lot, quantity=row.quantity) for row in lines]
    )


@verb("inventory.pack", N_("Pack"), roles=WRITERS)
def pack(
    *,
    actor: User,
    request_id: uuid.UUID,
    location: int,
    lines: Sequence[PackedInput],
    kind: str = "box",
    code: str = "",
    remark: str = "",
) -> Package:
    """Put goods of a place under one code; left out, the code is drawn (BZ20261126-0001). The stock does not change."""
    place = ledger.place(location)
    may_work_in(actor, place.warehouse)
    today: date = timezone.localdate()
    head = f"BZ{today:%Y%m%d}"
    code = code.strip() or f"{head}-{next_serials(f'inventory.package:{head}'):04d}"
    problems = _problems(location, lines, None)
    if Package.objects.filter(code=code).exists():
        problems.append(Problem("code_taken", "There is a package {code} already.", where="code", code=code))
    refuse_if(problems)
    package = Package.objects.create(code=code, kind=kind, location=place, remark=remark)
    _write(package, lines)
    return package


@verb("inventory.repack", N_("Change package"), roles=WRITERS)
def repack(
    *, actor: User, request_id: uuid.UUID, pk: int, lines: Sequence[PackedInput], kind: str = "box", remark: str = "",
    version: int | None = None,
) -> Package:  # fmt: skip
    """Change what is in a package."""
    package = locked(Package, pk, version=version)
    may_work_in(actor, package.location.warehouse)
    refuse_if(_problems(package.location_id, lines, package))
    _write(package, lines)
    change(package, kind=kind, remark=remark, state="open")
    return package


@verb("inventory.unpack", N_("Unpack"), roles=WRITERS)
def unpack(*, actor: User, request_id: uuid.UUID, pk: int, version: int | None = None) -> Package:
    """The code holds nothing any more; the goods stay where they are."""
    package = locked(Package, pk, version=version)
    may_work_in(actor, package.location.warehouse)
    package.lines.all().delete()
    change(package, state="empty")
    return package


@verb("inventory.move_package", N_("Move package"), roles=WRITERS)
def move_package(*, actor: User, request_id: uuid.UUID, pk: int, target: int, version: int | None = None) -> Transfer:
    """Bring a package with all that is in it to another place: one approved transfer."""
    package = locked(Package, pk, version=version)
    lines = [StockLineInput(line.item_id, line.quantity, line.lot_id) for line in package.lines.all()]
    if not lines:
        raise DomainError(Problem("package_empty", "{package} is empty.", package=package.code), Kind.CONFLICT)
    transfer = create_transfer(
        actor=actor, request_id=request_id, source=package.location_id, target=target, lines=lines, remark=package.code
    )
    change(package, location_id=target)
    return TRANSFERS.approve(actor=actor, request_id=request_id, document_id=transfer.pk)
