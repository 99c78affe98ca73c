"""Material requirements planning: what to make and buy, how much, when, for whom, and why.

Use from Python, without files:

    problem = Problem(
        today=date(2026, 1, 5).toordinal(), horizon_days=120,
        items=Items.of(ids, lead_time=[2, 3], procurement=[MAKE, BUY], on_hand=[10 * ONE, 0]),
        bom=BillOfMaterials.of(parent=[0], component=[1], quantity=[2 * ONE]),
        demands=Demands.of(["SO1-1"], item=[0], quantity=[25 * ONE], due=[date(2026, 2, 2).toordinal()]),
    )
    plan = solve(problem)

Ids are texts or whole numbers (database keys, say), unique within items, demands and supplies; everything else names an item by
its row number in `items`. Columns are arrays, lists, or one value for all rows. Units: quantity and cost int64 of 10^-6
(`ONE`), ratio (yield, scrap) int64 of 10^-12 (`RATIO_ONE`), date a day number (`date.toordinal()`), lead time in working days.

The answer is columns too (see `plan.Plan`), ready for bulk insertion:
    plan.orders         item, quantity, good, release, due, need, covers_to, net, priority; the row number names the order
    plan.requirements   item, quantity, due, order (row of plan.orders; -1: passed from `demand` through a phantom)
    plan.pegging        item, supply_kind (FROM_STOCK, FROM_SUPPLY, FROM_ORDER, FROM_BYPRODUCT), supply (row of items, supplies or
                        orders), demand or requirement (row, the other is -1), quantity
    plan.exceptions     item, kind (EXCEPTION_KINDS), about (ABOUT_…), subject (row), moved_from, moved_to, quantity
    plan.projection     item, day, quantity: stock at the end of each day on which it moves (computed when first asked for)
    plan.low_level_codes by row of items
`plan_to_json` and `write_plan` print the plan, `read_problem` reads a file, `main_solve_mrp` is the command.
`net_change` plans a changed problem from a plan before with the result of `solve`. `loads` gives hours by week, bottlenecks and the value of an hour more.
`solve` raises `FormatError` whose faults name rows by their path in a file (`$.items[3].lead_time_days`); `check_problem` finds the
same faults without planning, so that a caller may leave out what is unusable and plan the rest.

Rules beyond the format page, where it leaves a choice: safety time and offsets are days of the calendar, lead times working days;
nothing goes into a bought item; a BOM line is valid by the release date of the parent's order; what stock is short of the safety
stock is filled first, so an order is pegged to the needs it was planned for.

Several plants are rows of items each (bolt in plant 1, bolt in plant 2): what comes from the other plant is a TRANSFER item whose one
BOM line is the row there, with the way as its lead time. `Items.fence` holds planned orders out of the next days; one needed earlier
bears an `expedite` exception.

Cost: O(BOM lines × orders of the parent + pegs). Compiled at the first call, the code is kept on disk.
Source: Orlicky, Material Requirements Planning, 1975 (netting, low-level codes, pegging).
"""

from ..formats import QUANTITY_ONE as ONE
from ..formats import RATIO_ONE, Faults, FormatError, FormatFault
from .assembly import OutOfRange, assemble
from .checking import check_problem
from .command import main_solve_mrp
from .finite import solve_finite
from .netchange import net_change
from .plan import (
    ABOUT_DEMAND,
    ABOUT_ITEM,
    ABOUT_ORDER,
    ABOUT_SUPPLY,
    EXCEPTION_KINDS,
    FROM_BYPRODUCT,
    FROM_ORDER,
    FROM_STOCK,
    FROM_SUPPLY,
    Plan,
)
from .preparation import prepare
from .problem import (
    BUY,
    LOT_RULES,
    MAKE,
    PROCUREMENTS,
    SUBCONTRACT,
    TRANSFER,
    BillOfMaterials,
    Byproducts,
    Capacity,
    Demands,
    Items,
    Problem,
    Supplies,
    WorkCalendar,
    Yields,
)
from .reading import problem_from, read_problem
from .regeneration import regenerate
from .remembering import Remembered
from .writing import plan_to_json, write_plan

__all__ = [
    "ABOUT_DEMAND",
    "ABOUT_ITEM",
    "ABOUT_ORDER",
    "ABOUT_SUPPLY",
    "BUY",
    "EXCEPTION_KINDS",
    "FROM_BYPRODUCT",
    "FROM_ORDER",
    "FROM_STOCK",
    "FROM_SUPPLY",
    "LOT_RULES",
    "MAKE",
    "ONE",
    "PROCUREMENTS",
    "RATIO_ONE",
    "SUBCONTRACT", "TRANSFER",
    "BillOfMaterials",
    "Byproducts",
    "Capacity",
    "Demands",
    "FormatError",
    "FormatFault",
    "Items",
    "OutOfRange",
    "Plan",
    "Problem",
    "Remembered",
    "Supplies",
    "WorkCalendar",
    "Yields",
    "check_problem",
    "main_solve_mrp",
    "net_change",
    "plan_to_json",
    "problem_from",
    "read_problem",
    "solve", "solve_with_capacity",
    "write_plan",
]  # fmt: skip

MOST_ORDERS = 50_000_000


def solve(problem: Problem, most_orders: int = MOST_ORDERS) -> Plan:
    """Plan regeneratively: the same problem, in whatever order its rows are given, gives the same plan.

    Raises FormatError for an unusable problem, for quantities beyond the range, and where lots so small were asked
    for that the plan would hold more than `most_orders` orders.
    """
    faults = Faults()
    check_problem(problem, faults)
    faults.raise_any()
    prepared = prepare(problem)
    return assemble(problem, prepared, regenerate(prepared.facts, most_orders))


def solve_with_capacity(problem: Problem, most_orders: int = MOST_ORDERS) -> Plan:
    """Plan within the weekly hours of `problem.capacity`: see `finite`. The plan has `promises` for every demand."""
    return solve_finite(problem, most_orders)
