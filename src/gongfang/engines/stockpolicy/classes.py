"""ABC by what an item is worth in a year, XYZ by how unsteady its demand is."""

from collections.abc import Mapping, Sequence
from statistics import fmean, pstdev

ABC_LIMITS = (0.80, 0.95)  # cumulative share of value up to which an item is A, B
XYZ_LIMITS = (0.5, 1.0)  # coefficient of variation up to which an item is X, Y


def abc(value: Mapping[str, float], limits: tuple[float, float] = ABC_LIMITS) -> dict[str, str]:
    """Item -> A, B or C. value: turnover in money by item, not negative; ties by item. Cost: O(n log n).

    An item belongs to the class in which its share begins, so that the largest is always A. No value at all is C.
    """
    total = sum(value.values())
    result, before = {}, 0.0
    for item in sorted(value, key=lambda item: (-value[item], item)):
        share = before / total if total else 1.0
        result[item] = "C" if value[item] <= 0 or share >= limits[1] else "B" if share >= limits[0] else "A"
        before += value[item]
    return result


def variation(demand: Sequence[float]) -> float | None:
    """Coefficient of variation; None without demand."""
    mean = fmean(demand) if demand else 0.0
    return pstdev(demand) / mean if mean > 0 else None


def xyz(coefficient: float | None, limits: tuple[float, float] = XYZ_LIMITS) -> str:
    """X steady, Y changing, Z sporadic (or no demand)."""
    if coefficient is None or coefficient > limits[1]:
        return "Z"
    return "Y" if coefficient > limits[0] else "X"
