"""The OpenAPI schema is fuzzed as an administrator: whatever is sent, the answer is declared and never a 500.

An example costs half a second to make, so every run takes a fixed third of the operations with two examples each; `test_hostile`
sends its table of wrong values to all of them. GONGFANG_FUZZ=all fuzzes every operation.
"""

import json
import os
import zlib
from uuid import uuid4

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import response_schema_conformance, status_code_conformance

from gongfang.config.wsgi import application
from gongfang.platform.identity import services as identity

SHARE = 3  # one path in so many


@pytest.fixture
def token(db) -> str:
    admin = identity.register_first_admin(
        actor=None, request_id=uuid4(), username="admin", name="管理员", password="Gongfang-2026"
    )
    return identity.create_token(actor=admin, name="fuzz")[1]


def load() -> schemathesis.BaseSchema:
    from gongfang.api.urls import api

    document = json.loads(json.dumps(api.get_openapi_schema(), default=str))
    if os.environ.get("GONGFANG_FUZZ") != "all":
        document["paths"] = {
            path: methods for path, methods in document["paths"].items() if zlib.crc32(path.encode()) % SHARE == 0
        }
    return schemathesis.openapi.from_dict(document)


schema = load()
schema.app = application


@schema.parametrize()
@settings(
    max_examples=2, deadline=None, derandomize=True, phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
def test_no_request_breaks_the_server(case, token):
    response = case.call(headers={"Authorization": f"Bearer {token}"})
    case.validate_response(response, checks=[not_a_server_error, status_code_conformance, response_schema_conformance])
