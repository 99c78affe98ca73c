"""Entered values reach a verb in the shape that its signature asks for."""

from collections.abc import Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from uuid import UUID, uuid4

import pytest

from gongfang.ui.calls import DeclarationError, bind

REQUEST = uuid4()
ORDER = SimpleNamespace(pk=7, _meta=SimpleNamespace(model_name="salesorder", verbose_name="sales order"))


@dataclass(frozen=True)
class Line:
    item_id: int
    quantity: int
    id: int | None = None
    remark: str = ""


@dataclass(frozen=True)
class Header:
    customer_id: int
    remark: str = ""


def by_names(
    *, actor: object, request_id: UUID, customer_id: int, lines: Sequence[Line], remark: str = "-"
) -> None: ...
def by_header(*, actor: object, request_id: UUID, header: Header, lines: list[Line]) -> None: ...
def on_document(
    *, actor: object, request_id: UUID, order_id: int, version: int | None = None, comment: str = ""
) -> None: ...
def on_documents(*, actor: object, request_id: UUID, document_ids: list[int]) -> None: ...
def warned(*, actor: object, request_id: UUID, order_id: int, confirm: frozenset[str] = frozenset()) -> None: ...


def call(function, values, **more):
    return bind(function, values, actor="me", request_id=REQUEST, **more)


def test_names_fit_with_and_without_id_and_lines_become_dataclasses():
    bound = call(
        by_names, {"customer": 3, "lines": [{"item": 5, "quantity": 2, "id": None, "remark": None}], "remark": None}
    )
    assert bound == {"actor": "me", "request_id": REQUEST, "customer_id": 3, "lines": [Line(5, 2)]}


def test_a_header_may_be_one_dataclass():
    bound = call(by_header, {"customer": 3, "remark": "急", "lines": []})
    assert bound["header"] == Header(3, "急")


@pytest.mark.parametrize(
    ("function", "name", "value"), [(on_document, "order_id", 7), (on_documents, "document_ids", [7])]
)
def test_the_document_finds_its_parameter(function, name, value):
    assert call(function, {}, document=ORDER)[name] == value


def test_version_and_accepted_warnings_go_to_those_who_ask():
    assert call(on_document, {"comment": "ok"}, document=ORDER, version=4)["version"] == 4
    assert call(warned, {}, document=ORDER, version=4, confirmed=["over"])["confirm"] == frozenset({"over"})
    assert "version" not in call(warned, {}, document=ORDER, version=4)


@pytest.mark.parametrize(
    ("function", "values"),
    [(by_names, {"price": 1}), (by_names, {"lines": [{"item": 1, "quantity": 1, "colour": "red"}]})],
)
def test_a_value_that_fits_nowhere_is_a_mistake(function, values):
    with pytest.raises(DeclarationError):
        call(function, values)


def test_the_actor_cannot_be_posted():
    with pytest.raises(DeclarationError):
        call(on_document, {"actor": "somebody"}, document=ORDER)
