"""A short way to write a planning problem and read its plan."""

import json

import pytest

from gongfang.engines.formats import parse_json
from gongfang.engines.mrp import plan_to_json, problem_from, solve


def problem(items, *, bom=(), demands=(), supplies=(), **more):
    """The JSON value of a problem file; items are dicts beside the defaults."""
    return {
        "format": "gongfang/mrp-problem/1", "today": "2026-01-05", "horizon_days": 120, "calendar": None,
        "items": [{"procurement": "make", "lead_time_days": 0, **item} for item in items],
        "bom": list(bom), "byproducts": [], "demands": list(demands), "supplies": list(supplies), **more,
    }  # fmt: skip


def planned(*args, **kwargs):
    """Plan such a problem and read the printed plan."""
    return json.loads(plan_to_json(solve(problem_from(parse_json(json.dumps(problem(*args, **kwargs)))))))


@pytest.fixture
def make_plan():
    return planned


@pytest.fixture
def make_problem():
    return problem
