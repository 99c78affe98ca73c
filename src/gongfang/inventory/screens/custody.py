"""Goods of others on the screen: taken in, given back."""

from django.utils.translation import gettext_lazy as _

from gongfang.inventory.models import Custody
from gongfang.inventory.queries import VIEW_DOCUMENTS
from gongfang.inventory.screens.documents import (
    DATE,
    IN_BASE,
    ITEM_FIELDS,
    KEEPER,
    LINE_REMARK,
    LOT_DATES,
    MADE_BY,
    QUANTITY,
    SECOND,
    UNIT,
    VIEWS,
)
from gongfang.inventory.services import CUSTODIES, CustodyLineInput
from gongfang.platform.identity.scopes import scoped
from gongfang.ui.buttons import lifecycle_buttons
from gongfang.ui.screens import Column, Field, Filter, LineGrid, Preset, Print, Scan, Screen

CUSTODY = Screen(
    "inventory/custody", model="inventory.Custody", title=_("Goods of others"), one=_("Custody note"), icon="heart-handshake", order=37,
    view_permission=VIEW_DOCUMENTS, queryset=lambda user: scoped(Custody.objects.all(), user, warehouse="warehouse__code"),
    columns=["number", "business_date", "kind", "ownership", Column("partner__name", _("Belongs to")), Column("warehouse__name", _("Warehouse")), "delivery_note", "approval", MADE_BY, "remark"],
    filters=["approval", "business_date", "kind", "ownership", Filter("partner", _("Belongs to"), ref="masterdata/partners"), "warehouse", Filter("lines__item", _("Item"))],
    views=[*VIEWS, Preset("consigned", _("Consigned"), {"ownership": "consigned"}), Preset("customer", _("Customers' material"), {"ownership": "customer"})],
    search=["number", "remark", "delivery_note", "partner__name", "lines__item__code", "lines__item__name", "lines__lot_code"], ordering=["-id"],
    header=["kind", "ownership", Field("partner", _("Belongs to"), ref="masterdata/partners"), "warehouse", DATE, Field("delivery_note", required=False), Field("remark", required=False, span=2)],
    lines=LineGrid("lines", make=CustodyLineInput, fields=[*ITEM_FIELDS, Field("lot_code", required=False, help=_("Given back, empty: by the picking rules.")), *LOT_DATES, QUANTITY, UNIT, *SECOND, LINE_REMARK],
                   columns=[IN_BASE, "execution"], scan=Scan(lot="lot_code")),
    state="approval", second_state="execution", number="number", date="business_date", document_type="inventory.custody",
    create_verb="inventory.create_custody", edit_verb="inventory.edit_custody", editable=lambda custody: custody.is_editable,
    verbs=lifecycle_buttons(CUSTODIES, closable=False),
    prints=[Print("custody", _("Custody note"), signatures=[KEEPER, _("Owner of the goods")])],
    teach=_("Goods that a supplier leaves with us (consigned) or a customer gives us to work on. They stand apart from ours and carry no value; consigned goods become ours with “Take over” on a purchase order."),
)  # fmt: skip

SCREENS = [CUSTODY]
