"""May this be ordered from this supplier? Blocks, certificates and the approved supplier list, asked for many at once."""

from collections.abc import Collection, Iterable
from datetime import date

from gongfang.kernel.errors import N_, Problem
from gongfang.masterdata import queries as masterdata
from gongfang.platform.settings.services import declare
from gongfang.platform.settings.services import get as setting
from gongfang.purchasing.models import ApprovedSupplier, Certificate, Qualification, SupplierBlock

YES_NO = (("off", N_("do not check")), ("forbid", N_("forbid")))
CERTIFICATES = declare("purchasing.certificates", N_("Ordering from a supplier whose needed certificate has expired"), "choice", "forbid", YES_NO)  # fmt: skip
APPROVED_LIST = declare("purchasing.approved_list", N_("Ordering an item from a supplier who is not on its approved list"), "choice", "forbid", YES_NO)  # fmt: skip
CERTIFICATE_DAYS = declare("purchasing.certificate_days", N_("Tell so many days before a certificate expires"), "int", 30)  # fmt: skip


def blocked_suppliers(supplier_ids: Collection[int] | None = None) -> dict[int, SupplierBlock]:
    """Supplier → the block that stands; one statement."""
    rows = SupplierBlock.objects.filter(lifted_on=None).select_related("supplier")
    if supplier_ids is not None:
        rows = rows.filter(supplier__in=list(supplier_ids))
    return {row.supplier_id: row for row in rows}


def why_not_order(wanted: Iterable[tuple[int, int, str]], on: date, *, supplier_where: str = "supplier") -> list[Problem]:  # fmt: skip
    """Reasons against ordering. wanted: (supplier, item, where on the form). Six statements at most."""
    wanted = list(wanted)
    suppliers = {supplier for supplier, _, _ in wanted}
    return _supplier_problems(suppliers, on, supplier_where) + _item_problems(wanted, on)


def supplier_problems(supplier_id: int, on: date) -> list[Problem]:
    """Reasons against ordering anything from one supplier."""
    return _supplier_problems({supplier_id}, on, "supplier")


def _supplier_problems(suppliers: set[int], on: date, where: str) -> list[Problem]:
    found = [
        Problem(
            "supplier_blocked", "{supplier} is blocked since {day}: {reason}. Lift the block or choose another supplier.", where,
            supplier=row.supplier.name, day=row.since, reason=row.reason,
        )
        for row in blocked_suppliers(suppliers).values()
    ]  # fmt: skip
    if setting(CERTIFICATES) == "forbid":
        rows = Certificate.objects.filter(supplier__in=suppliers, is_needed=True, is_replaced=False, expires_on__lt=on)
        found += [
            Problem(
                "certificate_expired", "{supplier}: “{title}” expired on {day}; enter the new one before ordering.", where,
                supplier=row.supplier.name, title=row.title, day=row.expires_on,
            )
            for row in rows.select_related("supplier")
        ]  # fmt: skip
    return found


def _item_problems(wanted: list[tuple[int, int, str]], on: date) -> list[Problem]:
    if setting(APPROVED_LIST) != "forbid":
        return []
    listed: dict[int, dict[int, ApprovedSupplier]] = {}
    for row in ApprovedSupplier.objects.filter(item__in={item for _, item, _ in wanted}).select_related("item"):
        listed.setdefault(row.item_id, {})[row.supplier_id] = row
    names: dict[int, str] = {}
    if listed:
        names = {pk: row.name for pk, row in masterdata.partners_by_ids({one for one, _, _ in wanted}).items()}
    found = []
    for supplier, item, where in wanted:
        if item not in listed:
            continue
        own = listed[item].get(supplier)
        about = {"item": str(next(iter(listed[item].values())).item), "supplier": names.get(supplier, "")}
        if own is None:
            found.append(Problem("not_qualified", "{supplier} is not on the approved list of {item}.", where, **about))
        elif own.status == Qualification.SUSPENDED:
            found.append(Problem("suspended", "{supplier} is suspended for {item}: {reason}.", where, reason=own.remark, **about))  # fmt: skip
        elif own.valid_to is not None and own.valid_to < on:
            found.append(Problem("approval_over", "The approval of {supplier} for {item} ended on {day}.", where, day=own.valid_to, **about))  # fmt: skip
    return found
