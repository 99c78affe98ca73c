"""All tables of the master data, one file per noun."""

from gongfang.masterdata.models.bom import Bom, BomKind, BomLine, BomOutput, BomSubstitute, IssueMethod
from gongfang.masterdata.models.calendars import Calendar, CalendarException
from gongfang.masterdata.models.changes import EngineeringChange, EngineeringChangeLine, EngineeringChangeOperation
from gongfang.masterdata.models.items import (
    CostingMethod,
    Item,
    ItemBarcode,
    ItemCategory,
    ItemKind,
    ItemSource,
    ItemStatus,
    ItemUnit,
    LotRule,
    OverMode,
    PickingOrder,
    Tracking,
)
from gongfang.masterdata.models.partners import Partner, PartnerBank, PartnerStatus
from gongfang.masterdata.models.plants import ItemPlant
from gongfang.masterdata.models.prices import CustomerPrice, SupplierPrice
from gongfang.masterdata.models.routing import OperationInspection, Routing, RoutingAlternative, RoutingOperation
from gongfang.masterdata.models.sites import Plant, Warehouse, WarehouseKind
from gongfang.masterdata.models.units import Unit
from gongfang.masterdata.models.workcentres import SetupChange, WorkCentre, WorkCentreKind

__all__ = [
    "Bom", "BomKind", "BomLine", "BomOutput", "BomSubstitute", "Calendar", "CalendarException", "CostingMethod",
    "CustomerPrice", "EngineeringChange", "EngineeringChangeLine", "EngineeringChangeOperation", "IssueMethod", "Item", "ItemBarcode", "ItemCategory", "ItemKind", "ItemPlant",
    "ItemSource", "ItemStatus", "ItemUnit", "LotRule", "OperationInspection", "OverMode", "Partner", "PartnerBank", "PartnerStatus",
    "PickingOrder", "Plant", "Routing", "RoutingAlternative", "RoutingOperation", "SetupChange", "SupplierPrice", "Tracking", "Unit",
    "Warehouse", "WarehouseKind", "WorkCentre", "WorkCentreKind",
]  # fmt: skip
