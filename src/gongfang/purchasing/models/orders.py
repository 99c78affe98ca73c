from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from gongfang.masterdata.queries import OverMode
from gongfang.platform.bases import Document, DocumentLine
from gongfang.platform.fields import MoneyField, PriceField, QuantityField, RatioField


class PurchaseOrder(Document):
    """What we ask a supplier to deliver, at which price and by when."""

    doc_type = "purchasing.order"
    prefix = "CG"

    supplier = models.ForeignKey(
        "masterdata.Partner", on_delete=models.PROTECT, related_name="purchase_orders", verbose_name=_("supplier")
    )
    buyer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("buyer"),
    )
    warehouse = models.ForeignKey(
        "masterdata.Warehouse",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("deliver to"),
    )
    currency = models.CharField(_("currency"), max_length=3, default="CNY")
    price_includes_tax = models.BooleanField(_("prices include tax"), default=True)
    payment_days = models.PositiveIntegerField(_("payment days"), default=30)
    due_date = models.DateField(_("delivery date"), null=True, blank=True)
    confirmed_on = models.DateField(_("confirmed by supplier on"), null=True, blank=True)
    supplier_reference = models.CharField(_("supplier's reference"), max_length=60, blank=True)
    revision = models.PositiveIntegerField(_("revision"), default=0)
    net_amount = MoneyField(_("net amount"), default=0, scope="cost")
    tax_amount = MoneyField(_("tax"), default=0, scope="cost")
    total_amount = MoneyField(_("total amount"), default=0, scope="cost")

    class Meta:
        verbose_name = _("purchase order")
        verbose_name_plural = _("purchase orders")
        ordering = ("-id",)


class PurchaseOrderLine(DocumentLine):
    """quantity is in base units, unit_quantity and price in the ordered unit. done = received − returned for replacement.

    net_price: before tax per base unit, for show; postings take their share of net_amount, so that they add up to it.
    over_receipt: share that may come in excess; null: the item's. under_receipt: share that may stay away and the line is done.
    invoiced: of its receipts and before them; on_way: what of it was invoiced before the goods and they have not come.
    """

    document = models.ForeignKey(PurchaseOrder, on_delete=models.CASCADE, related_name="lines")
    item = models.ForeignKey(
        "masterdata.Item", on_delete=models.PROTECT, related_name="purchase_lines", verbose_name=_("item")
    )
    unit = models.ForeignKey("masterdata.Unit", on_delete=models.PROTECT, related_name="+", verbose_name=_("unit"))
    unit_quantity = QuantityField(_("ordered"))
    price = PriceField(_("price"), default=0, scope="cost")
    discount = RatioField(_("discount"), default=0)
    tax_rate = RatioField(_("tax rate"), default=Decimal("0.13"))
    net_price = PriceField(_("price before tax"), default=0, scope="cost")
    net_amount = MoneyField(_("net amount"), default=0, scope="cost")
    tax_amount = MoneyField(_("tax"), default=0, scope="cost")
    total_amount = MoneyField(_("total amount"), default=0, scope="cost")
    due_date = models.DateField(_("delivery date"), db_index=True)
    promised_date = models.DateField(_("promised by supplier"), null=True, blank=True)
    over_receipt = RatioField(_("over-receipt tolerance"), null=True, blank=True)
    over_mode = models.CharField(_("beyond the tolerance"), max_length=8, choices=OverMode, blank=True)
    under_receipt = RatioField(_("under-receipt tolerance"), null=True, blank=True)
    received_quantity = QuantityField(_("received"), default=0)
    returned_quantity = QuantityField(_("returned"), default=0)
    invoiced_quantity = QuantityField(_("invoiced"), default=0)
    on_way_quantity = QuantityField(_("invoiced, not received"), default=0)
    need = models.CharField(_("needed for"), max_length=200, blank=True)

    class Meta(DocumentLine.Meta):
        verbose_name = _("purchase order line")
        indexes = [models.Index(fields=["item", "execution"], name="po_line_open")]
        constraints = [
            models.CheckConstraint(
                condition=Q(quantity__gt=0, unit_quantity__gt=0, price__gte=0), name="po_line_positive"
            ),
            models.CheckConstraint(
                condition=Q(received_quantity__gte=0, returned_quantity__gte=0, done_quantity__gte=0),
                name="po_line_executed",
            ),
            models.CheckConstraint(condition=Q(on_way_quantity__gte=0), name="po_line_on_way"),
            models.CheckConstraint(condition=Q(discount__gte=0, discount__lte=1), name="po_line_discount"),
            models.CheckConstraint(condition=Q(tax_rate__gte=0, tax_rate__lt=1), name="po_line_tax_rate"),
        ]

    def __str__(self) -> str:
        return f"{self.document_id}.{self.line_no}"

    @property
    def due(self):  # type: ignore[no-untyped-def]
        """When the goods are to be expected: the supplier's promise, else our date."""
        return self.promised_date or self.due_date


class Origin(models.TextChoices):
    HAND = "hand", _("By hand")
    MRP = "mrp", _("Material planning")
    REORDER = "reorder", _("Reorder point")
    WORK_ORDER = "work_order", _("Work order")


class Requisition(Document):
    """What somebody needs to be bought; the buyer makes orders of it."""

    doc_type = "purchasing.requisition"
    prefix = "QG"

    department = models.CharField(_("department"), max_length=60, blank=True)
    purpose = models.CharField(_("purpose"), max_length=200, blank=True)
    origin = models.CharField(_("origin"), max_length=12, choices=Origin, default=Origin.HAND)

    class Meta:
        verbose_name = _("requisition")
        verbose_name_plural = _("requisitions")
        ordering = ("-id",)


class RequisitionLine(DocumentLine):
    """quantity in base units; done: what was ordered of it."""

    document = models.ForeignKey(Requisition, on_delete=models.CASCADE, related_name="lines")
    item = models.ForeignKey("masterdata.Item", on_delete=models.PROTECT, related_name="+", verbose_name=_("item"))
    supplier = models.ForeignKey(
        "masterdata.Partner",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("suggested supplier"),
    )
    due_date = models.DateField(_("needed on"))
    warehouse = models.ForeignKey(
        "masterdata.Warehouse",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("deliver to"),
    )

    class Meta(DocumentLine.Meta):
        verbose_name = _("requisition line")
        constraints = [models.CheckConstraint(condition=Q(quantity__gt=0), name="requisition_line_positive")]

    def __str__(self) -> str:
        return f"{self.document_id}.{self.line_no}"
