"""`gongfang solve schedule`: the printed result is this text, and a faulty file prints nothing on stdout."""

import io
import json
import re

import pytest

from gongfang.engines.scheduling import command, solving
from gongfang.engines.scheduling.command import main_solve_schedule
from gongfang.engines.scheduling.problem import ScheduleResult, Status
from tests.engines.scheduling.test_reading import good

GOLDEN = """{
 "format": "gongfang/schedule-result/1",
 "status": "optimal",
 "objective": 95,
 "bound": 95,
 "seconds": 0,
 "operations": [
  {"job": "WO1", "operation": "10", "resource": "M1", "start": 15, "end": 45},
  {"job": "WO1", "operation": "20", "resource": "M2", "start": 45, "end": 90},
  {"job": "WO2", "operation": "10", "resource": "M2", "also": ["M1"], "start": 90, "end": 95}
 ]
}
"""


def run(tmp_path, document):
    path = tmp_path / "problem.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    out = io.StringIO()
    status = main_solve_schedule(str(path), out, seconds=5, workers=1)
    return status, re.sub(r'"seconds": [\d.]+', '"seconds": 0', out.getvalue())


def test_the_result_as_text(tmp_path):
    assert run(tmp_path, good()) == (0, GOLDEN)


def test_no_plan_is_a_result_with_its_reason(tmp_path):
    document = good()
    document["resources"][0]["open"] = [[0, 20]]
    status, text = run(tmp_path, document)
    result = json.loads(text)
    assert (status, result["status"], result["objective"], result["operations"]) == (0, "infeasible", None, [])
    assert "M1" in result["message"]


def test_a_faulty_file_prints_faults_on_stderr_only(tmp_path, capsys):
    document = good()
    document["jobs"][0]["operations"][0]["modes"][0]["resource"] = "M9"
    assert run(tmp_path, document) == (2, "")
    assert "$.jobs[0].operations[0].modes[0].resource" in capsys.readouterr().err


def test_what_is_neither_found_nor_disproved_prints_nothing(tmp_path, monkeypatch, capsys):
    nothing = ScheduleResult(
        Status.UNKNOWN, None, None, 0.1, (), "no plan was found in the time given; there may be one"
    )
    monkeypatch.setattr(command, "solve", lambda problem, **options: nothing)
    assert run(tmp_path, good()) == (1, "")
    assert "in the time given" in capsys.readouterr().err


def test_a_plan_that_breaks_a_rule_never_leaves_the_engine(tmp_path, monkeypatch):
    """Also where Python runs without assertions."""
    monkeypatch.setattr(solving, "violations", lambda problem, plan: ["M1 runs two at once"])
    with pytest.raises(solving.ImpossiblePlan, match="M1 runs two at once"):
        run(tmp_path, good())
