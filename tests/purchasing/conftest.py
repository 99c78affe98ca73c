import pytest

from tests.trading import Trade


@pytest.fixture
def trade(db: None) -> Trade:
    return Trade()
