"""The endpoints of one noun: list, read, create, edit, and one per verb."""

import uuid
from collections.abc import Callable, Sequence
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Header, Path, Query, Router, Schema
from pydantic import Field as Limits

from gongfang.api.entries import answered, entered
from gongfang.api.errors import REFUSALS
from gongfang.api.schemas import answers_of, as_columns, body_of, class_name, document_of, grid_columns, row_of
from gongfang.kernel.errors import DomainError, Kind, Problem, refuse_if
from gongfang.platform.verbs import REGISTRY, authorize
from gongfang.ui.calls import bind, parameters
from gongfang.ui.derive import allowed, columns, derived_field, filters, footer_columns, header_fields, kept_header
from gongfang.ui.forms import stored_value
from gongfang.ui.listing import Listing, Request, visible_rows
from gongfang.ui.present import raw_value, related_paths
from gongfang.ui.registry import model_of, screen_of
from gongfang.ui.screens import Column, Field, Screen

KeyParam = Path[Annotated[int, Limits(ge=1, le=2**63 - 1)]]
IdempotencyKey = Annotated[
    uuid.UUID | None,
    Header(alias="Idempotency-Key", description="The same key does the same once; repeat it after a time-out."),
]


class Done(Schema):
    """What a verb led to: the resource and id of the rows it returned."""

    resource: str | None = None
    ids: list[int] = []


def router_of(declared: Screen) -> Router:
    """All endpoints of a noun."""
    router = Router(tags=[declared.key])
    _reading(router, declared)
    if declared.create_verb in REGISTRY:
        _creating(router, declared)
    if declared.edit_verb in REGISTRY:
        _editing(router, declared)
    for button in declared.verbs:
        if button.verb in REGISTRY:
            _verb(router, declared, button)
    for list_verb in declared.list_verbs:
        if list_verb.verb in REGISTRY:
            _list_verb(router, declared, list_verb)
    return router


def value_of(row: Any, column: Column) -> Any:
    """A column's value as JSON: a reference gives its key, a person or other row its text."""
    value = raw_value(row, column)
    if hasattr(value, "pk"):
        return value.pk if column.kind == "ref" else str(value)
    return value


def shown(row: Any, listed: Sequence[Column]) -> dict[str, Any]:
    return {"id": row.pk, **{column.path: value_of(row, column) for column in listed}}


def whole(declared: Screen, row: Any, user: Any) -> dict[str, Any]:
    """A document with its lines, without what the person may not see. Queries: one per grid beside the row's own."""
    listed = allowed(user, [*columns(declared), *as_columns(kept_header(declared)), *footer_columns(declared)])
    answer = {**shown(row, listed), "version": getattr(row, "version", None)}
    for grid in declared.grids:
        line_columns = allowed(user, grid_columns(declared, grid))
        lines = getattr(row, grid.relation).all()
        lines = lines.order_by(*grid.order_by) if grid.order_by else lines
        relations = sorted({c.path.rpartition("__")[0] for c in line_columns if "__" in c.path and c.value is None})
        lines = lines.select_related(*relations) if relations else lines
        answer[grid.relation] = [shown(line, line_columns) for line in lines]
    return answer


def found(declared: Screen, user: Any, pk: int) -> Any:
    """One row within the person's data scope. Raises DomainError: forbidden, missing."""
    if declared.view_permission:
        authorize(user, declared.view_permission)
    paths = related_paths(declared, [column for column in columns(declared) if column.value is None])
    rows = visible_rows(declared, user)
    row = (rows.select_related(*paths) if paths else rows).filter(pk=pk).first()
    if row is None:
        title = str(model_of(declared)._meta.verbose_name)
        raise DomainError(Problem("missing", "There is no {title} {id}.", title=title, id=pk), Kind.MISSING)
    return row


def done(result: Any) -> dict[str, Any]:
    rows = [] if result is None else list(result) if isinstance(result, list | tuple) else [result]
    target = screen_of(rows[0]) if rows and hasattr(rows[0], "_meta") else None
    return {"resource": target.key if target else None, "ids": [row.pk for row in rows]}


def _reading(router: Router, declared: Screen) -> None:
    row_schema = row_of(declared)
    page = type(class_name(declared.key, "page"), (Schema,), {
        "__annotations__": {"items": list[row_schema], "next": str | None, "count": int, "count_is_capped": bool},  # type: ignore[valid-type]
    })  # fmt: skip
    names = ", ".join(one.path for one in filters(declared)) or "none"

    def list_rows(
        request: HttpRequest,
        q: Annotated[str, Query(max_length=100)] = "",
        sort: Annotated[str, Query(max_length=80)] = "",
        after: Annotated[str, Query(max_length=400)] = "",
        per: Annotated[int, Query(ge=1, le=500)] = 50,
        whole: Annotated[bool, Query(description="look for q in all texts, not in the newest only")] = False,
    ) -> Any:
        _refuse_unknown(declared, request)
        asked = {name: request.GET.getlist(name) for name in request.GET} | {"whole": ["1"] if whole else []}
        listing = Listing(declared, request.user, Request(asked))
        rows = listing.page()
        return {
            "items": [shown(row, listing.columns) for row in rows.rows],
            "next": rows.next or None, "count": listing.count, "count_is_capped": listing.count_is_capped,
        }  # fmt: skip

    def read_one(request: HttpRequest, pk: KeyParam) -> Any:
        return whole(declared, found(declared, request.user, pk), request.user)

    _add(router, declared, "list", "/", ["GET"], list_rows, page,
         f"Rows in pages. Filters (also with _from and _to): {names}. `after` is the `next` of the page before.")  # fmt: skip
    _add(router, declared, "read", "/{pk}", ["GET"], read_one, document_of(declared), "One row with its lines.")


