"""Who may supply what, on what papers, who is blocked and why, and what suppliers are asked to mend."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from gongfang.platform.bases import Document, Record
from gongfang.platform.fields import QuantityField


class Qualification(models.TextChoices):
    APPROVED = "approved", _("Approved")
    TRIAL = "trial", _("On trial")
    SUSPENDED = "suspended", _("Suspended")


class ApprovedSupplier(Record):
    """A line of the approved supplier list: this supplier for this item. An item with no line may be bought anywhere."""

    supplier = models.ForeignKey(
        "masterdata.Partner", on_delete=models.PROTECT, related_name="qualifications", verbose_name=_("supplier")
    )
    item = models.ForeignKey(
        "masterdata.Item", on_delete=models.PROTECT, related_name="approved_suppliers", verbose_name=_("item")
    )
    status = models.CharField(_("qualification"), max_length=10, choices=Qualification, default=Qualification.APPROVED)
    valid_to = models.DateField(_("valid to"), null=True, blank=True)
    remark = models.CharField(_("remark"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("approved supplier")
        verbose_name_plural = _("approved suppliers")
        ordering = ["item", "supplier"]
        constraints = [models.UniqueConstraint(fields=["supplier", "item"], name="approved_supplier_once")]

    def __str__(self) -> str:
        return f"{self.supplier} {self.item}"


class Certificate(Record):
    """A paper of a supplier. is_needed: without a valid one nothing is ordered, where the company says so."""

    supplier = models.ForeignKey(
        "masterdata.Partner", on_delete=models.PROTECT, related_name="certificates", verbose_name=_("supplier")
    )
    title = models.CharField(_("certificate"), max_length=80)
    reference = models.CharField(_("certificate number"), max_length=60, blank=True)
    issued_on = models.DateField(_("issued on"), null=True, blank=True)
    expires_on = models.DateField(_("expires on"), db_index=True)
    is_needed = models.BooleanField(_("needed to order"), default=False)
    is_replaced = models.BooleanField(_("replaced by a newer one"), default=False)
    remark = models.CharField(_("remark"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("supplier certificate")
        verbose_name_plural = _("supplier certificates")
        ordering = ["expires_on"]

    def __str__(self) -> str:
        return f"{self.supplier} {self.title}"


class SupplierBlock(Record):
    """Nothing is ordered from this supplier, and why; lifted_on ends it. At most one stands at a time."""

    supplier = models.ForeignKey(
        "masterdata.Partner", on_delete=models.PROTECT, related_name="blocks", verbose_name=_("supplier")
    )
    since = models.DateField(_("since"))
    reason = models.CharField(_("reason"), max_length=200)
    lifted_on = models.DateField(_("lifted on"), null=True, blank=True)
    lifted_reason = models.CharField(_("why it was lifted"), max_length=200, blank=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("made by")
    )

    class Meta:
        verbose_name = _("supplier block")
        verbose_name_plural = _("supplier blocks")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["supplier"], condition=Q(lifted_on__isnull=True), name="supplier_blocked_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.supplier} {self.since}"


class CorrectiveRequest(Document):
    """A supplier is asked to say why something was bad and what is done about it (8D in short). Execution: open, answered, effective.

    Approval sends it out.
    """

    doc_type = "purchasing.corrective"
    prefix = "JZ"
    lines_name = ""

    supplier = models.ForeignKey(
        "masterdata.Partner", on_delete=models.PROTECT, related_name="corrective_requests", verbose_name=_("supplier")
    )
    item = models.ForeignKey(
        "masterdata.Item", on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("item")
    )
    quantity = QuantityField(_("quantity affected"), null=True, blank=True)
    reference = models.CharField(_("from document"), max_length=60, blank=True)
    problem = models.CharField(_("what was wrong"), max_length=500)
    due_date = models.DateField(_("answer until"), db_index=True)
    containment = models.CharField(_("containment (D3)"), max_length=500, blank=True)
    root_cause = models.CharField(_("root cause (D4)"), max_length=500, blank=True)
    action = models.CharField(_("corrective action (D5/D6)"), max_length=500, blank=True)
    prevention = models.CharField(_("prevention (D7)"), max_length=500, blank=True)
    answered_on = models.DateField(_("answered on"), null=True, blank=True)
    verified_on = models.DateField(_("verified on"), null=True, blank=True)
    is_effective = models.BooleanField(_("effective"), null=True, blank=True)

    class Meta:
        verbose_name = _("corrective request")
        verbose_name_plural = _("corrective requests")
        ordering = ("-id",)
