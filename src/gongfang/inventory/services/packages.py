"""Packages: goods packed under one code, moved by one scan; what leaves a place leaves the packages there."""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import F
from django.utils import timezone

from gongfang.inventory.models import Package, PackageLine, Transfer
from gongfang.inventory.queries import Scanned, scanned_goods
from gongfang.inventory.services.documents import WRITERS, StockLineInput, may_work_in
from gongfang.inventory.services.transfers import TRANSFERS, create_transfer
from gongfang.kernel.errors import N_, DomainError, Kind, Problem, refuse_if
from gongfang.ledger import queries as ledger
from gongfang.masterdata import queries as masterdata
from gongfang.platform.documents.editing import change, locked
from gongfang.platform.documents.numbering import next_serials
from gongfang.platform.identity.models import User
from gongfang.platform.prepared import Prepared
from gongfang.platform.setwise import update_rows
from gongfang.platform.verbs import verb


@dataclass(frozen=True, slots=True)
class PackedInput:
    """One item (and lot) in a package, in base units."""

    item: int
    quantity: Decimal
    lot: int | None = None
    id: int | None = None


def _problems(location: int, lines: Sequence[PackedInput], own: Package | None, kind: str) -> list[Problem]:
    """Contents are goods that are there and not in another package of the place; a box holds some. Three statements."""
    needed = not lines and kind == Package.Kind.BOX
    problems = [Problem("no_lines", "Enter at least one line.", where="lines")] if needed else []
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


def _parent_problems(parent: int | None, location: int, own: Package | None) -> list[Problem]:
    """A package stands in one of the same place, never in itself; three statements at most."""
    if parent is None:
        return []
    outer = Package.objects.filter(pk=parent).first()
    if outer is None or outer.location_id != location:
        return [Problem("package_elsewhere", "Choose a package of the same place.", where="parent")]
    if own is not None and (outer.pk == own.pk or outer.pk in {inner.pk for inner in inner_packages(own)}):
        return [Problem("package_in_itself", "A package cannot stand in itself.", where="parent")]
    return []


def inner_packages(package: Package) -> list[Package]:
    """What stands in a package, at any depth; one statement for each level."""
    found: list[Package] = []
    level = [package.pk]
    while level:
        rows = list(Package.objects.filter(parent__in=level).order_by("pk"))
        found += rows
        level = [row.pk for row in rows]
    return found


def contents_of(package: Package) -> list[PackageLine]:
    """The goods in a package and in what stands in it, by item and lot."""
    packages = [package.pk, *(inner.pk for inner in inner_packages(package))]
    rows = PackageLine.objects.filter(package__in=packages).select_related("package", "item__unit", "lot__item__unit")
    return list(rows.order_by("item__code", "lot__code", "pk"))


def scanned_contents(found: Scanned) -> list[Scanned]:
    """The goods of a scanned package, and of what stands in it, as if each item and lot had been scanned. Raises DomainError(package_empty)."""
    package = Package.objects.get(pk=found.package_id)
    sums: dict[tuple[int, int | None], tuple[PackageLine, Decimal]] = {}
    for line in contents_of(package):
        key = (line.item_id, line.lot_id)
        sums[key] = (line, line.quantity + (sums[key][1] if key in sums else 0))
    if not sums:
        raise _empty(package)
    return [scanned_goods(found.text, line.item, line.lot, quantity) for line, quantity in sums.values()]


def _empty(package: Package) -> DomainError:
    return DomainError(Problem("package_empty", "{package} is empty.", package=package.code), Kind.CONFLICT)


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
    lines: Sequence[PackedInput] = (),
    kind: str = "box",
    code: str = "",
    remark: str = "",
    parent: int | None = None,
) -> Package:
    """Put goods of a place under one code; left out, the code is drawn (BZ20261126-0001). The stock does not change.

    parent: the package it stands in (a box on a pallet). A package may hold packages only.
    """
    place = ledger.place(location)
    may_work_in(actor, place.warehouse)
    today: date = timezone.localdate()
    head = f"BZ{today:%Y%m%d}"
    code = code.strip() or f"{head}-{next_serials(f'inventory.package:{head}'):04d}"
    problems = _problems(location, lines, None, kind) + _parent_problems(parent, location, None)
    if Package.objects.filter(code=code).exists():
        problems.append(Problem("code_taken", "There is a package {code} already.", where="code", code=code))
    refuse_if(problems)
    package = Package.objects.create(code=code, kind=kind, location=place, remark=remark, parent_id=parent)
    _write(package, lines)
    return package


