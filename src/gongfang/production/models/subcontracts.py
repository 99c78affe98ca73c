from decimal import Decimal

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from gongfang.platform.bases import Document, DocumentLine
from gongfang.platform.fields import MoneyField, PriceField, QuantityField, RatioField
from gongfang.production.models.issues import Issue, MaterialLine
from gongfang.production.models.orders import WorkOrder, WorkOrderMaterial, WorkOrderOperation
from gongfang.production.models.receipts import OutputReceipt
from gongfang.production.models.reports import Report
from gongfang.production.rules import Given


class SubcontractOrder(Document):
    """Work on an order that somebody else does: one operation, or (is_whole) all of it. Prices per good piece, before tax.

    sent_quantity: pieces sent net of those returned unworked (0 where only material is sent); returned_quantity: all that ever came back
    unworked. loss_tolerance: share of material that may be lost. fee_value: fees booked so far, less what was charged to the
    subcontractor.
    """

    doc_type = "production.subcontract_order"
    prefix = "WW"
    lines_name = "materials"

    partner = models.ForeignKey(
        "masterdata.Partner", on_delete=models.PROTECT, related_name="+", verbose_name=_("subcontractor")
    )
    order = models.ForeignKey(
        WorkOrder, on_delete=models.PROTECT, related_name="subcontracts", verbose_name=_("work order")
    )
    operation = models.ForeignKey(
        WorkOrderOperation, on_delete=models.PROTECT, related_name="subcontracts", verbose_name=_("operation")
    )
    is_whole = models.BooleanField(_("whole order"), default=False)
    quantity = QuantityField(_("quantity"))
    price = PriceField(_("fee per piece"), default=0, scope="cost")
    tax_rate = RatioField(_("tax rate"), default=0)
    due = models.DateField(_("due"), db_index=True)
    loss_tolerance = RatioField(_("loss tolerance"), default=0)
    sent_quantity = QuantityField(_("pieces sent"), default=0)
    returned_quantity = QuantityField(_("pieces returned unworked"), default=0)
    received_quantity = QuantityField(_("good pieces received"), default=0)
    lost_quantity = QuantityField(_("pieces lost"), default=0)
    fee_value = MoneyField(_("processing fee"), default=0, scope="cost")

    class Meta:
        verbose_name = _("subcontract order")
        verbose_name_plural = _("subcontract orders")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gt=0), name="subcontract_quantity_positive"),
            models.CheckConstraint(
                condition=Q(sent_quantity__gte=0, received_quantity__gte=0, lost_quantity__gte=0), name="subcontract_counts"
            ),
            models.CheckConstraint(condition=Q(returned_quantity__gte=0), name="subcontract_returned"),
        ]  # fmt: skip

    @property
    def worked_quantity(self) -> Decimal:
        return self.received_quantity + self.lost_quantity

    @property
    def given(self) -> Given:
        """Its pieces as the rules see them."""
        counts = (self.sent_quantity, self.returned_quantity, self.received_quantity, self.lost_quantity)
        return Given(self.quantity, *counts, is_live=self.approval == "approved")

    @property
    def claimed_quantity(self) -> Decimal:
        """What the subcontractor is to do, or has done: as ordered, less what came back unworked and was not sent again."""
        return self.given.claimed

    @property
    def away_quantity(self) -> Decimal:
        return self.given.away

    @property
    def unworked_quantity(self) -> Decimal:
        """What came back unworked and is off this order."""
        return self.given.unworked


class SubcontractMaterial(DocumentLine):
    """A component at the subcontractor's, reckoned (核销): sent − returned − used (`done_quantity`) is still there."""

    document = models.ForeignKey(
        SubcontractOrder, on_delete=models.CASCADE, related_name="materials", verbose_name=_("subcontract order")
    )
    material = models.ForeignKey(
        WorkOrderMaterial, on_delete=models.PROTECT, related_name="outside", verbose_name=_("component of the order")
    )
    item = models.ForeignKey("masterdata.Item", on_delete=models.PROTECT, related_name="+", verbose_name=_("component"))
    sent_quantity = QuantityField(_("sent"), default=0)
    returned_quantity = QuantityField(_("returned"), default=0)

    class Meta(DocumentLine.Meta):
        verbose_name = _("material at a subcontractor")
        verbose_name_plural = _("materials at subcontractors")
        constraints = [models.UniqueConstraint(fields=["document", "material"], name="subcontract_material_once")]

    def __str__(self) -> str:
        return f"{self.line_no} {self.item}"

    @property
    def left(self) -> Decimal:
        """What is still at the subcontractor's."""
        return self.sent_quantity - self.returned_quantity - self.done_quantity


