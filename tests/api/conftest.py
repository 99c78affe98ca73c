"""Callers of the API: an administrator and an operator, by token."""

import json
from uuid import uuid4

import pytest
from django.test import Client

from gongfang.platform.identity import services as identity
from gongfang.platform.models import User


class Caller:
    """A program that talks to the API as one person."""

    def __init__(self, user: User, *, read_only: bool = False) -> None:
        self.user = user
        self.key = identity.create_token(actor=user, name="test", read_only=read_only)[1]
        self.client = Client()

    def __call__(self, method: str, path: str, body=None, key=None):
        headers = {"Authorization": f"Bearer {self.key}"} | ({"Idempotency-Key": str(key)} if key else {})
        response = self.client.generic(
            method, f"/api/v1/{path}", json.dumps(body) if body is not None else "", "application/json", headers=headers
        )
        return response.status_code, json.loads(response.content) if response.content else None


@pytest.fixture
def admin(db) -> User:
    return identity.register_first_admin(
        actor=None, request_id=uuid4(), username="admin", name="管理员", password="Gongfang-2026"
    )


@pytest.fixture
def call(admin) -> Caller:
    return Caller(admin)


@pytest.fixture
def as_operator(admin) -> Caller:
    user = identity.create_user(
        actor=admin, request_id=uuid4(), username="op", name="郑强", password="Gongfang-2026", roles=["operator"]
    )
    return Caller(user)
