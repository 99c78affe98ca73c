from decimal import Decimal

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from gongfang.platform.bases import Document, DocumentLine
from gongfang.platform.documents.excess import ExcessDocument
from gongfang.platform.fields import MoneyField, PriceField, QuantityField, RatioField
from gongfang.purchasing.models.orders import PurchaseOrderLine


class Arrival(ExcessDocument):
    """What a supplier's lorry brought, against one or many orders. Its approval receives the goods (a receipt is made)."""

    doc_type = "purchasing.arrival"
    prefix = "DH"

    supplier = models.ForeignKey(
        "masterdata.Partner", on_delete=models.PROTECT, related_name="+", verbose_name=_("supplier")
    )
    warehouse = models.ForeignKey(
        "masterdata.Warehouse", on_delete=models.PROTECT, related_name="+", verbose_name=_("warehouse")
    )
    delivery_note = models.CharField(_("delivery note"), max_length=60, blank=True)

    class Meta:
        verbose_name = _("arrival")
        verbose_name_plural = _("arrivals")
        ordering = ("-id",)


class IncomingLine(DocumentLine):
    """Goods of one order line and lot. A serial number is a line of one piece. second_quantity: null: by the item's factor."""

    item = models.ForeignKey("masterdata.Item", on_delete=models.PROTECT, related_name="+", verbose_name=_("item"))
    lot_code = models.CharField(_("lot / serial"), max_length=60, blank=True)
    made_on = models.DateField(_("made on"), null=True, blank=True)
    expires_on = models.DateField(_("expires on"), null=True, blank=True)
    is_inspected = models.BooleanField(_("to inspect"), default=False)
    second_quantity = QuantityField(_("second quantity"), null=True, blank=True)

    class Meta(DocumentLine.Meta):
        abstract = True

    def __str__(self) -> str:
        return f"{self.document_id}.{self.line_no}"  # type: ignore[attr-defined]


class ArrivalLine(IncomingLine):
    document = models.ForeignKey(Arrival, on_delete=models.CASCADE, related_name="lines")
    order_line = models.ForeignKey(
        PurchaseOrderLine, on_delete=models.PROTECT, related_name="arrival_lines", verbose_name=_("order line")
    )

    class Meta(IncomingLine.Meta):
        verbose_name = _("arrival line")
        constraints = [models.CheckConstraint(condition=Q(quantity__gt=0), name="arrival_line_positive")]


class Receipt(ExcessDocument):
    """Goods of a supplier taken into stock: into the store, or into the inspection place where the item is inspected.

    is_take_over: they stood with us already, consigned by the supplier, and become ours now. Execution tells how far it is invoiced.
    """

    doc_type = "purchasing.receipt"
    prefix = "RK"

    supplier = models.ForeignKey(
        "masterdata.Partner", on_delete=models.PROTECT, related_name="+", verbose_name=_("supplier")
    )
    warehouse = models.ForeignKey(
        "masterdata.Warehouse", on_delete=models.PROTECT, related_name="+", verbose_name=_("warehouse")
    )
    delivery_note = models.CharField(_("delivery note"), max_length=60, blank=True)
    is_take_over = models.BooleanField(_("taken over from consignment"), default=False)
    net_amount = MoneyField(_("net amount"), default=0, scope="cost")
    tax_amount = MoneyField(_("tax"), default=0, scope="cost")
    total_amount = MoneyField(_("total amount"), default=0, scope="cost")

    class Meta:
        verbose_name = _("purchase receipt")
        verbose_name_plural = _("purchase receipts")
        ordering = ("-id",)


class ReceiptLine(IncomingLine):
    """net_amount: what was posted, the order line's share. invoiced_quantity: equals done_quantity, kept by finance.

    returned_*: what went back to the supplier of it, and the value it went at. on_way_quantity: what was invoiced before it came.
    """

    document = models.ForeignKey(Receipt, on_delete=models.CASCADE, related_name="lines")
    order_line = models.ForeignKey(
        PurchaseOrderLine, on_delete=models.PROTECT, related_name="receipt_lines", verbose_name=_("order line")
    )
    lot = models.ForeignKey(
        "ledger.Lot", on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("lot")
    )
    price = PriceField(_("price before tax"), default=0, scope="cost")
    tax_rate = RatioField(_("tax rate"), default=Decimal("0.13"))
    net_amount = MoneyField(_("net amount"), default=0, scope="cost")
    tax_amount = MoneyField(_("tax"), default=0, scope="cost")
    total_amount = MoneyField(_("total amount"), default=0, scope="cost")
    returned_quantity = QuantityField(_("returned"), default=0)
    returned_amount = MoneyField(_("value returned"), default=0, scope="cost")
    on_way_quantity = QuantityField(_("invoiced before it came"), default=0)

    class Meta(IncomingLine.Meta):
        verbose_name = _("receipt line")
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gt=0), name="receipt_line_positive"),
            models.CheckConstraint(
                condition=Q(returned_quantity__gte=0, returned_quantity__lte=F("quantity")),
                name="receipt_line_returned",
            ),
        ]

    @property
    def invoiced_quantity(self) -> Decimal:
        return self.done_quantity


class Handling(models.TextChoices):
    CREDIT = "credit", _("Refund")
    REPLACE = "replace", _("Replacement")


class Place(models.TextChoices):
    STORE = "store", _("Store")
    INSPECTION = "inspection", _("Inspection place")
    BLOCKED = "blocked", _("Blocked place")


class PurchaseReturn(Document):
    """Goods that go back to the supplier, at the value they came in with. A replacement opens the order line again."""

    doc_type = "purchasing.return"
    prefix = "CT"

    supplier = models.ForeignKey(
        "masterdata.Partner", on_delete=models.PROTECT, related_name="+", verbose_name=_("supplier")
    )
    warehouse = models.ForeignKey(
        "masterdata.Warehouse", on_delete=models.PROTECT, related_name="+", verbose_name=_("warehouse")
    )
    handling = models.CharField(_("handling"), max_length=10, choices=Handling, default=Handling.CREDIT)
    reason = models.CharField(_("reason"), max_length=200)
    net_amount = MoneyField(_("net amount"), default=0, scope="cost")
    tax_amount = MoneyField(_("tax"), default=0, scope="cost")
    total_amount = MoneyField(_("total amount"), default=0, scope="cost")

    class Meta:
        verbose_name = _("purchase return")
        verbose_name_plural = _("purchase returns")
        ordering = ("-id",)


class PurchaseReturnLine(DocumentLine):
    document = models.ForeignKey(PurchaseReturn, on_delete=models.CASCADE, related_name="lines")
    receipt_line = models.ForeignKey(
        ReceiptLine, on_delete=models.PROTECT, related_name="return_lines", verbose_name=_("receipt line")
    )
    item = models.ForeignKey("masterdata.Item", on_delete=models.PROTECT, related_name="+", verbose_name=_("item"))
    lot = models.ForeignKey(
        "ledger.Lot", on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("lot")
    )
    place = models.CharField(_("taken from"), max_length=12, choices=Place, default=Place.STORE)
    net_amount = MoneyField(_("net amount"), default=0, scope="cost")
    tax_amount = MoneyField(_("tax"), default=0, scope="cost")
    total_amount = MoneyField(_("total amount"), default=0, scope="cost")

    class Meta(DocumentLine.Meta):
        verbose_name = _("purchase return line")
        constraints = [models.CheckConstraint(condition=Q(quantity__gt=0), name="purchase_return_line_positive")]

    def __str__(self) -> str:
        return f"{self.document_id}.{self.line_no}"
