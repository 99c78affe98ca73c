from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from gongfang.platform.bases import Document, DocumentLine
from gongfang.platform.fields import MoneyField, PriceField, QuantityField, RatioField


class PurchaseInvoice(Document):
    """A supplier's invoice, matched line by line to what was received. Negative quantities make a red invoice.

    is_replacement: nobody sent it; goods that were invoiced went back and others came for them, so that what was invoiced is theirs now.
    """

    doc_type = "finance.purchase_invoice"
    prefix = "CF"

    supplier = models.ForeignKey(
        "masterdata.Partner", on_delete=models.PROTECT, related_name="+", verbose_name=_("supplier")
    )
    invoice_no = models.CharField(_("invoice number"), max_length=30)
    due_date = models.DateField(_("due date"), db_index=True)
    net_amount = MoneyField(_("net amount"), default=0, scope="cost")
    tax_amount = MoneyField(_("tax"), default=0, scope="cost")
    total_amount = MoneyField(_("total amount"), default=0, scope="cost")
    settled_amount = MoneyField(_("paid"), default=0, scope="cost")
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("differences accepted by")
    )  # fmt: skip
    accepted_reason = models.CharField(_("why the differences are accepted"), max_length=200, blank=True)
    is_replacement = models.BooleanField(_("replaced goods"), default=False)

    class Meta:
        verbose_name = _("purchase invoice")
        verbose_name_plural = _("purchase invoices")
        ordering = ("-id",)
        constraints = [
            models.UniqueConstraint(
                fields=["supplier", "invoice_no"], condition=~Q(approval="void"), name="purchase_invoice_no_once"
            )
        ]

    @property
    def open_amount(self) -> Decimal:
        return self.total_amount - self.settled_amount


class PurchaseInvoiceLine(DocumentLine):
    """Quantity and price as the supplier invoiced them, for one line of a receipt (or a return), the fee of a subcontract receipt, or a
    line of an order whose goods have not come. on_way_*: what of such a line has not come, and its part of net_amount; nought before the
    approval.
    """

    document = models.ForeignKey(PurchaseInvoice, on_delete=models.CASCADE, related_name="lines")
    receipt_line = models.ForeignKey(
        "purchasing.ReceiptLine",
        on_delete=models.PROTECT,
        null=True,
        related_name="invoice_lines",
        verbose_name=_("receipt line"),
    )
    fee_receipt = models.ForeignKey(
        "production.SubcontractReceipt",
        on_delete=models.PROTECT,
        null=True,
        related_name="invoice_lines",
        verbose_name=_("subcontract receipt"),
    )
    order_line = models.ForeignKey(
        "purchasing.PurchaseOrderLine", on_delete=models.PROTECT, null=True, related_name="invoice_lines", verbose_name=_("order line")
    )  # fmt: skip
    item = models.ForeignKey("masterdata.Item", on_delete=models.PROTECT, related_name="+", verbose_name=_("item"))
    price = PriceField(_("price before tax"), scope="cost")
    tax_rate = RatioField(_("tax rate"), default=0)
    net_amount = MoneyField(_("net amount"), scope="cost")
    tax_amount = MoneyField(_("tax"), scope="cost")
    total_amount = MoneyField(_("total amount"), scope="cost")
    on_way_quantity = QuantityField(_("not received"), default=0)
    on_way_amount = MoneyField(_("value not received"), default=0, scope="cost")
    estimate = MoneyField(_("booked at receipt"), default=0, scope="cost")
    estimate_reversed = MoneyField(_("of it reversed before"), default=0, scope="cost")

    class Meta(DocumentLine.Meta):
        verbose_name = _("invoice line")
        indexes = [models.Index(fields=["order_line"], name="invoice_line_on_way", condition=Q(on_way_quantity__gt=0))]
        constraints = [
            models.CheckConstraint(condition=Q(on_way_quantity__gte=0), name="invoice_line_on_way_positive"),
            models.CheckConstraint(
                condition=Q(order_line=None) | Q(receipt_line=None, fee_receipt=None), name="invoice_line_of_one_thing"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.document_id}.{self.line_no}"


class OnWayMatch(models.Model):
    """How much of an invoice line that came before its goods met which receipt line, or was credited by which line of a red invoice.

    net_amount: what leaves the goods on the way; estimate: what of the receipt's booked value it takes back (estimate_reversed: of it on
    220203). is_at_receipt: the goods came after the invoice and were booked at its price; their receipt's voucher says it. Else on: the day
    of the invoice's own voucher that says it.
    """

    invoice_line = models.ForeignKey(PurchaseInvoiceLine, on_delete=models.PROTECT, related_name="matches")
    receipt_line = models.ForeignKey(
        "purchasing.ReceiptLine", on_delete=models.PROTECT, null=True, related_name="on_way_matches"
    )
    red_line = models.ForeignKey(PurchaseInvoiceLine, on_delete=models.PROTECT, null=True, related_name="credits")
    on = models.DateField(_("date"))
    quantity = QuantityField(_("quantity"))
    net_amount = MoneyField(_("net amount"), scope="cost")
    estimate = MoneyField(_("booked at receipt"), default=0, scope="cost")
    estimate_reversed = MoneyField(_("of it reversed before"), default=0, scope="cost")
    is_at_receipt = models.BooleanField(_("goods came later"), default=False)

    class Meta:
        verbose_name = _("match of goods on the way")
        ordering = ("id",)
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gt=0), name="on_way_match_positive"),
            models.CheckConstraint(
                condition=Q(receipt_line=None, red_line__isnull=False) | Q(receipt_line__isnull=False, red_line=None),
                name="on_way_match_of_one_thing",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.invoice_line_id} {self.quantity}"


