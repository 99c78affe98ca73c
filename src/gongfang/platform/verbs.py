"""The one way to change anything: a verb.

    @verb("sales.ship", N_("Ship"), roles=("keeper",))
    def ship(*, actor: User, request_id: UUID, shipment_id: int) -> Shipment: ...

One verb is one transaction, permitted (its name is the permission), idempotent by request id, and one audit row. A verb called
inside another verb is part of it: same transaction, same permission, same audit row. A verb returns a model instance, a list of
instances of one model, or None; repeating a request id returns the same rows and changes nothing.
"""

import functools
import hashlib
import inspect
import json
import random
import time
import uuid
from collections.abc import Callable, Iterable
from contextvars import ContextVar
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, ParamSpec, TypeVar

from django.apps import apps
from django.db import OperationalError, connection, models, transaction
from django.utils.functional import lazy

from gongfang.kernel.errors import DomainError, Kind, Problem
from gongfang.platform.audit.services import Trail, record
from gongfang.platform.statements import run

P = ParamSpec("P")
R = TypeVar("R")
T = TypeVar("T")

ATTEMPTS = 6
RETRIED_STATES = {"40001", "40P01"}  # serialisation failure, deadlock


@dataclass(frozen=True, slots=True)
class Verb:
    """What the registry knows of a verb. roles: the preset roles that may do it on a new system."""

    name: str
    title: str
    roles: frozenset[str]
    function: Callable[..., Any]
    package: str = field(default="")


REGISTRY: dict[str, Verb] = {}
VIEW_PERMISSIONS: dict[str, frozenset[str]] = {}
_trail: ContextVar[Trail | None] = ContextVar("trail", default=None)
_attempt: ContextVar[int] = ContextVar("attempt", default=1)
_last: ContextVar[list[Callable[[], None]] | None] = ContextVar("last", default=None)
_kept: ContextVar[dict[str, Any] | None] = ContextVar("kept", default=None)
_confirmed: ContextVar[frozenset[str] | None] = ContextVar("confirmed", default=None)


def view_permission(name: str, roles: Iterable[str]) -> str:
    """Declare a permission to look at something (`sales.view_orders`) and the preset roles that have it."""
    VIEW_PERMISSIONS[name] = VIEW_PERMISSIONS.get(name, frozenset()) | frozenset(roles)
    return name


def authorize(actor: Any, permission: str) -> None:
    """Refuse unless the person has the permission. Raises DomainError(forbidden)."""
    if actor is None or not actor.is_active or not actor.may(permission):
        words = lazy(_permission_words, str)(permission)
        title = REGISTRY[permission].title if permission in REGISTRY else words
        raise DomainError(
            Problem(
                "forbidden",
                "You may not do this: {verb}. Ask an administrator for the permission “{permission}”.",
                verb=title,
                permission=words,
            ),
            Kind.FORBIDDEN,
        )


def _permission_words(permission: str) -> str:
    """A permission as roles show it, with its area, in the language of who reads the refusal."""
    from gongfang.platform.permissions import permission_area, permission_title

    return f"{permission_area(permission)} · {permission_title(permission)}"


def note(subject: models.Model, **changes: tuple[Any, Any]) -> None:
    """Put field changes (name=(old, new)) of a row on the audit row of the running verb."""
    trail = _trail.get()
    assert trail is not None, "note() outside a verb"
    trail.note(subject, changes)


def at_end(act: Callable[[], None]) -> None:
    """Do something when the running verb has written what it holds in memory, in its transaction; at once outside a verb."""
    waiting = _last.get()
    if waiting is None:
        act()
    else:
        waiting.append(act)


def kept(name: str, read: Callable[[], T]) -> T:
    """What is read once in a running verb and not again: company settings. Read each time outside a verb."""
    found = _kept.get()
    if found is None:
        return read()
    if name not in found:
        found[name] = read()
    return found[name]  # type: ignore[no-any-return]


def forget_kept(name: str) -> None:
    """Read it anew when it is next asked for; called by the verb that changes it."""
    found = _kept.get()
    if found is not None:
        found.pop(name, None)


def confirming(code: str) -> bool:
    """Whether the running verb has to ask before it goes on: its caller takes questions and has not answered this one.

    Pages and REST always hand over `confirm`, the codes they confirmed; a program that does not is never asked.
    """
    confirmed = _confirmed.get()
    return confirmed is not None and code not in confirmed


