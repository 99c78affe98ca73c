from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from gongfang.ledger.models.location import Location
from gongfang.platform.fields import QuantityField


class Package(models.Model):
    """A box or pallet with a code of its own. Its content is moved and shipped as one; a package may stand in another."""

    class Kind(models.TextChoices):
        BOX = "box", _("Box")
        PALLET = "pallet", _("Pallet")
        BIN = "bin", _("Container")

    code = models.CharField(_("package code"), max_length=60, unique=True)
    kind = models.CharField(_("package kind"), max_length=8, choices=Kind, default=Kind.BOX)
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="inner", verbose_name=_("stands in")
    )
    location = models.ForeignKey(
        Location, on_delete=models.PROTECT, related_name="packages", verbose_name=_("location")
    )
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = _("package")
        ordering = ("-id",)

    def __str__(self) -> str:
        return self.code


class PackageContent(models.Model):
    """What is in a package: never more than its location holds."""

    package = models.ForeignKey(Package, on_delete=models.CASCADE, related_name="contents")
    item = models.ForeignKey("masterdata.Item", on_delete=models.PROTECT, related_name="+", verbose_name=_("item"))
    lot = models.ForeignKey("ledger.Lot", on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("lot"))
    lot_key = models.BigIntegerField(default=0)
    quantity = QuantityField(_("quantity"))

    class Meta:
        verbose_name = _("package content")
        constraints = [
            models.UniqueConstraint(fields=["package", "item", "lot_key"], name="package_content_key"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="package_content_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.package_id} {self.item_id}"
