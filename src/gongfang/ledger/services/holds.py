"""Places where nothing may move for a while: a question that the keeper's counts answer."""

from collections.abc import Collection, Mapping

from gongfang.kernel.errors import Problem
from gongfang.ledger.rules.moves import Place
from gongfang.platform.ports import Port


def nothing_held(location_ids: Collection[int]) -> Mapping[int, tuple[str, str]]:
    return {}


HOLDS: Port = Port("ledger.holds", nothing_held)
"""(location ids) → location id → (document type, number) of what holds it still; at most one statement."""


def held_problems(places: Mapping[int, Place], sources: Collection[object]) -> list[Problem]:
    """A problem for each place that is held by another document than those that post."""
    own = {(getattr(source, "doc_type", ""), getattr(source, "number", "")) for source in sources if source is not None}
    physical = [pk for pk, place in places.items() if place.is_physical]
    return [
        Problem(
            "place_held", "Nothing may move in {location} until {number} is approved or void: it is being counted.",
            location=str(places[pk].name), number=holder[1],
        )
        for pk, holder in sorted(HOLDS.provider(physical).items())
        if holder not in own
    ]  # fmt: skip
