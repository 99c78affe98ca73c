"""The API as mounted under /api/: the OpenAPI schema, the interactive page, and version 1 of every resource."""

from typing import Any

import orjson
from django.http import HttpRequest
from ninja import Schema
from ninja.renderers import BaseRenderer

import gongfang
from gongfang.api.auth import BrowserAuth, TokenAuth
from gongfang.api.counters import router as counters
from gongfang.api.errors import REFUSALS, install
from gongfang.api.previews import router as previews
from gongfang.api.resources import router_of
from gongfang.api.sharing import DescribedOnce, share_response_models
from gongfang.ui.registry import registry

share_response_models()


def _plain(value: Any) -> Any:
    """Decimals as exact text, lazy translations and the rest as text."""
    return f"{value:f}" if hasattr(value, "as_tuple") else str(value)


class ExactRenderer(BaseRenderer):
    """orjson; decimals are strings so that no digit is lost on the way."""

    media_type = "application/json"

    def render(self, request: HttpRequest, data: Any, *, response_status: int) -> bytes:
        return orjson.dumps(data, default=_plain)


class Me(Schema):
    """The person behind the token or session, and what they may do."""

    username: str
    name: str
    roles: list[str]
    permissions: list[str]


api = DescribedOnce(
    title="工坊 Gongfang", version=gongfang.__version__, renderer=ExactRenderer(), auth=[TokenAuth(), BrowserAuth()],
    urls_namespace="api",
    description="The same verbs, permissions and checks as the screens. Amounts and quantities are exact decimals as text.",
    openapi_extra={"info": {"license": {"name": "Apache-2.0"}}},
)  # fmt: skip
install(api)


@api.get("/v1/me", response={200: Me, **REFUSALS}, tags=["me"], summary="Who am I?")
def me(request: HttpRequest) -> Any:
    user: Any = request.user
    return {
        "username": user.username,
        "name": user.name,
        "roles": sorted(user.role_codes()),
        "permissions": sorted(user.grants()),
    }


api.add_router("/v1/counters", counters)
api.add_router("/v1/previews", previews)
for declared in registry().screens.values():
    api.add_router(f"/v1/{declared.key}", router_of(declared))

urlpatterns = api.urls[0]
