"""Call a verb for a person: the only place where pages reach services by name."""

import uuid
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.db import models
from django.utils.translation import gettext

from gongfang.platform.verbs import REGISTRY
from gongfang.ui.calls import bind
from gongfang.ui.registry import screen_of
from gongfang.ui.screens import Screen, VerbButton


def verb_title(name: str) -> str:
    """The verb's own title in the person's language."""
    return gettext(REGISTRY[name].title) if name in REGISTRY else name


def do(
    user: Any, name: str, values: Mapping[str, Any], *, request_id: uuid.UUID, document: models.Model | None = None,
    version: int | None = None, confirmed: Collection[str] = (), button: VerbButton | None = None, together: Sequence[models.Model] = (),
) -> Any:  # fmt: skip
    """Bind the values to the verb's signature and call it. Raises DomainError out of the verb."""
    function = REGISTRY[name].function
    if button is not None and button.arguments is not None:
        given = button.arguments(document, dict(values))
        accepted = {"confirm": frozenset(confirmed)} if getattr(function, "takes_confirm", False) else {}
        return function(actor=user, request_id=request_id, **{**accepted, **given})
    arguments = bind(
        function, values, actor=user, request_id=request_id, document=document, version=version, confirmed=confirmed,
        together=together,
    )  # fmt: skip
    return function(**arguments)


def save(
    user: Any,
    declared: Screen,
    values: dict[str, Any],
    *,
    request_id: uuid.UUID,
    document: models.Model | None,
    version: int | None,
    confirmed: Collection[str] = (),
) -> Any:
    """Create or edit a row through the noun's verb."""
    name = declared.edit_verb if document is not None else declared.create_verb
    if callable(declared.payload) and not isinstance(declared.payload, type):
        function = REGISTRY[name].function
        return function(actor=user, request_id=request_id, **declared.payload(values, document, version))
    return do(user, name, values, request_id=request_id, document=document, version=version, confirmed=confirmed)


def address_of(result: Any, fallback: str) -> str:
    """Where a verb's result is seen: the row it returned, the list of several, or where the person was."""
    rows = result if isinstance(result, list | tuple) else [result]
    rows = [row for row in rows if isinstance(row, models.Model)]
    if not rows:
        return fallback
    declared = screen_of(rows[0])
    if declared is None:
        return fallback
    if len(rows) == 1:
        return f"/{declared.key}/{rows[0].pk}/"
    return f"/{declared.key}/?ids=" + ",".join(str(row.pk) for row in rows)
