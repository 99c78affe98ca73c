"""Measured quality in the demo factory: two patrol plans on the first day, then a subgroup of five of each every working day.

A grinding wheel wears through the last third of a month until it is dressed, and now and then a boring bar is set wrong: what the
control charts are there to show. Values hang on the day alone, so whatever else happens they are the same.
"""

import random
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.apps import apps

from gongfang.quality import services as quality
from gongfang.quality.services import Point, ResultLine
from gongfang.simulation.cast import Factory

ROLE = "inspector"
SUBGROUP = 5
LARGEST_SIGMAS = 3.6
SPACE = uuid.UUID("6f1c1f0e-7c0b-4c53-9a1d-0c6a4d1c2f11")


@dataclass(frozen=True, slots=True)
class Feature:
    """A dimension watched at an operation, in millimetres. sigma: of the process as it runs undisturbed; tolerance: plus and minus.

    disturbed: by how many sigmas it is off on a day.
    """

    code: str
    operation: str
    name: str
    target: Decimal
    tolerance: Decimal
    sigma: float
    method: str
    disturbed: Callable[[date], float]


def wear(day: date) -> float:
    """A wheel worn through the last third of a month."""
    return 0.8 if day.day >= 20 else 0.0


def stray(day: date) -> float:
    """A bar set wrong every 23rd day."""
    return 1.6 if day.toordinal() % 23 == 0 else 0.0


FEATURES = (
    Feature("XJ-ZHOU", "磨外圆", "轴颈外径", Decimal("32.000"), Decimal("0.016"), 0.0038, "外径千分尺", wear),
    Feature("XJ-KONG", "粗精镗轴承孔", "轴承孔径", Decimal("72.015"), Decimal("0.015"), 0.0029, "内径百分表", stray),
)


def register(factory: Factory) -> None:
    """Once: a plan for the first item that has such an operation."""
    for feature in FEATURES:
        item_id = _item_of(feature)
        if item_id is None or _plans().filter(code=feature.code).exists():
            continue
        point = Point(
            feature.name, f"{feature.target} ± {feature.tolerance}", feature.method, True, feature.target - feature.tolerance,
            feature.target + feature.tolerance, "xbar_r", SUBGROUP,
        )  # fmt: skip
        _do(factory, quality.create_plan, feature.code, code=feature.code, name=f"{feature.operation}巡检", kind="patrol",
            item_id=item_id, switches=False, characteristics=[point])  # fmt: skip


def _plans() -> Any:
    return apps.get_model("quality", "InspectionPlan")._default_manager


def _item_of(feature: Feature) -> int | None:
    steps = apps.get_model("masterdata", "RoutingOperation")._default_manager.filter(
        name=feature.operation, routing__is_default=True
    )
    found = steps.order_by("routing__item__code").values_list("routing__item_id", flat=True).first()
    return int(found) if found is not None else None


def _do(factory: Factory, verb: Any, what: str, **arguments: Any) -> Any:
    """A verb under an id of the day and the feature; the factory's own chance is left alone."""
    request_id = uuid.uuid5(SPACE, f"{factory.clock.today} {verb.__name__} {what}")
    return verb(actor=factory.cast.one(ROLE, 0), request_id=request_id, **arguments)


def measure(factory: Factory) -> None:
    """The inspector's round: five parts of each, measured, entered and judged."""
    if not factory.cast.people.get(ROLE):
        return
    register(factory)
    plans = {plan.code: plan for plan in _plans().filter(code__in=[feature.code for feature in FEATURES])}
    for feature in FEATURES:
        plan = plans.get(feature.code)
        if plan is None:
            continue
        line = ResultLine(
            feature.name, f"{feature.target} ± {feature.tolerance}", feature.method, True, feature.target - feature.tolerance,
            feature.target + feature.tolerance, Decimal(SUBGROUP), values=values_of(feature, factory.clock.today),
        )  # fmt: skip
        made = _do(
            factory, quality.create_inspection, feature.code, kind="patrol", item_id=plan.item_id, quantity=Decimal(SUBGROUP),
            business_date=factory.clock.today, results=[line],
        )  # fmt: skip
        _do(
            factory, quality.decide_inspection, feature.code, inspection_id=made.pk, accepted_quantity=Decimal(SUBGROUP),
        )  # fmt: skip
        factory.count("measured_parts", SUBGROUP)


def values_of(feature: Feature, day: date) -> list[str]:
    """Five measured values of a day, within the tolerance, to the thousandth."""
    chance = random.Random(f"{feature.code} {day.toordinal()}")
    shift = feature.disturbed(day)
    sigmas = (max(min(chance.gauss(shift, 1), LARGEST_SIGMAS), -LARGEST_SIGMAS) for _ in range(SUBGROUP))
    return [str((feature.target + Decimal(str(one * feature.sigma))).quantize(Decimal("0.001"))) for one in sigmas]
