"""Read a `gongfang/policy-problem/1` file (docs/reference/policy-format.md), refusing every fault by its path."""

from collections.abc import Mapping
from pathlib import Path

from gongfang.engines.formats import (
    Faults,
    boolean,
    check_format,
    check_keys,
    check_list,
    choice,
    decimal,
    read_json,
    text,
)
from gongfang.engines.stockpolicy.lots import PriceBreak
from gongfang.engines.stockpolicy.proposing import Discount, Policy, PolicyItem, PolicyProblem

FORMAT = "gongfang/policy-problem/1"
ONE = 10**6
NUMBERS = {
    "lead_time_deviation": 0.0,
    "order_cost": 0.0,
    "holding_rate": 0.2,
    "review": 0.0,
    "shortage_cost": 0.0,
    "salvage": 0.0,
    "minimum_lot": 0.0,
    "multiple": 0.0,
}
"""Optional figures of an item, not negative, with their defaults."""


def read_problem(path: str | Path) -> PolicyProblem:
    """Read the file (plain or gzip). Raises: FormatError with all faults found."""
    return problem_from(read_json(path))


def problem_from(value: object) -> PolicyProblem:
    """Read parsed JSON (numbers with a point as Decimal). Raises: FormatError with all faults found."""
    faults = Faults()
    keys = check_keys(value, "$", ("format", "items"), ("periods", "services", "abc", "xyz"), faults)
    if keys is None:
        faults.raise_any()
    assert keys is not None
    check_format(keys, FORMAT, faults)
    services = check_keys(keys.get("services", {}), "$.services", (), ("A", "B", "C"), faults) or {}
    usual = dict(PolicyProblem(()).services)
    problem = PolicyProblem(
        items=_items(keys["items"], faults),
        periods=decimal(keys.get("periods", 52), "$.periods", faults, above=0) / ONE,
        services=tuple(
            (letter, _share(services[letter], f"$.services.{letter}", faults) if letter in services else usual[letter])
            for letter in "ABC"
        ),
        abc_limits=_limits(keys.get("abc"), "$.abc", PolicyProblem(()).abc_limits, faults),
        xyz_limits=_limits(keys.get("xyz"), "$.xyz", PolicyProblem(()).xyz_limits, faults),
    )
    faults.raise_any()
    return problem


def _number(value: object, path: str, faults: Faults) -> float:
    return decimal(value, path, faults, low=0) / ONE


def _share(value: object, path: str, faults: Faults) -> float:
    share = decimal(value, path, faults, above=0) / ONE
    if share >= 1:
        faults.add(path, "must be under 1")
    return share


def _limits(value: object, path: str, usual: tuple[float, float], faults: Faults) -> tuple[float, float]:
    if value is None:
        return usual
    numbers = [_number(number, f"{path}[{n}]", faults) for n, number in enumerate(check_list(value, path, faults))]
    if len(numbers) != 2 or numbers[0] > numbers[1]:
        faults.add(path, "must be two rising numbers")
        return usual
    return numbers[0], numbers[1]


def _items(value: object, faults: Faults) -> tuple[PolicyItem, ...]:
    result: list[PolicyItem] = []
    seen: set[str] = set()
    optional = (*NUMBERS, "policy", "service", "fill", "breaks", "discount", "current_stock")
    for number, entry in enumerate(check_list(value, "$.items", faults)):
        path = f"$.items[{number}]"
        keys = check_keys(entry, path, ("id", "demand", "unit_cost", "lead_time"), optional, faults)
        if keys is None:
            continue
        name = text(keys["id"], f"{path}.id", faults)
        if name in seen:
            faults.add(f"{path}.id", f'"{name}" is there twice')
        seen.add(name)
        result.append(_item(name, keys, path, faults))
    return tuple(result)


def _item(name: str, keys: Mapping[str, object], path: str, faults: Faults) -> PolicyItem:
    numbers = {
        key: _number(keys[key], f"{path}.{key}", faults) if key in keys else usual for key, usual in NUMBERS.items()
    }
    policy = Policy(choice(keys.get("policy", "service"), f"{path}.policy", list(Policy), faults))
    if policy is not Policy.SERVICE and numbers["shortage_cost"] <= 0:
        faults.add(f"{path}.shortage_cost", f'must be over 0 for policy "{policy}"')
    if policy in (Policy.COST, Policy.PERIODIC):
        for key in ("order_cost", "holding_rate"):
            if numbers[key] <= 0:
                faults.add(f"{path}.{key}", f'must be over 0 for policy "{policy}"')
    cost = decimal(keys["unit_cost"], f"{path}.unit_cost", faults, above=0) / ONE
    if policy is Policy.NEWSVENDOR and numbers["salvage"] >= cost:
        faults.add(f"{path}.salvage", "must be under unit_cost")
    service, stock = keys.get("service"), keys.get("current_stock")
    demand = check_list(keys["demand"], f"{path}.demand", faults)
    return PolicyItem(
        id=name,
        demand=tuple(_number(figure, f"{path}.demand[{n}]", faults) for n, figure in enumerate(demand)),
        unit_cost=cost,
        lead_time=_number(keys["lead_time"], f"{path}.lead_time", faults),
        policy=policy,
        service=None if service is None else _share(service, f"{path}.service", faults),
        fill=boolean(keys.get("fill", False), f"{path}.fill", faults),
        breaks=_breaks(keys.get("breaks", []), f"{path}.breaks", faults),
        discount=Discount(choice(keys.get("discount", "all_units"), f"{path}.discount", list(Discount), faults)),
        current_stock=None if stock is None else _number(stock, f"{path}.current_stock", faults),
        **numbers,
    )


def _breaks(value: object, path: str, faults: Faults) -> tuple[PriceBreak, ...]:
    result: list[PriceBreak] = []
    for number, entry in enumerate(check_list(value, path, faults)):
        place = f"{path}[{number}]"
        keys = check_keys(entry, place, ("quantity", "price"), (), faults)
        if keys is None:
            continue
        quantity = _number(keys["quantity"], f"{place}.quantity", faults)
        price = decimal(keys["price"], f"{place}.price", faults, above=0) / ONE
        if not result and quantity:
            faults.add(f"{place}.quantity", "the first must be 0")
        if result and quantity <= result[-1].quantity:
            faults.add(f"{place}.quantity", "must rise")
        if result and price >= result[-1].price:
            faults.add(f"{place}.price", "must fall")
        result.append(PriceBreak(quantity, price))
    return tuple(result)
