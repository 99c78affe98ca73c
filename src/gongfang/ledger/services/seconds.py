"""Second quantities as somebody entered them: of items that have none refused, far from the item's factor asked about."""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from gongfang.kernel.errors import DomainError, Kind, Problem, refuse_if
from gongfang.ledger.rules.moves import ItemFacts, Move, micro, plain
from gongfang.masterdata.queries import second_tolerance
from gongfang.platform.verbs import confirming


def judge_seconds(moves: Iterable[Move], items: Mapping[int, ItemFacts]) -> None:
    """At most one statement, and none where nothing was entered. Raises DomainError: second_negative; second_not_kept;
    second_off (kind CONFIRM).
    """
    given = [move for move in moves if move.second is not None and (move.quantity or move.second)]
    refuse_if(
        Problem("second_negative", "{item}: a second quantity is not negative.", item=items[move.item_id].code)
        for move in given
        if move.second is not None and move.second < 0
    )  # fmt: skip
    refuse_if(
        Problem("second_not_kept", "{item} is not counted in a second unit: leave the second quantity empty.", item=items[move.item_id].code)
        for move in given
        if not items[move.item_id].has_second
    )  # fmt: skip
    known = [(move, items[move.item_id]) for move in given if move.quantity and items[move.item_id].second is not None]
    if not known or not confirming("second_off"):
        return
    tolerance = second_tolerance()
    problems = []
    for move, item in known:
        assert item.second is not None and move.second is not None
        per, units = item.second
        usual = Decimal((2 * micro(move.quantity) * units + per) // (2 * per)).scaleb(-6)
        if abs(move.second - usual) > usual * tolerance:
            problems.append(
                Problem(
                    "second_off", "{item}: {quantity} would be {usual} in the second unit by its factor, {second} was entered.", item=item.code,
                    quantity=plain(micro(move.quantity)), usual=plain(micro(usual)), second=plain(micro(move.second)),
                )
            )  # fmt: skip
    if problems:
        raise DomainError(problems, Kind.CONFIRM)
