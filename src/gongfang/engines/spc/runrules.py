"""Run rules: patterns that chance alone hardly makes, found point by point."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

ZERO = Decimal(0)
Scores = Sequence[Decimal]  # distance from the centre in sigmas, oldest first


@dataclass(frozen=True, slots=True)
class Signal:
    """A rule that the point at `index` (counted from 0) completes. rule: "N1" … "N8" (Nelson), "W1" … "W4" (Western Electric)."""

    rule: str
    index: int


def beyond(count: int, of: int, sigmas: int) -> Callable[[Scores], bool]:
    """`count` of the last `of` points further out than so many sigmas, all on one side, the last one among them."""
    limit = Decimal(sigmas)

    def fires(scores: Scores) -> bool:
        last = scores[-of:]
        above = sum(score > limit for score in last)
        below = sum(score < -limit for score in last)
        return (above >= count and last[-1] > limit) or (below >= count and last[-1] < -limit)

    return fires


def one_side(count: int) -> Callable[[Scores], bool]:
    """`count` points in a row on one side of the centre."""

    def fires(scores: Scores) -> bool:
        last = scores[-count:]
        return len(last) == count and (all(score > 0 for score in last) or all(score < 0 for score in last))

    return fires


def trend(count: int) -> Callable[[Scores], bool]:
    """`count` points in a row steadily rising or falling."""

    def fires(scores: Scores) -> bool:
        steps = _steps(scores[-count:])
        return len(steps) == count - 1 and (all(step > 0 for step in steps) or all(step < 0 for step in steps))

    return fires


def alternating(count: int) -> Callable[[Scores], bool]:
    """`count` points in a row going up and down in turn."""

    def fires(scores: Scores) -> bool:
        steps = _steps(scores[-count:])
        turns = [one * two for one, two in pairwise(steps)]
        return len(steps) == count - 1 and all(turn < 0 for turn in turns)

    return fires


def hugging(count: int) -> Callable[[Scores], bool]:
    """`count` points in a row within one sigma of the centre: stratified samples."""

    def fires(scores: Scores) -> bool:
        last = scores[-count:]
        return len(last) == count and all(abs(score) < 1 for score in last)

    return fires


def avoiding(count: int) -> Callable[[Scores], bool]:
    """`count` points in a row, none within one sigma of the centre: a mixture."""

    def fires(scores: Scores) -> bool:
        last = scores[-count:]
        return len(last) == count and all(abs(score) > 1 for score in last)

    return fires


def _steps(scores: Scores) -> list[Decimal]:
    return [after - before for before, after in pairwise(scores)]


Rule = Callable[[Scores], bool]
NELSON: Mapping[str, Rule] = {
    "N1": beyond(1, 1, 3), "N2": one_side(9), "N3": trend(6), "N4": alternating(14), "N5": beyond(2, 3, 2), "N6": beyond(4, 5, 1),
    "N7": hugging(15), "N8": avoiding(8),
}  # fmt: skip
WESTERN_ELECTRIC: Mapping[str, Rule] = {
    "W1": beyond(1, 1, 3), "W2": beyond(2, 3, 2), "W3": beyond(4, 5, 1), "W4": one_side(8),
}  # fmt: skip
LONGEST = 15


def signals(
    points: Sequence[Decimal], centre: Decimal, sigmas: Sequence[Decimal], rules: Mapping[str, Rule] = NELSON,
    only: Iterable[int] | None = None,
) -> list[Signal]:  # fmt: skip
    """The rules that points complete, by point then rule. sigmas: one per point. only: look at these points (the newest).

    A point without spread (sigma 0) stands on the centre. O(points × rules).
    """
    scores = [(point - centre) / sigma if sigma > 0 else ZERO for point, sigma in zip(points, sigmas, strict=True)]
    wanted = range(len(scores)) if only is None else sorted(set(only))
    found = []
    for index in wanted:
        window = scores[max(0, index + 1 - LONGEST) : index + 1]
        found += [Signal(name, index) for name, fires in rules.items() if fires(window)]
    return found
