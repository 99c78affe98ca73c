from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from gongfang.platform.bases import DocumentLine


class StockLine(DocumentLine):
    """A line that names goods in stock. lot left empty on goods kept by lot: first expired, first out."""

    item = models.ForeignKey("masterdata.Item", on_delete=models.PROTECT, related_name="+", verbose_name=_("item"))
    lot = models.ForeignKey(
        "ledger.Lot", on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("lot / serial")
    )

    class Meta:
        abstract = True
        ordering: ClassVar[list[str]] = ["line_no"]
