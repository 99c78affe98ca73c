"""Company-wide defaults that master data declares."""

from gongfang.kernel.errors import N_
from gongfang.masterdata.rules.settings import (
    OVER_ISSUE,
    OVER_RECEIPT,
    OVER_REPORT,
    PICKING_RULE,
    SECOND_TOLERANCE,
    UNDER_RECEIPT,
)
from gongfang.platform.settings.services import declare

declare(OVER_RECEIPT, N_("Tolerance for receiving more than ordered"), "percent", "0.05")
declare(UNDER_RECEIPT, N_("Tolerance for receiving less than ordered"), "percent", "0")
declare(OVER_ISSUE, N_("Tolerance for issuing more than planned"), "percent", "0.05")
declare(OVER_REPORT, N_("Tolerance for reporting more than ordered"), "percent", "0.05")
declare(
    SECOND_TOLERANCE,
    N_("How far a second quantity may be from the item's factor before it is asked about"),
    "percent",
    "0.05",
)
declare(
    PICKING_RULE, N_("In which order lots and bins are emptied"), "choice", "fefo",
    (
        ("fefo", N_("First expired, first out")), ("fifo", N_("First in, first out")), ("lifo", N_("Last in, first out")),
        ("fewest", N_("Fewest places")), ("clear", N_("Empty small places first")), ("manual", N_("Chosen by hand")),
    ),
)  # fmt: skip