class SalesInvoice(Document):
    """What a customer is asked to pay for goods that were shipped."""

    doc_type = "finance.sales_invoice"
    prefix = "XF"

    customer = models.ForeignKey(
        "masterdata.Partner", on_delete=models.PROTECT, related_name="+", verbose_name=_("customer")
    )
    invoice_no = models.CharField(_("tax invoice number"), max_length=30, blank=True)
    due_date = models.DateField(_("due date"), db_index=True)
    net_amount = MoneyField(_("net amount"), default=0, scope="price")
    tax_amount = MoneyField(_("tax"), default=0, scope="price")
    total_amount = MoneyField(_("total amount"), default=0, scope="price")
    settled_amount = MoneyField(_("received"), default=0, scope="price")

    class Meta:
        verbose_name = _("sales invoice")
        verbose_name_plural = _("sales invoices")
        ordering = ("-id",)
        constraints = [
            models.UniqueConstraint(
                fields=["invoice_no"], condition=~Q(approval="void") & ~Q(invoice_no=""), name="sales_invoice_no_once"
            )
        ]

    @property
    def open_amount(self) -> Decimal:
        return self.total_amount - self.settled_amount


class SalesInvoiceLine(DocumentLine):
    document = models.ForeignKey(SalesInvoice, on_delete=models.CASCADE, related_name="lines")
    shipment_line = models.ForeignKey(
        "sales.ShipmentLine", on_delete=models.PROTECT, related_name="invoice_lines", verbose_name=_("shipment line")
    )
    item = models.ForeignKey("masterdata.Item", on_delete=models.PROTECT, related_name="+", verbose_name=_("item"))
    price = PriceField(_("price before tax"), scope="price")
    tax_rate = RatioField(_("tax rate"), default=0)
    net_amount = MoneyField(_("net amount"), scope="price")
    tax_amount = MoneyField(_("tax"), scope="price")
    total_amount = MoneyField(_("total amount"), scope="price")

    class Meta(DocumentLine.Meta):
        verbose_name = _("invoice line")

    def __str__(self) -> str:
        return f"{self.document_id}.{self.line_no}"
