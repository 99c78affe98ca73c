"""Named reads of the master data for screens and neighbours."""

from gongfang.masterdata.queries.calendars import as_working, working_calendar, working_calendars
from gongfang.masterdata.queries.items import (
    Tolerances,
    factors,
    inspects_arrival,
    item_by_code,
    item_of_barcode,
    item_search,
    items_by_codes,
    items_by_ids,
    search_items,
    to_base,
    tolerances,
)
from gongfang.masterdata.queries.partners import (
    customers,
    first_plant,
    partner_by_code,
    partner_search,
    partners_by_codes,
    search_partners,
    subcontractors,
    suppliers,
    units_by_codes,
    warehouses_by_codes,
)
from gongfang.masterdata.queries.permissions import (
    VIEW_CUSTOMER_PRICES,
    VIEW_ITEMS,
    VIEW_PARTNERS,
    VIEW_SITES,
    VIEW_STRUCTURE,
    VIEW_SUPPLIER_PRICES,
)
from gongfang.masterdata.queries.planning import plannable_items, planned_suppliers
from gongfang.masterdata.queries.prices import (
    best_supplier_price,
    customer_price,
    customer_prices,
    supplier_price,
    supplier_prices,
)
from gongfang.masterdata.queries.structure import (
    default_bom,
    default_boms,
    default_routing,
    default_routings,
    explode,
    issue_list,
    issue_lists,
    structure_below,
    tops_of,
    uses_of,
    where_used,
    whole_structure,
)

__all__ = [
    "VIEW_CUSTOMER_PRICES", "VIEW_ITEMS", "VIEW_PARTNERS", "VIEW_SITES", "VIEW_STRUCTURE", "VIEW_SUPPLIER_PRICES", "Tolerances",
    "as_working", "best_supplier_price", "customer_price", "customer_prices", "customers", "default_bom", "default_boms",
    "default_routing", "default_routings", "explode", "factors", "first_plant", "inspects_arrival", "issue_list", "issue_lists",
    "item_by_code", "item_of_barcode", "item_search", "items_by_codes", "items_by_ids", "plannable_items", "planned_suppliers", "partner_by_code", "partner_search",
    "partners_by_codes", "search_items", "search_partners", "structure_below", "subcontractors", "supplier_price", "supplier_prices",
    "suppliers", "to_base", "tolerances", "tops_of", "units_by_codes", "uses_of", "warehouses_by_codes", "where_used",
    "whole_structure", "working_calendar", "working_calendars",
]  # fmt: skip
