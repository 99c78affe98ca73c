"""Find partners, sites and units."""

from collections.abc import Iterable

from django.db.models import Q, QuerySet

from gongfang.masterdata.models import Partner, PartnerStatus, Plant, Unit, Warehouse


def partner_by_code(code: str) -> Partner | None:
    """The partner of a code, or None."""
    return Partner.objects.filter(code=code).first()


def partners_by_codes(codes: Iterable[str]) -> dict[str, Partner]:
    """Partners by their codes, in one statement; unknown codes are left out."""
    return {partner.code: partner for partner in Partner.objects.filter(code__in=set(codes))}


def partners_by_ids(ids: Iterable[int]) -> dict[int, Partner]:
    """Partners by primary key, in one statement; unknown ones are left out."""
    return Partner.objects.in_bulk(list(ids))


def partner_search(text: str) -> Q:
    """The condition of the search box: code, name, short name, pinyin initials, phone or tax number."""
    text = text.strip()
    return (
        Q(code__icontains=text) | Q(name__icontains=text) | Q(short_name__icontains=text)
        | Q(pinyin__contains=text.lower()) | Q(phone__contains=text) | Q(tax_no__icontains=text)
    )  # fmt: skip


def search_partners(text: str, limit: int = 20) -> QuerySet[Partner]:
    """Active partners that somebody may mean by what they typed."""
    rows = Partner.objects.filter(status=PartnerStatus.ACTIVE)
    return rows.filter(partner_search(text))[:limit] if text.strip() else rows[:limit]


def customers() -> QuerySet[Partner]:
    return Partner.objects.filter(is_customer=True)


def suppliers() -> QuerySet[Partner]:
    return Partner.objects.filter(is_supplier=True)


def subcontractors() -> QuerySet[Partner]:
    return Partner.objects.filter(is_subcontractor=True)


def units_by_codes(codes: Iterable[str] | None = None) -> dict[str, Unit]:
    """Units by code; all of them when none is named."""
    rows = Unit.objects.all() if codes is None else Unit.objects.filter(code__in=set(codes))
    return {unit.code: unit for unit in rows}


def warehouses_by_codes(codes: Iterable[str] | None = None) -> dict[str, Warehouse]:
    """Warehouses by code, with their plant; all of them when none is named."""
    rows = Warehouse.objects.select_related("plant")
    return {row.code: row for row in (rows if codes is None else rows.filter(code__in=set(codes)))}


def first_plant() -> Plant | None:
    """The only plant of a small company, or the first of several."""
    return Plant.objects.order_by("pk").first()
