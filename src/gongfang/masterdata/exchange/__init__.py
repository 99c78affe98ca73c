"""Sheets of the master data in the exchange workbook, in the order in which one needs the other."""

from gongfang.masterdata.exchange.basics import CALENDAR_DAYS, CALENDARS, CATEGORIES, PLANTS, UNITS, WAREHOUSES
from gongfang.masterdata.exchange.choices import BOM_SUBSTITUTES, ROUTING_ALTERNATIVES
from gongfang.masterdata.exchange.items import ITEM_PLANTS, ITEM_UNITS, ITEMS
from gongfang.masterdata.exchange.partners import PARTNER_BANKS, PARTNERS
from gongfang.masterdata.exchange.prices import CUSTOMER_PRICES, SUPPLIER_PRICES
from gongfang.masterdata.exchange.structure import BOM_OUTPUTS, BOMS, ROUTINGS, SETUP_CHANGES, WORK_CENTRES

SHEETS = [
    UNITS, CALENDARS, CALENDAR_DAYS, PLANTS, WAREHOUSES, CATEGORIES, PARTNERS, PARTNER_BANKS, WORK_CENTRES, SETUP_CHANGES, ITEMS, ITEM_UNITS,
    ITEM_PLANTS, SUPPLIER_PRICES, CUSTOMER_PRICES, BOMS, BOM_OUTPUTS, BOM_SUBSTITUTES, ROUTINGS, ROUTING_ALTERNATIVES,
]  # fmt: skip
