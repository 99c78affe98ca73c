"""Keys of the company settings that master data reads."""

OVER_RECEIPT = "masterdata.over_receipt"
UNDER_RECEIPT = "masterdata.under_receipt"
OVER_ISSUE = "masterdata.over_issue"
OVER_REPORT = "masterdata.over_report"
SECOND_TOLERANCE = "masterdata.second_tolerance"
PICKING_RULE = "masterdata.picking_rule"
