"""What happens by the clock: every package's schedules are found, each is run once when it is due, by whoever comes first."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from gongfang.platform.identity import services as identity
from gongfang.platform.tasks.models import ScheduleState
from gongfang.platform.tasks.schedules import known, run_due


@pytest.mark.django_db
def test_each_due_schedule_runs_once():
    now = timezone.now()
    assert run_due(now) == {}, "before anybody is registered there is nobody to act for"
    identity.register_first_admin(
        actor=None, request_id=uuid4(), username="root", name="管理员", password="Gongfang-2026"
    )
    schedules = known()
    assert schedules
    run_due(now)
    assert set(ScheduleState.objects.values_list("name", flat=True)) == set(schedules)
    later = now + timedelta(days=1, seconds=1)
    assert set(run_due(later)) == set(schedules)
    assert run_due(later) == {}
    assert not ScheduleState.objects.filter(has_failed=True).exists()
