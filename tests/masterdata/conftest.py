"""A small factory: two units, a category, a warehouse, an administrator."""

import uuid
from types import SimpleNamespace
from typing import Any

import pytest

from gongfang.masterdata import services
from gongfang.platform.identity.services import register_first_admin


def call(verb: Any, actor: Any, **values: Any) -> Any:
    """Do a verb once, under a fresh request id."""
    return verb(actor=actor, request_id=uuid.uuid4(), **values)


@pytest.fixture
def admin(db: None) -> Any:
    return register_first_admin(
        actor=None, request_id=uuid.uuid4(), username="admin", name="管理员", password="Gongfang-2026"
    )


@pytest.fixture
def factory(admin: Any) -> SimpleNamespace:
    """Names of what the tests need, on an empty database."""
    do = lambda verb, **values: call(verb, admin, **values)  # noqa: E731
    piece = do(services.create_unit, code="PCS", name="件")
    kilo = do(services.create_unit, code="KG", name="千克", precision=3)
    category = do(services.create_category, code="10", name="原材料")
    plant = do(services.create_plant, code="P1", name="一厂")
    warehouse = do(services.create_warehouse, code="W1", name="原料库", plant=plant.pk, kind="raw")

    def item(code: str, **values: Any) -> Any:
        return do(
            services.create_item, **{"code": code, "name": code, "category": category.pk, "unit": piece.pk, **values}
        )

    def bom(parent: Any, *components: Any, **values: Any) -> Any:
        lines = [{"component": part.pk, "quantity": 1} for part in components]
        return do(services.create_bom, item=parent.pk, lines=lines, **values)

    return SimpleNamespace(
        do=do,
        admin=admin,
        piece=piece,
        kilo=kilo,
        category=category,
        plant=plant,
        warehouse=warehouse,
        item=item,
        bom=bom,
    )
