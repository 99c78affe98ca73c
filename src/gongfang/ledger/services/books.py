"""What must be there before anything is posted: the chart, the roles, the virtual locations. Made on first need."""

from collections.abc import Collection

from gongfang.ledger.models import Account, AccountRole, Location
from gongfang.ledger.rules.chart import ROLES, small_enterprise_chart
from gongfang.platform.prepared import Prepared
from gongfang.platform.verbs import forget_kept, kept

VIRTUAL: dict[str, tuple[str, str]] = {
    # code = kind in capitals: (name, account role of the other side)
    "SUPPLIER": ("供应商", "grni"),
    "CUSTOMER": ("客户", "cogs"),
    "PRODUCTION": ("生产", "wip_material"),
    "SCRAP": ("报废", "scrap"),
    "COUNT": ("盘点差异", "count_difference"),
    "ADJUST": ("价值调整", "stock_adjustment"),
    "OPENING": ("期初建账", "opening"),
}


def ensure_books() -> None:
    """Seed the chart of 小企业会计准则, the account roles and the virtual locations. Idempotent by code; safe for rivals."""
    _ensure_chart()
    present = set(AccountRole.objects.values_list("role", flat=True))
    ids = dict(Account.objects.values_list("code", "pk"))
    AccountRole.objects.bulk_create(
        [AccountRole(role=role, account_id=ids[code]) for role, code in ROLES.items() if role not in present],
        ignore_conflicts=True,
    )
    Location.objects.bulk_create(
        [
            Location(code=code, name=name, kind=code.lower(), account_role=role, allow_negative=True, path=code)
            for code, (name, role) in VIRTUAL.items()
        ],
        ignore_conflicts=True,
    )


def _ensure_chart() -> None:
    rows = small_enterprise_chart()
    present = dict(Account.objects.values_list("code", "pk"))
    for length in sorted({len(row.code) for row in rows}):
        fresh = [row for row in rows if len(row.code) == length and row.code not in present]
        Account.objects.bulk_create(
            [
                Account(
                    code=row.code, name=row.name, kind=row.kind, direction=row.direction, parent_id=present.get(row.parent),
                    is_leaf=row.is_leaf, dims=row.dims, is_controlled=row.is_controlled,
                )
                for row in fresh
            ],
            ignore_conflicts=True,
        )  # fmt: skip
        present = dict(Account.objects.values_list("code", "pk"))


def location(code: str) -> Location:
    """A location by its code, such as the virtual SUPPLIER, CUSTOMER, PRODUCTION, SCRAP, COUNT, ADJUST, OPENING."""
    found = kept("virtual_locations", _virtual) if code in VIRTUAL else _by_code([code])
    if code not in found:
        ensure_books()
        forget_kept("virtual_locations")
        found = _by_code([code])
    return found[code]


def _by_code(codes: Collection[str]) -> dict[str, Location]:
    return {row.code: row for row in Location.objects.filter(code__in=codes)}


ALL_VIRTUAL = Prepared(lambda: Location.objects.filter(code__in=VIRTUAL))


def _virtual() -> dict[str, Location]:
    """Those that every posting may need, read once in a verb."""
    return {row.code: row for row in ALL_VIRTUAL.all()}
