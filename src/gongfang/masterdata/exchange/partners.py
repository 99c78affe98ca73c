"""Partners and their banks as sheets."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from gongfang.kernel.errors import N_
from gongfang.masterdata.events import PartnersAdded
from gongfang.masterdata.exchange.basics import code_column, titles
from gongfang.masterdata.models import Partner, PartnerBank, PartnerStatus
from gongfang.masterdata.rules.items import partner_problems
from gongfang.masterdata.services.pinyin import initials
from gongfang.platform.events import emit
from gongfang.platform.exchange.loading import upsert
from gongfang.platform.exchange.sheets import Column, Context, Fault, Row, Sheet

FIELDS = (
    "name", "short_name", "is_customer", "is_supplier", "is_subcontractor", "tax_no", "contact", "phone", "address", "email",
    "payment_days", "price_includes_tax", "tax_rate", "match_tolerance", "credit_limit", "currency", "status", "remark",
)  # fmt: skip


def check_partners(rows: Sequence[Row], context: Context) -> Iterable[Fault]:
    for row in rows:
        for problem in partner_problems(row.values):
            yield Fault("partners", row.number, problem.where, problem)


def load_partners(rows: Sequence[Row], context: Context) -> None:
    records = [
        {
            "code": row["code"], **{name: row.values[name] for name in FIELDS},
            "pinyin": initials(row["name"], row.get("short_name", "")),
        }
        for row in rows
    ]  # fmt: skip
    made = upsert(Partner, records, columns=context.columns["partners"], always=("pinyin",))
    emit(PartnersAdded(tuple(row.pk for row in made)))


PARTNERS = Sheet(
    "partners", N_("Partners"), unique=("code",), note=N_("Customers, suppliers and subcontractors; one company may be several."),
    columns=[
        code_column(N_("Partner code"), 40), Column("name", N_("Partner name"), required=True, max_length=120, width=34),
        Column("short_name", N_("Short name"), default="", max_length=40),
        Column("is_customer", N_("Customer"), kind="bool", default=False), Column("is_supplier", N_("Supplier"), kind="bool", default=False),
        Column("is_subcontractor", N_("Subcontractor"), kind="bool", default=False),
        Column("tax_no", N_("Tax number"), default="", max_length=30, width=22), Column("contact", N_("Contact"), default="", max_length=60),
        Column("phone", N_("Phone"), default="", max_length=40), Column("address", N_("Address"), default="", width=36),
        Column("email", N_("E-mail"), default="", max_length=254),
        Column("payment_days", N_("Payment days"), kind="integer", minimum=0, maximum=3650, default=30, note=N_("From invoice to due date.")),
        Column("price_includes_tax", N_("Prices include tax"), kind="bool", default=True),
        Column("tax_rate", N_("Tax rate"), kind="ratio", minimum=0, maximum=Decimal("0.99"), default=Decimal("0.13")),
        Column(
            "match_tolerance", N_("Price tolerance of invoices"), kind="ratio", minimum=0, maximum=1,
            note=N_("Of a supplier; empty: the company's setting."),
        ),
        Column("credit_limit", N_("Credit limit"), kind="money", minimum=0, scope="price"),
        Column("currency", N_("Currency"), default="CNY", max_length=3),
        Column("status", N_("Status"), kind="choice", choices=titles(PartnerStatus), default="active"),
        Column("remark", N_("Remark"), default=""),
    ],
    check=check_partners, load=load_partners, export=lambda context: Partner.objects.values("code", *FIELDS),
    ids=lambda: Partner.objects.values_list("code", "pk"),
)  # fmt: skip


def load_banks(rows: Sequence[Row], context: Context) -> None:
    ids = context.ids("partners")
    records = [
        {
            "partner_id": ids[row["partner"]], "account": row["account"], "bank": row["bank"], "holder": row.get("holder", ""),
            "is_default": row.get("is_default", False),
        }
        for row in rows
    ]  # fmt: skip
    upsert(PartnerBank, records, unique=("partner", "account"), columns=context.columns["partner_banks"])


def export_banks(context: Context) -> Iterable[Mapping[str, Any]]:
    for row in PartnerBank.objects.select_related("partner"):
        yield {
            "partner": row.partner.code, "account": row.account, "bank": row.bank, "holder": row.holder, "is_default": row.is_default,
        }  # fmt: skip


PARTNER_BANKS = Sheet(
    "partner_banks", N_("Partner bank accounts"), unique=("partner", "account"),
    columns=[
        Column("partner", N_("Partner code"), required=True, ref="partners"), Column("bank", N_("Bank"), required=True, max_length=80, width=30),
        Column("account", N_("Account number"), required=True, max_length=40, width=24),
        Column("holder", N_("Account holder"), default="", max_length=120), Column("is_default", N_("Default"), kind="bool", default=False),
    ],
    load=load_banks, export=export_banks,
)  # fmt: skip
