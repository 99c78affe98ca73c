from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from gongfang.platform.bases import Document
from gongfang.platform.fields import MoneyField, PriceField, QuantityField
from gongfang.purchasing.models.orders import PurchaseOrder, PurchaseOrderLine


class OrderChange(Document):
    """A change to an approved order with before and after, approved by amount like the order itself. Approval carries it out.

    total_amount: of the order after the change, so that the same kind of condition chooses the flow; increase: after less before.
    """

    doc_type = "purchasing.order_change"
    prefix = "CB"

    order = models.ForeignKey(
        PurchaseOrder, on_delete=models.PROTECT, related_name="changes", verbose_name=_("purchase order")
    )
    reason = models.CharField(_("reason"), max_length=200)
    total_before = MoneyField(_("total before"), default=0, scope="cost")
    total_amount = MoneyField(_("total after"), default=0, scope="cost")
    increase = MoneyField(_("increase"), default=0, scope="cost")

    class Meta:
        verbose_name = _("order change")
        verbose_name_plural = _("order changes")
        ordering = ("-id",)


class OrderChangeLine(models.Model):
    """One order line before and after; quantities in the ordered unit. What is empty after stays as it was."""

    document = models.ForeignKey(OrderChange, on_delete=models.CASCADE, related_name="lines")
    line_no = models.PositiveIntegerField(_("line"))
    order_line = models.ForeignKey(
        PurchaseOrderLine, on_delete=models.PROTECT, related_name="changes", verbose_name=_("order line")
    )
    quantity_before = QuantityField(_("quantity before"))
    quantity = QuantityField(_("quantity after"), null=True, blank=True)
    price_before = PriceField(_("price before"), scope="cost")
    price = PriceField(_("price after"), null=True, blank=True, scope="cost")
    due_before = models.DateField(_("due before"))
    due_date = models.DateField(_("due after"), null=True, blank=True)

    class Meta:
        verbose_name = _("order change line")
        ordering = ("line_no",)
        constraints = [models.UniqueConstraint(fields=["document", "order_line"], name="order_change_line_once")]

    def __str__(self) -> str:
        return f"{self.document_id}.{self.line_no}"


class ContactKind(models.TextChoices):
    CALL = "call", _("Call")
    MAIL = "mail", _("Mail")
    MESSAGE = "message", _("Message")
    VISIT = "visit", _("Visit")


class Contact(models.Model):
    """One time somebody asked a supplier where an order line is, and what the supplier said."""

    order_line = models.ForeignKey(
        PurchaseOrderLine, on_delete=models.CASCADE, related_name="contacts", verbose_name=_("order line")
    )
    on = models.DateField(_("date"), db_index=True)
    kind = models.CharField(_("kind"), max_length=8, choices=ContactKind, default=ContactKind.CALL)
    note = models.CharField(_("what was said"), max_length=200, blank=True)
    promised_date = models.DateField(_("promised by supplier"), null=True, blank=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("made by")
    )

    class Meta:
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        ordering = ("-on", "-id")

    def __str__(self) -> str:
        return f"{self.on} {self.get_kind_display()}"