class TransferKind(models.TextChoices):
    SEND = "send", _("Sent out")
    RETURN = "return", _("Returned unused")


class SubcontractTransfer(Document):
    """Material and pieces sent to a subcontractor, or sent back unused. Posted when it is made; taken back as a whole."""

    doc_type = "production.subcontract_transfer"
    prefix = "WF"

    subcontract = models.ForeignKey(
        SubcontractOrder, on_delete=models.PROTECT, related_name="transfers", verbose_name=_("subcontract order")
    )
    kind = models.CharField(_("kind"), max_length=8, choices=TransferKind, default=TransferKind.SEND)
    pieces = QuantityField(_("pieces"), default=0)
    posting = models.ForeignKey("ledger.Posting", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("subcontract delivery")
        verbose_name_plural = _("subcontract deliveries")
        ordering = ["-id"]


class SubcontractTransferLine(MaterialLine):
    document = models.ForeignKey(SubcontractTransfer, on_delete=models.PROTECT, related_name="lines")
    row = models.ForeignKey(SubcontractMaterial, on_delete=models.PROTECT, related_name="transfer_lines")

    class Meta:
        verbose_name = _("line of a subcontract delivery")
        ordering = ["line_no"]

    def __str__(self) -> str:
        return f"{self.document_id}.{self.line_no}"


class SubcontractReceipt(Document):
    """What came back worked: good and lost pieces, the fee, the material it took. It makes the report, the issue of the material
    from the subcontractor's place and, after the last operation, the receipt into stock; all are taken back with it.

    fee: for the good pieces; deduction: charged to the subcontractor for losses; invoiced: net amount invoiced so far.
    """

    doc_type = "production.subcontract_receipt"
    prefix = "WS"

    subcontract = models.ForeignKey(
        SubcontractOrder, on_delete=models.PROTECT, related_name="receipts", verbose_name=_("subcontract order")
    )
    good = QuantityField(_("good"), default=0)
    scrap = QuantityField(_("lost or scrap"), default=0)
    fee = MoneyField(_("processing fee"), default=0, scope="cost")
    deduction = MoneyField(_("charged for losses"), default=0, scope="cost")
    invoiced = MoneyField(_("invoiced"), default=0, scope="cost")
    report = models.ForeignKey(
        Report, on_delete=models.PROTECT, null=True, related_name="subcontract_receipts", verbose_name=_("work report")
    )
    issue = models.ForeignKey(
        Issue, on_delete=models.PROTECT, null=True, related_name="subcontract_receipts", verbose_name=_("material issue")
    )  # fmt: skip
    output = models.ForeignKey(
        OutputReceipt, on_delete=models.PROTECT, null=True, related_name="subcontract_receipts",
        verbose_name=_("production receipt"),
    )  # fmt: skip

    class Meta:
        verbose_name = _("subcontract receipt")
        verbose_name_plural = _("subcontract receipts")
        ordering = ["-id"]

    @property
    def net(self) -> Decimal:
        """What the subcontractor may invoice, before tax."""
        return self.fee - self.deduction


class SubcontractUse(models.Model):
    """What the pieces of one receipt took of a component at the subcontractor's, as entered or by the standard. lot: named, else the
    earliest sent."""

    document = models.ForeignKey(SubcontractReceipt, on_delete=models.PROTECT, related_name="lines")
    line_no = models.PositiveIntegerField(_("line"))
    row = models.ForeignKey(SubcontractMaterial, on_delete=models.PROTECT, related_name="uses")
    item = models.ForeignKey("masterdata.Item", on_delete=models.PROTECT, related_name="+", verbose_name=_("component"))
    lot = models.ForeignKey(
        "ledger.Lot", on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("lot")
    )
    quantity = QuantityField(_("really used"))
    standard = QuantityField(_("should have taken"), default=0)

    class Meta:
        verbose_name = _("material used at a subcontractor")
        verbose_name_plural = _("materials used at subcontractors")
        ordering = ["line_no"]

    def __str__(self) -> str:
        return f"{self.document_id}.{self.line_no}"

    @property
    def loss(self) -> Decimal:
        """More (or, negative, less) than the pieces should have taken."""
        return self.quantity - self.standard
