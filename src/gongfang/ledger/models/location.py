from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

STEP = " / "
"""Between the codes of a path: it sorts before what codes are made of, so that what stands in a place comes right after it."""


class Location(models.Model):
    """A place goods can be, or come from and go to. Its kind is the status of the stock in it.

    ownership: whose goods stand there. Others' goods have a place of their own beside ours and carry no value; partner is the
    owner then.

    Physical kinds have balances, which never go below zero unless the location allows it. area: whose value pool the goods
    belong to ("stock", "subcontract"); goods in a location without one carry no value. account_role: where the value comes
    from or goes to when goods cross from this location into a valued one or back.
    """

    class Kind(models.TextChoices):
        STORE = "store", _("Available")
        INSPECTION = "inspection", _("To inspect")
        BLOCKED = "blocked", _("Blocked")
        TRANSIT = "transit", _("In transit")
        LINE = "line", _("Line side")
        SUBCONTRACTOR = "subcontractor", _("At subcontractor")
        AT_CUSTOMER = "at_customer", _("At customer")
        SUPPLIER = "supplier", _("Supplier")
        CUSTOMER = "customer", _("Customer")
        PRODUCTION = "production", _("Production")
        SCRAP = "scrap", _("Scrap")
        COUNT = "count", _("Count difference")
        ADJUST = "adjust", _("Value adjustment")
        OPENING = "opening", _("Opening")

    class Area(models.TextChoices):
        STOCK = "stock", _("Own stock")
        SUBCONTRACT = "subcontract", _("At subcontractors")
        NONE = "", _("Not valued")

    class Ownership(models.TextChoices):
        OWN = "own", _("Our own")
        CONSIGNED = "consigned", _("Consigned by supplier")
        CUSTOMER = "customer", _("Customer's material")

    code = models.CharField(_("location code"), max_length=60, unique=True)
    name = models.CharField(_("location name"), max_length=120)
    warehouse = models.ForeignKey(
        "masterdata.Warehouse",
        on_delete=models.PROTECT,
        null=True,
        related_name="locations",
        verbose_name=_("warehouse"),
    )
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, related_name="children", verbose_name=_("stands in")
    )
    path = models.CharField(_("path"), max_length=400, blank=True, db_index=True)
    """Codes from the warehouse's main place down to this one, step by step: the order of the tree. Kept by the services."""
    kind = models.CharField(_("stock status"), max_length=16, choices=Kind, db_index=True)
    partner = models.ForeignKey(
        "masterdata.Partner", on_delete=models.PROTECT, null=True, related_name="locations", verbose_name=_("partner")
    )
    area = models.CharField(_("value pool"), max_length=16, choices=Area, default=Area.NONE, blank=True)
    ownership = models.CharField(_("ownership"), max_length=10, choices=Ownership, default=Ownership.OWN)
    account_role = models.CharField(_("account role"), max_length=40, blank=True)
    allow_negative = models.BooleanField(_("may go below zero"), default=False)
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("location")
        ordering = ("code",)
        constraints = [
            models.CheckConstraint(condition=Q(ownership="own") | Q(area=""), name="others_goods_carry_no_value"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def depth(self) -> int:
        """0 for a main place, 1 for what stands in it, and so on."""
        return self.path.count(STEP)

    @property
    def beneath(self) -> str:
        """What the paths of all that stands in it begin with."""
        return f"{self.path}{STEP}"

    def path_of(self, code: str) -> str:
        """The path of a place of that code in this one."""
        return f"{self.path}{STEP}{code}"

    @property
    def is_physical(self) -> bool:
        return self.kind in PHYSICAL


PHYSICAL = frozenset({"store", "inspection", "blocked", "transit", "line", "subcontractor", "at_customer"})
