"""Machine counters over HTTP: a device posts what it counted, with its own token; sending it again changes nothing."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema
from ninja.security import HttpBearer
from pydantic import Field

from gongfang.api.errors import REFUSALS
from gongfang.maintenance import services as maintenance
from gongfang.maintenance.services import Message

MESSAGES_MAX = 1000
Amount = Annotated[Decimal, Field(ge=0, le=10_000_000, max_digits=14, decimal_places=6)]


class DeviceAuth(HttpBearer):
    """`Authorization: Bearer <the device's token>`."""

    def authenticate(self, request: HttpRequest, token: str) -> Any | None:
        return maintenance.device_of_token(token)


class CountIn(Schema):
    """What was counted since the device's message before. seq: its running number, from 0 on; at: None is now."""

    seq: Annotated[int, Field(ge=0, lt=2**62)]
    at: datetime | None = None
    strokes: Amount = Decimal(0)
    run_minutes: Amount = Decimal(0)


class CountsIn(Schema):
    messages: Annotated[list[CountIn], Field(min_length=1, max_length=MESSAGES_MAX)]


class CountsOut(Schema):
    """What is kept of this device now: everything up to `highest` that was ever sent needs no sending again."""

    device: str
    received: int
    highest: int


router = Router(tags=["counters"])


@router.post("", auth=DeviceAuth(), response={200: CountsOut, **REFUSALS}, summary="Send counts of a machine")
def send(request: HttpRequest, payload: CountsIn) -> Any:
    device: Any = request.auth  # type: ignore[attr-defined]
    now = timezone.now()
    messages = [
        Message(one.seq, _aware(one.at) if one.at else now, one.strokes, one.run_minutes) for one in payload.messages
    ]
    found = maintenance.take(device, messages)
    return {"device": found.code, "received": found.received, "highest": found.highest}


def _aware(moment: datetime) -> datetime:
    return timezone.make_aware(moment) if timezone.is_naive(moment) else moment
