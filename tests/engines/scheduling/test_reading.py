"""Every fault of a problem file is refused by its path."""

import json

import pytest

from gongfang.engines.formats import FormatError, parse_json
from gongfang.engines.scheduling.problem import Objective, Ref
from gongfang.engines.scheduling.reading import problem_from


def good():
    return {
        "format": "gongfang/schedule-problem/1-extended",
        "start": "2026-01-05T08:00",
        "objective": "makespan",
        "resources": [{"id": "M1", "capacity": 1, "open": [[0, 480], [960, 1440]]}, {"id": "M2"}],
        "jobs": [
            {
                "id": "WO1",
                "release": 0,
                "due": None,
                "weight": 1.5,
                "operations": [
                    {"id": "10", "modes": [{"resource": "M1", "duration": 30}], "after": [], "family": "red"},
                    {"id": "20", "modes": [{"resource": "M2", "duration": 45}], "after": ["10"]},
                ],
            },
            {
                "id": "WO2",
                "operations": [
                    {
                        "id": "10",
                        "modes": [{"resource": "M2", "duration": 5, "also": ["M1"]}],
                        "after": [{"job": "WO1", "operation": "20"}],
                    }
                ],
            },
        ],
        "setups": [{"resource": "M1", "from": "red", "to": "blue", "duration": 20}],
        "fixed": [{"job": "WO1", "operation": "10", "resource": "M1", "start": 15}],
    }


def read(document):
    return problem_from(parse_json(json.dumps(document)))


def test_a_good_file_is_read_whole():
    problem = read(good())
    assert problem.objective is Objective.MAKESPAN
    assert problem.resources[0].open == ((0, 480), (960, 1440))
    assert [str(ref) for ref in problem.jobs[1].operations[0].after] == ["WO1/20"]
    assert problem.jobs[0].operations[1].after == (Ref("WO1", "10"),)
    assert str(problem.jobs[0].weight) == "1.5"
    assert problem.jobs[1].operations[0].modes[0].resources == ("M2", "M1")
    assert (problem.fixed[0].start, problem.setups[0].duration) == (15, 20)


def spoil(document, path, value):
    *way, last = path
    for key in way:
        document = document[key]
    if value is KeyError:
        del document[last]
    else:
        document[last] = value


FIRST = ("jobs", 0, "operations", 0)
FAULTS = [
    (("format",), "gongfang/schedule-problem/2", "$.format"),
    (("jobs",), KeyError, "$.jobs"),
    (("colour",), 1, "$.colour"),
    (("objective",), "profit", "$.objective"),
    (("start",), "Monday", "$.start"),
    (("resources", 1, "id"), "M1", "$.resources[1].id"),
    (("resources", 0, "capacity"), 0, "$.resources[0].capacity"),
    (("resources", 0, "open"), [[0, 10], [5, 20]], "$.resources[0].open[1]"),
    (("resources", 0, "open"), [[10, 10]], "$.resources[0].open[0]"),
    (("resources", 0, "open"), [[0, 10, 20]], "$.resources[0].open[0]"),
    (("jobs", 1, "id"), "WO1", "$.jobs[1].id"),
    (("jobs", 0, "weight"), -1, "$.jobs[0].weight"),
    (("jobs", 0, "weight"), 0.0001, "$.jobs[0].weight"),
    (("jobs", 0, "release"), -1, "$.jobs[0].release"),
    (("jobs", 0, "release"), 0.5, "$.jobs[0].release"),
    (("jobs", 0, "due"), "soon", "$.jobs[0].due"),
    ((*FIRST, "modes"), [], "$.jobs[0].operations[0].modes"),
    ((*FIRST, "modes", 0, "resource"), "M9", "$.jobs[0].operations[0].modes[0].resource"),
    ((*FIRST, "modes", 0, "duration"), -5, "$.jobs[0].operations[0].modes[0].duration"),
    ((*FIRST, "modes", 0, "also"), ["M1"], "$.jobs[0].operations[0].modes[0].also"),
    ((*FIRST, "after"), ["99"], "$.jobs[0].operations[0].after"),
    ((*FIRST, "after"), ["20"], "$.jobs[0].operations[0].after"),
    ((*FIRST, "interruptible"), 1, "$.jobs[0].operations[0].interruptible"),
    (("jobs", 0, "operations", 1, "id"), "10", "$.jobs[0].operations[1].id"),
    (("setups", 0, "resource"), "M9", "$.setups[0].resource"),
    (("setups", 0, "duration"), KeyError, "$.setups[0].duration"),
    (("fixed", 0, "operation"), "99", "$.fixed[0]"),
    (("fixed", 0, "resource"), "M2", "$.fixed[0].resource"),
    (("fixed", 0, "start"), -1, "$.fixed[0].start"),
]


@pytest.mark.parametrize(("path", "value", "where"), FAULTS, ids=[".".join(map(str, fault[0])) for fault in FAULTS])
def test_each_fault_is_refused_by_its_path(path, value, where):
    document = good()
    spoil(document, path, value)
    with pytest.raises(FormatError) as refusal:
        read(document)
    assert where in {fault.path for fault in refusal.value.faults}


def test_a_circle_is_told_in_the_order_of_work():
    document = good()
    document["fixed"] = []
    document["jobs"][0]["operations"][0]["after"] = [{"job": "WO2", "operation": "10"}]
    with pytest.raises(FormatError, match="WO1/10 -> WO1/20 -> WO2/10 -> WO1/10"):
        read(document)


def test_all_faults_are_told_at_once():
    document = good()
    document["objective"] = "profit"
    document["resources"][0]["capacity"] = 0
    with pytest.raises(FormatError) as refusal:
        read(document)
    assert len(refusal.value.faults) == 2


def test_format_1_itself_has_no_tools_and_no_release_of_an_operation():
    document = good() | {"format": "gongfang/schedule-problem/1"}
    document["jobs"][0]["operations"][0]["release"] = 5
    with pytest.raises(FormatError) as refused:
        read(document)
    assert [(fault.path, fault.reason) for fault in refused.value.faults] == [
        ("$.jobs[0].operations[0].release", "unknown key"), ("$.jobs[1].operations[0].modes[0].also", "unknown key"),
    ]  # fmt: skip
    kept = problem_from(parse_json(json.dumps(document)), extended=True)
    assert kept.jobs[0].operations[0].release == 5
