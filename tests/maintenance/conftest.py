"""A workshop with machines; after each test its books, counters and stops are proven."""

from collections.abc import Iterator
from typing import Any

import pytest

from gongfang.maintenance import services as maintenance
from gongfang.maintenance.models import Equipment
from gongfang.masterdata.models import Plant, WorkCentre
from tests.trading import Trade


class Workshop(Trade):
    """Speaks of equipment by code."""

    def __init__(self) -> None:
        super().__init__()
        self.centre = WorkCentre.objects.create(code="L1", name="车床", plant=Plant.objects.get())
        self.lathe = self.equip("LATHE", work_centre=self.centre.pk)

    def equip(self, code: str, kind: str = "machine", **values: Any) -> Equipment:
        return self.do(maintenance.create_equipment, code=code, name=code, kind=kind, **values)

    def fresh(self, row: Any) -> Any:
        return type(row).objects.get(pk=row.pk)


@pytest.fixture
def shop(db: None) -> Iterator[Workshop]:
    shop = Workshop()
    yield shop
    assert shop.is_spoilt or shop.proven() == []