def _refuse_unknown(declared: Screen, request: HttpRequest) -> None:
    """A misspelt filter must not answer with all rows."""
    known = {"q", "sort", "after", "before", "per", "where", "cols", "whole"}
    for one in filters(declared):
        known |= {one.path, f"{one.path}_from", f"{one.path}_to"}
    refuse_if(
        Problem("unknown_parameter", "There is no parameter “{name}”.", where=name[:60], name=name[:60])
        for name in request.GET
        if name not in known
    )


def _creating(router: Router, declared: Screen) -> None:
    body = body_of(declared, "create")

    def create(request: HttpRequest, payload: body, key: IdempotencyKey = None) -> Any:  # type: ignore[valid-type]
        authorize(request.user, declared.create_verb)
        sent = payload.model_dump(exclude_unset=True)  # type: ignore[attr-defined]
        values = entered(declared, sent, request.user, editing=False)
        return _called(request, declared.create_verb, values, key, confirmed=sent.get("confirm", []))

    _add(router, declared, "create", "/", ["POST"], create, Done, REGISTRY[declared.create_verb].title)


def _editing(router: Router, declared: Screen) -> None:
    body = body_of(declared, "edit")

    def edit(request: HttpRequest, pk: KeyParam, payload: body, key: IdempotencyKey = None) -> Any:  # type: ignore[valid-type]
        authorize(request.user, declared.edit_verb)
        document = found(declared, request.user, pk)
        sent = payload.model_dump(exclude_unset=True)  # type: ignore[attr-defined]
        values = {**_stored(declared, document), **entered(declared, sent, request.user, editing=True)}
        return _called(
            request,
            declared.edit_verb,
            values,
            key,
            document,
            version=sent.get("version"),
            confirmed=sent.get("confirm") or [],
        )

    _add(router, declared, "edit", "/{pk}", ["PATCH"], edit, Done, REGISTRY[declared.edit_verb].title)


def _stored(declared: Screen, document: Any) -> dict[str, Any]:
    """What the edit verb wants and an edit may leave out: the values as they are."""
    wanted = {
        name.removesuffix("_id")
        for name, parameter in parameters(REGISTRY[declared.edit_verb].function).items()
        if parameter.default is parameter.empty
    }
    return {
        one.name: stored_value(document, one)
        for one in header_fields(declared)
        if one.on_edit and not one.readonly and one.name.removesuffix("_id") in wanted
    }


def _verb(router: Router, declared: Screen, button: Any) -> None:
    ask = [derived_field(model_of(declared), one) for one in button.ask]
    name = button.verb.rpartition(".")[2]
    body = answers_of(declared, name, ask)

    def act(request: HttpRequest, pk: KeyParam, payload: body, key: IdempotencyKey = None) -> Any:  # type: ignore[valid-type]
        authorize(request.user, button.verb)
        document = found(declared, request.user, pk)
        sent = payload.model_dump(exclude_unset=True)  # type: ignore[attr-defined]
        values = answered(ask, sent, request.user, document)
        if button.arguments is not None:
            values = button.arguments(document, values)
            return _called(request, button.verb, values, key, confirmed=sent.get("confirm") or [])
        return _called(
            request,
            button.verb,
            values,
            key,
            document,
            version=sent.get("version"),
            confirmed=sent.get("confirm") or [],
        )

    _add(router, declared, name, f"/{{pk}}/{name}", ["POST"], act, Done, REGISTRY[button.verb].title)


def _list_verb(router: Router, declared: Screen, list_verb: Any) -> None:
    ask: list[Field] = [derived_field(None, one) for one in list_verb.ask]
    name = list_verb.verb.rpartition(".")[2]
    body = answers_of(declared, name, ask)

    def act(request: HttpRequest, payload: body, key: IdempotencyKey = None) -> Any:  # type: ignore[valid-type]
        authorize(request.user, list_verb.verb)
        sent = payload.model_dump(exclude_unset=True)  # type: ignore[attr-defined]
        values = answered(ask, sent, request.user)
        if list_verb.arguments is not None:
            values = list_verb.arguments(values)
        return _called(request, list_verb.verb, values, key, confirmed=sent.get("confirm") or [])

    _add(router, declared, name, f"/verbs/{name}", ["POST"], act, Done, REGISTRY[list_verb.verb].title)


def _called(
    request: HttpRequest, verb: str, values: dict[str, Any], key: uuid.UUID | None, document: Any = None, *,
    version: int | None = None, confirmed: Sequence[str] = (),
) -> dict[str, Any]:  # fmt: skip
    """Call the verb. A verb that takes no version has it checked here against the row that was read."""
    if document is not None and version is not None and getattr(document, "version", version) != version:
        raise DomainError(
            Problem(
                "stale",
                "{subject} was changed by somebody else meanwhile. Reload the page and enter the change again.",
                subject=str(document),
            ),
            Kind.CONFLICT,
        )
    function = REGISTRY[verb].function
    arguments = bind(
        function,
        values,
        actor=request.user,
        request_id=key or uuid.uuid4(),
        document=document,
        version=version,
        confirmed=confirmed,
    )
    return done(function(**arguments))


def _add(
    router: Router,
    declared: Screen,
    name: str,
    path: str,
    methods: list[str],
    view: Callable[..., Any],
    answer: Any,
    text: Any,
) -> None:
    view.__name__ = f"{name}_{declared.key.replace('/', '_').replace('-', '_')}"
    router.add_api_operation(
        path, methods, view, response={200: answer, **REFUSALS}, summary=str(text), operation_id=view.__name__,
        exclude_unset=True,
    )  # fmt: skip