@verb("inventory.repack", N_("Change package"), roles=WRITERS)
def repack(
    *, actor: User, request_id: uuid.UUID, pk: int, lines: Sequence[PackedInput], kind: str = "box", remark: str = "",
    parent: int | None = None, version: int | None = None,
) -> Package:  # fmt: skip
    """Change what is in a package, or the package it stands in."""
    package = locked(Package, pk, version=version)
    may_work_in(actor, package.location.warehouse)
    refuse_if(
        _problems(package.location_id, lines, package, kind) + _parent_problems(parent, package.location_id, package)
    )
    _write(package, lines)
    change(package, kind=kind, remark=remark, state="open", parent_id=parent)
    return package


@verb("inventory.unpack", N_("Unpack"), roles=WRITERS)
def unpack(*, actor: User, request_id: uuid.UUID, pk: int, version: int | None = None) -> Package:
    """The code holds nothing any more; the goods stay where they are, and packages in it stand by themselves."""
    package = locked(Package, pk, version=version)
    may_work_in(actor, package.location.warehouse)
    package.lines.all().delete()
    for inner in Package.objects.select_for_update(of=("self",)).filter(parent=package).order_by("pk"):
        change(inner, parent_id=package.parent_id)
    change(package, state="empty", parent_id=None)
    return package


@verb("inventory.move_package", N_("Move package"), roles=WRITERS)
def move_package(*, actor: User, request_id: uuid.UUID, pk: int, target: int, version: int | None = None) -> Transfer:
    """Bring a package with all that is in it to another place: one approved transfer."""
    package = locked(Package, pk, version=version)
    inner = inner_packages(package)
    goods: dict[tuple[int, int | None], Decimal] = {}
    for line in contents_of(package):
        key = (line.item_id, line.lot_id)
        goods[key] = goods.get(key, Decimal(0)) + line.quantity
    if not goods:
        raise _empty(package)
    transfer = create_transfer(
        actor=actor, request_id=request_id, source=package.location_id, target=target, remark=package.code,
        lines=[StockLineInput(item, quantity, lot) for (item, lot), quantity in goods.items()],
    )  # fmt: skip
    outside = package.parent_id if package.parent_id and package.parent.location_id == target else None  # type: ignore[union-attr]
    change(package, location_id=target, parent_id=outside)
    for row in inner:
        change(row, location_id=target)
    return TRANSFERS.approve(actor=actor, request_id=request_id, document_id=transfer.pk)


def carry(package_ids: Collection[int], place: int | None = None) -> None:
    """Packages that were scanned whole go with their goods: to a place, or away (None), where they end; call it before the posting."""
    for package in Package.objects.select_for_update(of=("self",)).filter(pk__in=set(package_ids)).order_by("pk"):
        for row in (*inner_packages(package), package):
            if place is not None:
                change(row, location_id=place)
            else:
                row.lines.all().delete()
                change(row, state="empty", parent_id=None)
        if place is not None and package.parent_id:
            change(package, parent_id=None)


PACKED = Prepared(
    lambda ids: (
        PackageLine.objects.filter(item__in=ids)
        .select_related("package")
        .order_by("item_id", "lot_id", "package_id", "pk")
    )
)


def follow_moves(places: Collection[tuple[int, int]]) -> None:
    """Packages hold no more than is in their place: what left was loose first, then of the oldest packages.

    places: (item, place) of what moved. One statement where none of the items is packed, four else.
    """
    wanted = set(places)
    rows = [
        row for row in PACKED(sorted({item for item, _ in wanted})) if (row.item_id, row.package.location_id) in wanted
    ]
    if not rows:
        return
    there = ledger.quantities_in({(row.item_id, row.package.location_id) for row in rows})
    packed: dict[tuple[int, int, int], Decimal] = {}
    for row in rows:
        key = (row.item_id, row.package.location_id, row.lot_id or 0)
        packed[key] = packed.get(key, Decimal(0)) + row.quantity
    too_much = {key: quantity - there.get(key, Decimal(0)) for key, quantity in packed.items()}
    gone, less = [], []
    for row in rows:
        key = (row.item_id, row.package.location_id, row.lot_id or 0)
        part = min(row.quantity, max(too_much[key], Decimal(0)))
        if part <= 0:
            continue
        too_much[key] -= part
        row.quantity -= part
        (less if row.quantity else gone).append(row)
    if gone:
        PackageLine.objects.filter(pk__in=[row.pk for row in gone]).delete()
        emptied = Package.objects.filter(pk__in={row.package_id for row in gone}, lines=None, children=None)
        emptied.update(state="empty", version=F("version") + 1)
    if less:
        update_rows(less, ["quantity"])