def verb(
    name: str, title: str, *, roles: Iterable[str] = (), public: bool = False
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Make a service function a verb. public: needs no permission (first registration, own password)."""

    def wrap(function: Callable[P, R]) -> Callable[P, R]:
        own_confirm = "confirm" in inspect.signature(function).parameters  # else it is for what is called

        assert name not in REGISTRY or REGISTRY[name].function.__module__ == function.__module__, f"verb {name} twice"

        @functools.wraps(function)
        def call(*args: P.args, **kwargs: P.kwargs) -> R:
            assert not args, "verbs take keyword arguments only"
            confirm = kwargs.get("confirm")
            if not own_confirm:
                kwargs.pop("confirm", None)
            if _trail.get() is not None:
                return function(**kwargs)  # type: ignore[call-arg]
            if not public:
                authorize(kwargs.get("actor"), name)
            token = _confirmed.set(None if confirm is None else frozenset(confirm))  # type: ignore[arg-type]
            try:
                return _retried(name, function, kwargs)
            except DomainError as refusal:
                _keep_preview(kwargs.get("actor"), refusal)
                raise
            finally:
                _confirmed.reset(token)

        call.takes_confirm = True  # type: ignore[attr-defined]
        REGISTRY[name] = Verb(name, title, frozenset(roles), call, name.split(".")[0])
        return call

    return wrap


def _keep_preview(actor: Any, refusal: DomainError) -> None:
    """What a question is about outlives the transaction that was taken back, so that it can be read before the answer."""
    if refusal.preview is not None and actor is not None:
        from gongfang.platform.previews.services import keep

        refusal.preview_id = keep(actor, refusal.preview)


def _retried(name: str, function: Callable[..., R], kwargs: dict[str, Any]) -> R:
    """Run the transaction; deadlocks, serialisation failures and a busy SQLite are tried again a bounded number of times."""
    for attempt in range(1, ATTEMPTS + 1):
        _attempt.set(attempt)
        try:
            return _once(name, function, kwargs)
        except OperationalError as error:
            if connection.in_atomic_block or attempt == ATTEMPTS or not _passing(error):
                raise
            time.sleep(random.uniform(0.01, 0.05) * attempt**2)
    raise AssertionError("unreachable")


def is_retry() -> bool:
    """Whether the running verb was broken off by a deadlock before: it may then take its locks more broadly."""
    return _trail.get() is not None and _attempt.get() > 1


def _passing(error: OperationalError) -> bool:
    state = getattr(error.__cause__, "sqlstate", None)
    return state in RETRIED_STATES or "database is locked" in str(error)


def _once(name: str, function: Callable[..., R], kwargs: dict[str, Any]) -> R:
    request_id = kwargs.get("request_id")
    assert isinstance(request_id, uuid.UUID), f"{name} needs request_id: UUID"
    actor = kwargs.get("actor")
    with transaction.atomic():
        earlier = _claim(request_id, name, fingerprint(name, actor, kwargs), actor)
        if earlier is not None:
            return earlier.rows()  # type: ignore[no-any-return]
        trail, last = Trail(), []
        token, last_token, kept_token = _trail.set(trail), _last.set(last), _kept.set({})
        try:
            result = function(**kwargs)
            for act in last:  # may grow while it runs
                act()
        finally:
            _trail.reset(token)
            _last.reset(last_token)
            _kept.reset(kept_token)
        record(
            actor=actor, verb=name, request_id=request_id, subjects=_listed(result), trail=trail,
            also=_remembering(request_id, result),
        )  # fmt: skip
        return result


def _listed(result: Any) -> list[models.Model]:
    if result is None:
        return []
    return list(result) if isinstance(result, list | tuple) else [result]


def _key(request_id: uuid.UUID) -> Any:
    """A request id as its column keeps it."""
    return request_id if connection.vendor == "postgresql" else request_id.hex


def _claim(request_id: uuid.UUID, name: str, digest: str, actor: Any) -> Any:
    """Take the request id for this transaction; a rival with the same id waits here until we commit.

    Returns the earlier request when it was done before. Raises DomainError(request_reused) for another payload.
    """
    from gongfang.platform.models import Request

    values = (
        _key(request_id),
        name,
        digest,
        actor.pk if actor is not None else None,
    )
    is_new = run(
        "INSERT INTO platform_request (id, verb, fingerprint, actor_id, result_model, result_ids, result_many, created_at)"
        " VALUES (%s, %s, %s, %s, '', '[]', %s, CURRENT_TIMESTAMP) ON CONFLICT (id) DO NOTHING RETURNING 1",
        [*values, False],
    )
    if is_new:
        return None
    earlier = Request.objects.get(pk=request_id)
    if (earlier.verb, earlier.fingerprint) != (name, digest):
        raise DomainError(
            Problem("request_reused", "This request id was already used for something else; send a new one."),
            Kind.CONFLICT,
        )
    return earlier


def _remembering(request_id: uuid.UUID, result: Any) -> list[tuple[str, list[Any]]]:
    """The statement that keeps what a request returned, to be run with those of the audit row; none where it returned nothing."""
    rows = _listed(result)
    if not rows:
        return []
    many = isinstance(result, list | tuple)
    return [
        (
            "UPDATE platform_request SET result_model = %s, result_ids = %s, result_many = %s WHERE id = %s",
            [rows[0]._meta.label, json.dumps([row.pk for row in rows]), many, _key(request_id)],
        )
    ]


def fingerprint(name: str, actor: Any, kwargs: dict[str, Any]) -> str:
    """Digest of what a request asks for, independent of the order of its fields."""
    payload = {key: value for key, value in kwargs.items() if key not in ("actor", "request_id")}
    text = json.dumps([name, getattr(actor, "pk", None), _plain(payload)], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, str | int | bool):
        return value
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, models.Model):
        return [value._meta.label, value.pk]
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: _plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, dict):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    if isinstance(value, set | frozenset):
        return sorted(str(_plain(inner)) for inner in value)
    if isinstance(value, bytes):
        return hashlib.sha256(value).hexdigest()
    return str(value)


def rows_of(model_label: str, ids: list[int], many: bool) -> Any:
    """The rows that an earlier request returned, in the same order."""
    if not model_label:
        return None
    found = apps.get_model(model_label)._default_manager.in_bulk(ids)
    rows = [found[pk] for pk in ids if pk in found]
    return rows if many else (rows[0] if rows else None)
