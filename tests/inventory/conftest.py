"""The ledger tests' store, with the keeper's verbs."""

import uuid
from typing import Any

import pytest

from tests.ledger.conftest import Store


@pytest.fixture
def store(db: None) -> Store:
    return Store()


@pytest.fixture
def do(store: Store) -> Any:
    """Do a verb once, under a fresh request id, as the administrator."""

    def call(verb: Any, **values: Any) -> Any:
        return verb(actor=store.user, request_id=uuid.uuid4(), **values)

    return call
