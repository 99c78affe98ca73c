from django.db import models
from django.utils.translation import gettext_lazy as _

from gongfang.inventory.models.lines import StockLine
from gongfang.platform.bases import Document
from gongfang.platform.fields import QuantityField


class StockCount(Document):
    """A count of one location (盘点单). The book quantities are those of the moment it was opened; only differences are posted,
    so that goods may move meanwhile.
    """

    doc_type = "inventory.count"
    prefix = "PD"

    location = models.ForeignKey(
        "ledger.Location", on_delete=models.PROTECT, related_name="+", verbose_name=_("location")
    )
    is_blind = models.BooleanField(_("blind (book quantity hidden)"), default=False)

    class Meta:
        verbose_name = _("stock count")


class StockCountLine(StockLine):
    """One item (and lot) that was counted. quantity: by the books; counted: what was found, null until then."""

    document = models.ForeignKey(StockCount, on_delete=models.CASCADE, related_name="lines")
    counted = QuantityField(_("counted"), null=True, blank=True)

    class Meta(StockLine.Meta):
        verbose_name = _("count line")
        constraints = [models.UniqueConstraint(fields=["document", "item", "lot"], name="counted_once")]

    @property
    def difference(self):  # type: ignore[no-untyped-def]
        """Found less by the books; None until counted."""
        return None if self.counted is None else self.counted - self.quantity

    @property
    def book_shown(self):  # type: ignore[no-untyped-def]
        """The book quantity as a counter sees it: hidden in a blind count until it is approved."""
        return None if self.document.is_blind and self.document.is_editable else self.quantity
