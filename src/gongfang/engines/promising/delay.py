"""How likely is an order to be late? By drawing its future many times from what was observed before.

Floats: a probability is an estimate by nature. Units: any one unit of time for all, counted from now.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Stage:
    """A step still to do. observed: how long such steps took before, queue included; planned: used while nothing was.

    done: the part of it that is over already (0 to 1). after: earlier stages, by number, that must have ended; None: the
    one before it (the first stage starts at once). centre: where it queues behind the stages of the prospects before it; empty: it
    waits for nobody.
    """

    observed: tuple[float, ...] = ()
    planned: float = 0.0
    done: float = 0.0
    after: tuple[int, ...] | None = None
    centre: str = ""


@dataclass(frozen=True, slots=True)
class Arrival:
    """Material the order waits for: due to arrive at `expected`; observed: how much later (or earlier) suppliers were.

    stage: the first step that needs it.
    """

    expected: float
    observed: tuple[float, ...] = ()
    stage: int = 0


@dataclass(frozen=True, slots=True)
class Prospect:
    """An order's remaining way and its due time."""

    id: str
    due: float
    stages: tuple[Stage, ...]
    arrivals: tuple[Arrival, ...] = ()


@dataclass(frozen=True, slots=True)
class DelayRisk:
    """late: probability. half, likely, sure: when it is done in 50, 80 and 95 of 100 futures. blame: by stage, then by arrival,
    the share of late futures in which it took longer than usual (its median) by the most.
    """

    id: str
    late: float
    half: float
    likely: float
    sure: float
    blame: tuple[float, ...]


def delay_risks(
    prospects: Sequence[Prospect], *, machines: Mapping[str, int] | None = None, futures: int = 4000, seed: int = 1
) -> list[DelayRisk]:
    """Risk of each order, in the order in which centres take them. The same seed draws the same durations, whatever stands beside.

    Every draw takes each duration afresh from what was observed (bootstrap; Efron 1979); orders that queue at one centre share its
    luck in each future. machines: by centre, 1 where not said; a centre works its queue off on all of them, first come first served
    (first-order queueing of a job shop; Hopp and Spearman, Factory Physics, chapter 8).
    Shapes: futures x stages per order. Cost: O(futures x stages).
    """
    free: dict[str, Floats] = {}
    return [
        _risk(prospect, free, machines or {}, futures, np.random.default_rng([seed, *prospect.id.encode()]))
        for prospect in prospects
    ]


def _risk(
    prospect: Prospect, free: dict[str, Floats], machines: Mapping[str, int], futures: int, random: np.random.Generator
) -> DelayRisk:
    spans = [_drawn(stage.observed, stage.planned, futures, random) * (1 - stage.done) for stage in prospect.stages]
    arrivals = [a.expected + _drawn(a.observed, 0.0, futures, random) for a in prospect.arrivals]
    ends: list[Floats] = []
    for number, stage in enumerate(prospect.stages):
        before = stage.after if stage.after is not None else ((number - 1,) if number else ())
        waits = [np.zeros(futures), *(ends[other] for other in before)]
        waits += [when for when, arrival in zip(arrivals, prospect.arrivals) if arrival.stage == number]
        if stage.centre:
            queue = free.get(stage.centre, np.zeros(futures))
            waits.append(queue)
            free[stage.centre] = queue + spans[number] / max(machines.get(stage.centre, 1), 1)
        ends.append(np.maximum.reduce(waits) + spans[number])
    done = np.maximum.reduce([np.zeros(futures), *ends, *arrivals])
    late = done > prospect.due + 1e-9
    half, likely, sure = (float(value) for value in np.quantile(done, (0.5, 0.8, 0.95)))
    return DelayRisk(prospect.id, float(late.mean()), half, likely, sure, _blame([*spans, *arrivals], late))


def _drawn(observed: Sequence[float], planned: float, futures: int, random: np.random.Generator) -> Floats:
    if not observed:
        return np.full(futures, planned, dtype=np.float64)
    return random.choice(np.asarray(observed, dtype=np.float64), futures)


def _blame(causes: Sequence[Floats], late: npt.NDArray[np.bool_]) -> tuple[float, ...]:
    if not causes or not late.any():
        return (0.0,) * len(causes)
    excess = np.array([cause - np.median(cause) for cause in causes])[:, late]
    worst = np.where(excess.max(axis=0) > 0, excess.argmax(axis=0), -1)
    return tuple(float((worst == number).mean()) for number in range(len(causes)))
