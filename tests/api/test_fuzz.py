"""The OpenAPI schema is fuzzed as an administrator: whatever is sent, the answer is declared, has its shape, and is never a 500.

Every operation is tried in every run with values made from its own schema (`tests.api.fuzzing`), on a company with orders and
stock, each write taken back. schemathesis adds its own ideas on a share of the paths (half a second an example), on all of them
with GONGFANG_FUZZ=all.
"""

import json
import os
import zlib
from functools import cache
from typing import Any
from uuid import uuid4

import jsonschema_rs
import pytest
import schemathesis
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import response_schema_conformance, status_code_conformance

from gongfang.config.wsgi import application
from gongfang.platform.identity import services as identity
from gongfang.platform.models import User
from tests.api.fuzzing import Maker
from tests.trading import Trade, busy

SHARE = 120  # schemathesis: one path in so many
EXAMPLES = {"get": 1, "post": 2, "patch": 2}
PARTS = 8


@cache
def document() -> dict[str, Any]:
    from gongfang.api.urls import api

    return json.loads(json.dumps(api.get_openapi_schema(), default=str))


def token_of(user: User) -> str:
    return identity.create_token(actor=user, name="fuzz")[1]


def operations(document: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (path, method, operation)
        for path, methods in sorted(document["paths"].items())
        for method, operation in sorted(methods.items())
    ]


class Judge:
    """Whether an answer is one that its operation declares."""

    def __init__(self, components: dict[str, Any]) -> None:
        self.components = components
        self.known: dict[str, Any] = {}

    def __call__(self, operation: dict[str, Any], answer: Any, told: object) -> None:
        assert answer.status_code < 500, (told, answer.content[:500])
        declared = operation["responses"].get(str(answer.status_code))
        assert declared is not None, ("a status that is not declared", told, answer.status_code)
        content = declared.get("content", {}).get("application/json")
        if content is None:
            return
        key = json.dumps(content["schema"], sort_keys=True)
        if key not in self.known:
            self.known[key] = jsonschema_rs.validator_for(
                {**content["schema"], "components": {"schemas": self.components}}
            )
        fault = next(iter(self.known[key].iter_errors(json.loads(answer.content))), None)
        assert fault is None, (told, str(fault))


@pytest.fixture
def company(db) -> Trade:
    return busy()


@pytest.mark.parametrize("part", range(PARTS))
def test_every_operation_answers_as_it_declares(company, part):
    described = document()
    components = described["components"]["schemas"]
    judge, client = (
        Judge(components),
        Client(headers={"Authorization": f"Bearer {token_of(company.boss)}"}, raise_request_exception=False),
    )
    tried = done = 0
    for path, method, operation in operations(described)[part::PARTS]:
        for number in range(EXAMPLES[method]):
            maker = Maker(components, f"{method} {path} {number}")
            address = path.replace("{pk}", str(maker.random.choice([1, 1, 1, 2, 999_999])))
            query = maker.query(operation.get("parameters", []))
            body: Any = None
            if "requestBody" in operation:
                body = maker.value(operation["requestBody"]["content"]["application/json"]["schema"])
            with transaction.atomic():
                answer = client.generic(
                    method.upper(), address, json.dumps(body) if body is not None else "", "application/json",
                    query_params=query,
                )  # fmt: skip
                judge(operation, answer, (method, address, query, body))
                transaction.set_rollback(True)
            tried += 1
            done += answer.status_code == 200 and method != "get"
    print(f"{tried} requests, {done} writes done")
    assert tried >= len(operations(described)[part::PARTS]) and done


def some() -> schemathesis.BaseSchema:
    described = document()
    if os.environ.get("GONGFANG_FUZZ") != "all":
        paths = described["paths"]
        share = {path: paths[path] for path in paths if zlib.crc32(path.encode()) % SHARE == 0}
        described = {**described, "paths": share}
    schema = schemathesis.openapi.from_dict(described)
    schema.app = application
    return schema


@pytest.fixture
def token(db) -> str:
    return token_of(
        identity.register_first_admin(
            actor=None, request_id=uuid4(), username="admin", name="管理员", password="Gongfang-2026"
        )
    )


def test_no_request_breaks_the_server(token):
    """The schema is read here and not when the file is: every worker of every run reads the file."""
    asked = 0
    for found in some().get_all_operations():
        operation = found.ok()

        @settings(
            max_examples=2, deadline=None, derandomize=True, phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        @given(case=operation.as_strategy())
        def ask(case):
            response = case.call(headers={"Authorization": f"Bearer {token}"})
            case.validate_response(
                response, checks=[not_a_server_error, status_code_conformance, response_schema_conformance]
            )

        ask()
        asked += 1
    assert asked
