"""Verbs of the master data, one file per noun."""

from gongfang.masterdata.services import settings as settings
from gongfang.masterdata.services.items import (
    USES,
    activate_item,
    block_item,
    change_category,
    change_item,
    change_unit,
    create_category,
    create_item,
    create_unit,
    retire_item,
    set_standard_costs,
)
from gongfang.masterdata.services.partners import block_partner, change_partner, create_partner, unblock_partner
from gongfang.masterdata.services.pinyin import initials
from gongfang.masterdata.services.prices import (
    change_customer_price,
    change_supplier_price,
    create_customer_price,
    create_supplier_price,
    delete_customer_price,
    delete_supplier_price,
)
from gongfang.masterdata.services.sites import (
    change_calendar,
    change_plant,
    change_warehouse,
    change_work_centre,
    create_calendar,
    create_plant,
    create_warehouse,
    create_work_centre,
)
from gongfang.masterdata.services.structure import (
    change_bom,
    change_routing,
    copy_bom,
    create_bom,
    create_routing,
    make_default_bom,
    replace_component,
)

__all__ = [
    "USES", "activate_item", "block_item", "block_partner", "change_bom", "change_calendar", "change_category", "change_customer_price", "change_item", "change_partner",
    "change_plant", "change_routing", "change_supplier_price", "change_unit", "change_warehouse", "change_work_centre", "copy_bom",
    "create_bom", "create_calendar", "create_category", "create_customer_price", "create_item", "create_partner", "create_plant",
    "create_routing", "create_supplier_price", "create_unit", "create_warehouse", "create_work_centre", "delete_customer_price",
    "delete_supplier_price", "initials", "make_default_bom", "replace_component", "retire_item", "set_standard_costs",
    "unblock_partner",
]  # fmt: skip
