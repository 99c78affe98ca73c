from decimal import Decimal

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from gongfang.platform.bases import Document, DocumentLine
from gongfang.platform.documents.excess import ExcessDocument
from gongfang.platform.fields import MoneyField, PriceField, QuantityField, RatioField
from gongfang.sales.models.orders import SalesOrderLine


class Shipment(ExcessDocument):
    """Goods that leave for a customer, of one or several of his orders. Execution tells how far it is invoiced."""

    doc_type = "sales.shipment"
    prefix = "CK"

    customer = models.ForeignKey(
        "masterdata.Partner", on_delete=models.PROTECT, related_name="+", verbose_name=_("customer")
    )
    warehouse = models.ForeignKey(
        "masterdata.Warehouse", on_delete=models.PROTECT, related_name="+", verbose_name=_("warehouse")
    )
    carrier = models.CharField(_("carrier"), max_length=80, blank=True)
    waybill = models.CharField(_("waybill"), max_length=60, blank=True)
    delivery_address = models.CharField(_("delivery address"), max_length=200, blank=True)
    net_amount = MoneyField(_("net amount"), default=0, scope="price")
    tax_amount = MoneyField(_("tax"), default=0, scope="price")
    total_amount = MoneyField(_("total amount"), default=0, scope="price")
    cost_amount = MoneyField(_("cost"), default=0, scope="cost")

    class Meta:
        verbose_name = _("shipment")
        verbose_name_plural = _("shipments")
        ordering = ("-id",)


class ShipmentLine(DocumentLine):
    """Goods of one order line and lot. done: what was invoiced of it, kept by finance. cost_amount: what the ledger says
    it cost, kept up by `handlers`."""

    document = models.ForeignKey(Shipment, on_delete=models.CASCADE, related_name="lines")
    order_line = models.ForeignKey(
        SalesOrderLine, on_delete=models.PROTECT, related_name="shipment_lines", verbose_name=_("order line")
    )
    item = models.ForeignKey("masterdata.Item", on_delete=models.PROTECT, related_name="+", verbose_name=_("item"))
    lot = models.ForeignKey(
        "ledger.Lot", on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("lot")
    )
    price = PriceField(_("price before tax"), default=0, scope="price")
    tax_rate = RatioField(_("tax rate"), default=Decimal("0.13"))
    net_amount = MoneyField(_("net amount"), default=0, scope="price")
    tax_amount = MoneyField(_("tax"), default=0, scope="price")
    total_amount = MoneyField(_("total amount"), default=0, scope="price")
    cost_amount = MoneyField(_("cost"), default=0, scope="cost")
    second_quantity = QuantityField(_("second quantity"), null=True, blank=True)
    returned_quantity = QuantityField(_("returned"), default=0)
    returned_cost = MoneyField(_("cost returned"), default=0, scope="cost")

    class Meta(DocumentLine.Meta):
        verbose_name = _("shipment line")
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gt=0), name="shipment_line_positive"),
            models.CheckConstraint(
                condition=Q(returned_quantity__gte=0, returned_quantity__lte=F("quantity")),
                name="shipment_line_returned",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.document_id}.{self.line_no}"

    @property
    def invoiced_quantity(self) -> Decimal:
        return self.done_quantity


class ReturnHandling(models.TextChoices):
    CREDIT = "credit", _("Refund")
    REPLACE = "replace", _("Replacement")


class ReturnPlace(models.TextChoices):
    INSPECTION = "inspection", _("Inspection place")
    STORE = "store", _("Store")
    BLOCKED = "blocked", _("Blocked place")


class SalesReturn(Document):
    """Goods that a customer sends back, taken in at the cost they left with. A replacement opens the order line again."""

    doc_type = "sales.return"
    prefix = "XT"

    customer = models.ForeignKey(
        "masterdata.Partner", on_delete=models.PROTECT, related_name="+", verbose_name=_("customer")
    )
    warehouse = models.ForeignKey(
        "masterdata.Warehouse", on_delete=models.PROTECT, related_name="+", verbose_name=_("warehouse")
    )
    place = models.CharField(_("put into"), max_length=12, choices=ReturnPlace, default=ReturnPlace.INSPECTION)
    handling = models.CharField(_("handling"), max_length=10, choices=ReturnHandling, default=ReturnHandling.CREDIT)
    reason = models.CharField(_("reason"), max_length=200)
    net_amount = MoneyField(_("net amount"), default=0, scope="price")
    tax_amount = MoneyField(_("tax"), default=0, scope="price")
    total_amount = MoneyField(_("total amount"), default=0, scope="price")
    cost_amount = MoneyField(_("cost"), default=0, scope="cost")

    class Meta:
        verbose_name = _("sales return")
        verbose_name_plural = _("sales returns")
        ordering = ("-id",)


class SalesReturnLine(DocumentLine):
    document = models.ForeignKey(SalesReturn, on_delete=models.CASCADE, related_name="lines")
    shipment_line = models.ForeignKey(
        ShipmentLine, on_delete=models.PROTECT, related_name="return_lines", verbose_name=_("shipment line")
    )
    item = models.ForeignKey("masterdata.Item", on_delete=models.PROTECT, related_name="+", verbose_name=_("item"))
    lot = models.ForeignKey(
        "ledger.Lot", on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("lot")
    )
    location = models.ForeignKey(
        "ledger.Location", on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("location")
    )
    net_amount = MoneyField(_("net amount"), default=0, scope="price")
    tax_amount = MoneyField(_("tax"), default=0, scope="price")
    total_amount = MoneyField(_("total amount"), default=0, scope="price")
    cost_amount = MoneyField(_("cost"), default=0, scope="cost")

    class Meta(DocumentLine.Meta):
        verbose_name = _("sales return line")
        constraints = [models.CheckConstraint(condition=Q(quantity__gt=0), name="sales_return_line_positive")]

    def __str__(self) -> str:
        return f"{self.document_id}.{self.line_no}"
