"""A trading company; after each test its books and documents are proven."""

from collections.abc import Iterator

import pytest

from tests.trading import Trade


@pytest.fixture
def trade(db: None) -> Iterator[Trade]:
    trade = Trade()
    yield trade
    assert trade.is_spoilt or trade.proven() == []
