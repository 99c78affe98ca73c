"""Account roles in words: what automatic postings call a part, such as "goods received, not invoiced"."""

from gongfang.kernel.errors import N_

ROLE_NAMES: dict[str, str] = {
    "inventory_raw": N_("Raw materials"), "inventory_auxiliary": N_("Auxiliary materials"), "inventory_packaging": N_("Packaging"),
    "inventory_finished": N_("Finished goods"), "inventory_semi": N_("Semi-finished goods"), "inventory_consumable": N_("Consumables"),
    "subcontract": N_("Material at subcontractors"),
    "on_way": N_("Goods on the way"), "grni": N_("Goods received, not invoiced"), "grni_reversed": N_("Estimates reversed at the start of the month"), "payable": N_("Payables"),
    "receivable": N_("Receivables"), "claims": N_("Claims on subcontractors"), "prepaid": N_("Paid in advance"), "advance": N_("Received in advance"),
    "revenue": N_("Sales revenue"), "other_revenue": N_("Other revenue"), "cogs": N_("Cost of goods sold"), "other_cogs": N_("Cost of other sales"),
    "wip_material": N_("Work in process: material"), "wip_labour": N_("Work in process: labour"), "wip_machine": N_("Work in process: machine"),
    "wip_overhead": N_("Work in process: overhead"), "wip_subcontract": N_("Work in process: subcontracting"),
    "wages": N_("Wages payable"), "overhead": N_("Overhead"), "overhead_wages": N_("Overhead: wages"), "overhead_material": N_("Overhead: material"),
    "overhead_applied": N_("Overhead taken over by orders"),
    "vat_in": N_("Input tax"), "vat_out": N_("Output tax"), "vat_in_transfer": N_("Input tax transferred out"), "vat_unpaid": N_("VAT not paid"),
    "vat_pending": N_("Input tax to be certified"), "vat_transfer_out": N_("VAT transferred to unpaid"),
    "count_difference": N_("Count differences"), "scrap": N_("Scrapped stock"), "bad_debt": N_("Bad debts"), "stock_adjustment": N_("Stock value adjustments"),
    "variance_price": N_("Variance: price"), "variance_usage": N_("Variance: usage"), "variance_labour": N_("Variance: labour"),
    "variance_labour_rate": N_("Variance: labour rate"), "variance_labour_efficiency": N_("Variance: labour efficiency"),
    "variance_overhead": N_("Variance: overhead"), "variance_machine": N_("Variance: machine"), "variance_subcontract": N_("Variance: subcontracting"),
    "variance_yield": N_("Variance: yield"), "opening": N_("Opening balances"), "profit_of_year": N_("Profit of the year"),
    "undistributed_profit": N_("Undistributed profit"),
    "selling_expense": N_("Selling expenses"), "admin_expense": N_("Administrative expenses"), "admin_wages": N_("Administrative wages"),
    "selling_wages": N_("Selling wages"), "freight_out": N_("Freight of sales"), "financial_expense": N_("Financial expenses"), "interest": N_("Interest"),
    "other_income": N_("Other income"), "count_gain": N_("Count gains"), "count_loss": N_("Count losses"), "other_expense": N_("Other expenses"),
    "cash_discount": N_("Cash discounts"), "cash": N_("Cash"), "bank": N_("Bank"), "capital": N_("Capital"),
    "tax_surcharge": N_("Taxes and surcharges"), "income_tax": N_("Income tax"), "income_tax_payable": N_("Income tax payable"),
}  # fmt: skip
