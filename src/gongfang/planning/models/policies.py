from django.db import models
from django.utils.translation import gettext_lazy as _

from gongfang.platform.fields import MoneyField, PriceField, QuantityField, RatioField


class PolicyProposal(models.Model):
    """Safety stock, reorder point and lot size that an item's own use and lead time ask for, with what it does to cash.

    cash: stock value freed by taking it (negative: tied up). Quantities per week in base units. lead_deviation: of observed lead times,
    in weeks. lot_price: of a unit at the proposed lot, price breaks weighed. fill_rate: what the levels give.
    """

    class Method(models.TextChoices):
        SERVICE = "service", _("Service level")
        COST = "cost", _("Reorder point and lot of least cost (r, Q)")
        PERIODIC = "periodic", _("Weekly review up to a level (s, S)")
        NEWSVENDOR = "newsvendor", _("Once for one period (newsvendor)")

    class State(models.TextChoices):
        OPEN = "open", _("Proposed")
        ACCEPTED = "accepted", _("Accepted")

    item = models.OneToOneField("masterdata.Item", on_delete=models.CASCADE, related_name="+", verbose_name=_("item"))
    abc = models.CharField(_("ABC"), max_length=1)
    xyz = models.CharField(_("XYZ"), max_length=1)
    mean = QuantityField(_("use per week"))
    deviation = QuantityField(_("standard deviation"))
    service = RatioField(_("service level"))
    safety_stock = QuantityField(_("safety stock"))
    reorder_point = QuantityField(_("reorder point"))
    maximum = QuantityField(_("order up to"))
    lot = QuantityField(_("lot quantity"))
    method = models.CharField(_("method"), max_length=12, choices=Method, default=Method.SERVICE)
    fill_rate = RatioField(_("fill rate"), default=0)
    lead_deviation = QuantityField(_("deviation of lead time (weeks)"), default=0)
    lot_price = PriceField(_("price at that lot"), default=0, scope="cost")
    yearly_cost = MoneyField(_("ordering and holding a year"), default=0, scope="cost")
    stock_now = QuantityField(_("stock now"), default=0)
    cash = MoneyField(_("cash freed"), null=True, scope="cost")
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.OPEN, db_index=True)
    computed_at = models.DateTimeField(_("computed at"), auto_now_add=True)

    class Meta:
        verbose_name = _("stock policy proposal")
        verbose_name_plural = _("stock policy proposals")
        ordering = ("item__code",)

    def __str__(self) -> str:
        return str(self.item)
