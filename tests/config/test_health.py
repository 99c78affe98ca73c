"""The health page answers without a log-in."""

import pytest

import gongfang


@pytest.mark.django_db
@pytest.mark.both_databases
def test_healthz(client):
    answer = client.get("/healthz")
    assert answer.status_code == 200
    body = answer.json()
    assert (body["status"], body["version"], body["pending_tasks"]) == ("ok", gongfang.__version__, 0)
    assert body["database"] in ("sqlite", "postgresql")
