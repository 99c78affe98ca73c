import pytest

from tests.production.shop import Shop


@pytest.fixture
def shop(db: None) -> Shop:
    return Shop()
