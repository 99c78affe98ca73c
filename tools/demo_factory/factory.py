"""Collects items, structures and routings while they are designed, then rolls their costs up."""

import random
import zlib
from collections.abc import Iterable, Sequence
from decimal import ROUND_HALF_UP
from decimal import Decimal as D
from typing import Any

from gongfang.kernel.money import to_micro
from gongfang.masterdata.rules.structure import Use, low_level_codes

from .works import WORK_CENTRES

Row = dict[str, Any]
CENTRES = {row["code"]: row for row in WORK_CENTRES}
FEN = D("0.01")


def fen(value: D) -> D:
    return value.quantize(FEN, ROUND_HALF_UP)


def chance(*words: object) -> random.Random:
    """A generator that always says the same for the same words, whatever else the factory holds."""
    return random.Random(zlib.crc32("|".join(str(word) for word in words).encode()))


class Factory:
    """items, boms, routings by item code; `trade` says which class of supplier brings an item."""

    def __init__(self) -> None:
        self.items: dict[str, Row] = {}
        self.boms: dict[str, list[Row]] = {}
        self.routings: dict[str, list[Row]] = {}
        self.trade: dict[str, str] = {}

    def buy(
        self, code: str, name: str, spec: str, category: str, unit: str, price: D | float, trade: str, **more: Any
    ) -> str:
        """A bought item at its net price. Planning data by what it is, unless said."""
        if code in self.items:
            return code
        price = fen(D(str(price)))
        kinds = {"01": "part", "04": "packaging", "05": "consumable"}
        row = {
            "code": code, "name": name, "spec": spec, "category": category, "unit": unit, "kind": kinds[category[:2]], "source": "buy",
            "standard_cost": price, "lead_time_days": 5, "default_warehouse": "W02", "planner": "buyer", "status": "active",
        }  # fmt: skip
        if category in ("0101", "0102", "0108"):
            row["kind"] = "raw"
        row["default_warehouse"] = {"0101": "W01", "0102": "W01", "0108": "W05", "04": "W05", "05": "W05"}.get(
            category, "W02"
        )
        if category != "05":
            row |= {"lot_rule": "period", "lot_days": 7}  # one order a week, not one a day
        if more.get("lot_rule", "period") != "period":
            row.pop("lot_days", None)
        self.items[code] = {**row, **more}
        self.trade[code] = trade
        return code

    def make(
        self, code: str, name: str, spec: str, category: str, components: Sequence[tuple[Any, ...]], operations: Sequence[Row], **more: Any
    ) -> str:  # fmt: skip
        """A made item. components: (code, quantity[, options]); operations: from `op` and `outside`."""
        if code in self.items:
            return code
        kind = "finished" if category.startswith("03") else "phantom" if category == "0203" else "semi"
        self.items[code] = {
            "code": code, "name": name, "spec": spec, "category": category, "unit": "PCS", "kind": kind, "source": "make", "standard_cost": D(0),
            "lead_time_days": 2, "default_warehouse": "W04" if kind == "finished" else "W03", "planner": "planner", "status": "active", **more,
        }  # fmt: skip
        lines = []
        for component, quantity, *options in components:
            assert component in self.items, f"{component} of {code} is not there yet"
            lines.append(
                {"item": code, "component": component, "quantity": D(str(quantity)), **(options[0] if options else {})}
            )
        self.boms[code] = lines
        if operations:
            self.routings[code] = [{"item": code, **operation} for operation in operations]
        return code

    def uses(self, code: str) -> list[Use]:
        return [
            Use(
                0,
                line["quantity"],
                line.get("base_quantity", D(1)),
                bool(line.get("is_fixed")),
                line.get("scrap", D(0)),
            )
            for line in self.boms[code]
        ]

    def levels(self) -> dict[str, int]:
        numbers = {code: n for n, code in enumerate(self.items)}
        codes = list(self.items)
        edges = {numbers[parent]: [numbers[line["component"]] for line in lines] for parent, lines in self.boms.items()}
        return {codes[n]: level for n, level in low_level_codes(edges).items()}

    def roll_up(self) -> None:
        """Standard costs of everything made, element by element, as `costing.roll_up` reckons them."""
        levels = self.levels()
        costs: dict[str, dict[str, D]] = {}
        for code in sorted(self.items, key=lambda c: -levels.get(c, 0)):
            item = self.items[code]
            if code not in self.boms:
                costs[code] = {"material": item["standard_cost"]}
                continue
            costs[code] = self._made(code, costs)
            item["standard_cost"] = sum(costs[code].values(), D(0))

    def _made(self, code: str, costs: dict[str, dict[str, D]]) -> dict[str, D]:
        item = self.items[code]
        lot = item.get("lot_quantity") or item.get("lot_minimum") or D(1)
        found: dict[str, D] = {}

        def add(element: str, value: D) -> None:
            found[element] = found.get(element, D(0)) + value

        for line, use in zip(self.boms[code], self.uses(code), strict=True):
            each = use.needed(lot) / lot
            for element, price in costs[line["component"]].items():
                add(element, each * price)
        for step in self.routings.get(code, ()):
            if step.get("is_subcontracted"):
                add("subcontract", step["subcontract_price"])
                continue
            centre = CENTRES[step["work_centre"]]
            hours = (step["setup_minutes"] / lot + step["run_minutes"]) / D(60)
            add("labour", hours * step["crew"] * centre["labour_rate"])
            add("machine", hours * centre["machine_rate"])
            add("overhead", hours * centre["overhead_rate"])
        return {element: to_micro(value) for element, value in found.items()}

    def needs(self, demand: dict[str, D]) -> dict[str, D]:
        """What a demand of finished pumps takes of every item."""
        levels = self.levels()
        total = dict(demand)
        for code in sorted(self.items, key=lambda c: levels.get(c, 0)):
            quantity = total.get(code, D(0))
            if code in self.boms and quantity:
                for line, use in zip(self.boms[code], self.uses(code), strict=True):
                    total[line["component"]] = total.get(line["component"], D(0)) + use.needed(quantity)
        return total


def op(
    number: int,
    name: str,
    centre: str,
    run: float,
    setup: float = 0,
    crew: int = 1,
    inspection: str = "none",
    note: str = "",
    family: str = "",
) -> Row:
    """A step in the house; the piece rate pays its minutes at the work centre's labour rate."""
    rate = CENTRES[centre]["labour_rate"] * D(str(run)) * crew / 60
    return {
        "operation_no": number, "name": name, "work_centre": centre, "run_minutes": D(str(run)), "setup_minutes": D(str(setup)), "crew": crew,
        "queue_minutes": D(30), "move_minutes": D(10), "piece_rate": fen(rate), "inspection": inspection, "instruction": note, "setup_family": family,
    }  # fmt: skip


def outside(number: int, name: str, partner: str, price: D | float) -> Row:
    """A step at a subcontractor, at a price per piece."""
    return {
        "operation_no": number, "name": name, "work_centre": "TZ03", "run_minutes": D(0), "setup_minutes": D(0), "crew": 1,
        "queue_minutes": D(960), "move_minutes": D(60), "piece_rate": D(0), "inspection": "process", "is_subcontracted": True,
        "subcontractor": partner, "subcontract_price": fen(D(str(price))),
    }  # fmt: skip


def lines(*groups: Iterable[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    return [line for group in groups for line in group]
