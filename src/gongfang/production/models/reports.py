from django.db import models
from django.utils.translation import gettext_lazy as _

from gongfang.platform.bases import Document
from gongfang.platform.fields import MoneyField, PriceField, QuantityField, RatioField
from gongfang.production.models.orders import WorkOrder, WorkOrderOperation


class Report(Document):
    """What was made at one or many operations. Posted when it is made; taken back as a whole."""

    doc_type = "production.report"
    prefix = "BG"

    shift = models.CharField(_("shift"), max_length=20, blank=True)
    posting = models.ForeignKey("ledger.Posting", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("work report")
        verbose_name_plural = _("work reports")
        ordering = ["-id"]


class ReportLine(models.Model):
    """One operation in a report. minutes: elapsed; labour_minutes: of all people together. subcontractor: who did it outside and is
    owed the fee; nobody here has pieces, time or pay of it."""

    document = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="lines")
    line_no = models.PositiveIntegerField(_("line"))
    order = models.ForeignKey(
        WorkOrder, on_delete=models.PROTECT, related_name="report_lines", verbose_name=_("work order")
    )
    operation = models.ForeignKey(
        WorkOrderOperation, on_delete=models.PROTECT, related_name="report_lines", verbose_name=_("operation")
    )
    good = QuantityField(_("good"), default=0)
    scrap_material = QuantityField(_("scrap, material's fault"), default=0)
    scrap_worker = QuantityField(_("scrap, worker's fault"), default=0)
    rework = QuantityField(_("rework"), default=0)
    minutes = QuantityField(_("minutes"), default=0)
    labour_minutes = QuantityField(_("labour minutes"), default=0)
    machine = models.CharField(_("machine"), max_length=40, blank=True)
    subcontractor = models.ForeignKey(
        "masterdata.Partner", on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("subcontractor")
    )
    cause = models.CharField(_("cause"), max_length=100, blank=True)
    labour_value = MoneyField(_("labour cost"), default=0, scope="cost")
    machine_value = MoneyField(_("machine cost"), default=0, scope="cost")
    overhead_value = MoneyField(_("overhead cost"), default=0, scope="cost")
    subcontract_value = MoneyField(_("subcontract cost"), default=0, scope="cost")

    class Meta:
        verbose_name = _("report line")
        verbose_name_plural = _("report lines")
        ordering = ["line_no"]

    def __str__(self) -> str:
        return f"{self.document_id}.{self.line_no}"


class ReportPerson(models.Model):
    """Who did a reported operation, with the share of the pieces: what piecework pay is made of."""

    line = models.ForeignKey(ReportLine, on_delete=models.PROTECT, related_name="people")
    employee = models.ForeignKey(
        "people.Employee", on_delete=models.PROTECT, related_name="report_lines", verbose_name=_("employee")
    )
    share = RatioField(_("share"), default=1)
    minutes = QuantityField(_("minutes"), default=0)
    good = QuantityField(_("good pieces"), default=0)
    paid_quantity = QuantityField(_("pieces paid"), default=0)
    piece_rate = PriceField(_("piece rate"), default=0, scope="pay")
    pay = MoneyField(_("piece pay"), default=0, scope="pay")

    class Meta:
        verbose_name = _("person in a report")

    def __str__(self) -> str:
        return f"{self.line_id} {self.employee_id}"
