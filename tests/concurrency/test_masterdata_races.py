"""Two engineers close a circle from both ends at the same moment: one gets through, the other is told why."""

import threading
import uuid
from typing import Any

import pytest
from django.db import connection

from gongfang.kernel.errors import DomainError
from gongfang.masterdata import services, verify
from gongfang.masterdata.models import Bom, Item, ItemCategory, Unit
from gongfang.platform.identity.models import User
from gongfang.platform.identity.services import register_first_admin

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def together(*works: Any) -> list[Any]:
    """Start all at once, each on a connection of its own; what each returned, or the code of its refusal."""
    gate, answers = threading.Barrier(len(works)), [None] * len(works)

    def run(n: int) -> None:
        try:
            gate.wait()
            works[n]()
            answers[n] = "done"
        except DomainError as refused:
            answers[n] = refused.code
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(n,)) for n in range(len(works))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(600)
    return answers


@pytest.fixture
def admin() -> User:
    return register_first_admin(
        actor=None, request_id=uuid.uuid4(), username="admin", name="管理员", password="Gongfang-2026"
    )


def bom(admin: User, parent: Item, component: Item) -> Any:
    return lambda: services.create_bom(
        actor=admin, request_id=uuid.uuid4(), item=parent.pk, lines=[{"component": component.pk, "quantity": 1}]
    )


def test_a_circle_closed_from_both_ends(admin: User) -> None:
    unit = Unit.objects.create(code="PCS", name="件")
    category = ItemCategory.objects.create(code="10", name="件")
    for turn in range(8):
        ring = [Item.objects.create(code=f"R{turn}-{n}", name="x", unit=unit, category=category) for n in range(4)]
        answers = together(*(bom(admin, ring[n], ring[(n + 1) % 4]) for n in range(4)))
        assert sorted(answers) == ["bom_cycle", "done", "done", "done"]
        assert Bom.objects.filter(item__in=ring).count() == 3
    assert [fault for check in verify.CHECKS if check.name == "masterdata.cycles" for fault in check.run()] == []


def test_one_new_version_becomes_the_default(admin: User) -> None:
    unit = Unit.objects.create(code="PCS", name="件")
    category = ItemCategory.objects.create(code="10", name="件")
    parent, part = (Item.objects.create(code=code, name=code, unit=unit, category=category) for code in "AB")

    def version(code: str) -> Any:
        return lambda: services.create_bom(
            actor=admin,
            request_id=uuid.uuid4(),
            item=parent.pk,
            code=code,
            lines=[{"component": part.pk, "quantity": 1}],
        )

    answers = together(*(version(f"V{n}") for n in range(6)))
    assert answers == ["done"] * 6
    assert Bom.objects.filter(item=parent, is_default=True).count() == 1
