"""When machines of a plan are set up anew: which operations lie before and behind each change of families."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from gongfang.engines.scheduling.problem import Placed, Ref, ScheduleProblem


@dataclass(frozen=True, slots=True)
class Changeover:
    """A set-up that has to be over when the operation `after` starts; [start, end) is its latest time."""

    resource: str
    before: Ref
    after: Ref
    from_family: str
    to_family: str
    start: int
    end: int

    @property
    def minutes(self) -> int:
        return self.end - self.start


def changeovers(problem: ScheduleProblem, plan: Sequence[Placed]) -> list[Changeover]:
    """Every set-up of a plan by resource and time, also where the plan leaves too little room for it.

    Where a resource has several units, an operation goes to the one that would stand idle least. Cost: O(n x units).
    """
    families = {Ref(job.id, op.id): op.family for job, op in problem.operations()}
    minutes: dict[str, dict[tuple[str, str], int]] = defaultdict(dict)
    for setup in problem.setups:
        minutes[setup.resource][setup.from_family, setup.to_family] = setup.duration
    found = []
    for resource in problem.resources:
        if not minutes[resource.id]:
            continue
        units: list[Placed] = []
        spots = [spot for spot in plan if resource.id in (spot.resource, *spot.also) and families[spot.ref]]
        for spot in sorted(spots, key=lambda spot: (spot.start, spot.end, spot.ref)):
            to_family = families[spot.ref] or ""
            changes = [minutes[resource.id].get((families[one.ref] or "", to_family), 0) for one in units]
            ready = [(one.end + change, number) for number, (one, change) in enumerate(zip(units, changes))]
            fitting = [pair for pair in ready if pair[0] <= spot.start]
            if not fitting and len(units) < resource.capacity:
                units.append(spot)
                continue
            chosen = max(fitting)[1] if fitting else min(ready)[1]
            if changes[chosen]:
                before = units[chosen].ref
                start = spot.start - changes[chosen]
                found.append(
                    Changeover(resource.id, before, spot.ref, families[before] or "", to_family, start, spot.start)
                )
            units[chosen] = spot
    return found
