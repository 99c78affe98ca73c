"""Pictures and PDF of routing and product reach the operation they are for: at the terminal and on the order's page."""

import uuid
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from gongfang.platform.attachments.models import Attachment
from gongfang.platform.attachments.services import attach
from gongfang.platform.identity.models import Role, User
from gongfang.production.instructions import instruction_files, named_operation
from gongfang.production.models import WorkOrder
from tests.production.shop import Shop
from tests.production.terminal import Terminal, client_of, worker_of

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 20
PDF = b"%PDF-1.7 " + b"0" * 20


@pytest.mark.parametrize(
    ("name", "number"),
    [("20 welding.pdf", 20), ("OP20-1.jpg", 20), ("op 020.png", 20), ("工序20_装配.png", 20), ("drawing 20.pdf", None), ("1234567.pdf", None)],
)  # fmt: skip
def test_a_name_says_which_operation(name: str, number: int | None) -> None:
    assert named_operation(name) == number


def put(shop: Shop, row: Any, name: str, content: bytes = PNG) -> Attachment:
    return shop.do(attach, doc_type=row._meta.label_lower, document_id=row.pk, name=name, content=content)


@pytest.fixture
def order(shop: Shop) -> WorkOrder:
    return shop.order("10")


def names(files: dict[int, list[Attachment]], shop: Shop, order: WorkOrder, number: int) -> list[str]:
    return [one.name for one in files.get(shop.operation(order, number).pk, [])]


def test_each_operation_has_its_own_files_and_those_for_all(shop: Shop, order: WorkOrder) -> None:
    other = shop.order("5", code="pump")
    put(shop, order.routing, "20 fit.pdf", PDF)
    put(shop, order.routing, "OP10.png")
    put(shop, order.item, "2026 general.png")
    put(shop, order.item, "parts.csv", b"a,b")  # nothing to look at
    put(shop, shop.items["bolt"], "bolt.png")
    rows = list(order.operations.all()) + list(other.operations.all())
    with CaptureQueriesContext(
        connection,
    ) as few:
        files = instruction_files(rows, shop.boss)
    assert len(few) == 2
    assert names(files, shop, order, 10) == ["OP10.png", "2026 general.png"]
    assert names(files, shop, other, 20) == ["20 fit.pdf", "2026 general.png"]


def test_the_terminal_shows_them_to_whoever_may_look(shop: Shop, order: WorkOrder) -> None:
    paper, picture = put(shop, order.routing, "10.pdf", PDF), put(shop, order.item, "pump.png")
    worker = worker_of(shop)
    terminal, first, second = Terminal(worker), shop.operation(order, 10).pk, shop.operation(order, 20).pk
    assert terminal.job(first)["files"] == [
        {"id": paper.pk, "name": "10.pdf", "kind": "pdf"}, {"id": picture.pk, "name": "pump.png", "kind": "image"},
    ]  # fmt: skip
    answer = terminal.get(f"files?operation={first}&file={paper.pk}")
    assert answer.status_code == 200 and b"".join(answer.streaming_content) == PDF
    assert terminal.get(f"files?operation={second}&file={paper.pk}").status_code == 404, "not of this operation"
    assert terminal.get(f"files?operation={10**9}&file={paper.pk}").status_code == 404
    foreign = put(shop, shop.supplier, "secret.pdf", PDF)
    assert terminal.get(f"files?operation={first}&file={foreign.pk}").status_code == 404, "no other file by its number"
    nobody = terminal.client.get(f"/shop/files?operation={first}&file={paper.pk}")
    assert nobody.status_code == 403
    blind = no_structure(shop, worker)
    assert [one["name"] for one in Terminal(blind).job(first)["files"]] == ["pump.png"]
    assert Terminal(blind).get(f"files?operation={first}&file={paper.pk}").status_code == 404


def no_structure(shop: Shop, like: User) -> User:
    """A person at the terminals who may look at items and not at routings."""
    role = Role.objects.create(code="floor", name="floor")
    for permission in ("production.view_floor", "masterdata.view_items"):
        role.permissions.create(permission=permission)
    user = User.objects.create(username="blind", name="blind", pin=like.pin)
    user.roles.add(role)
    return user


def test_the_operation_tab_leads_to_them(shop: Shop, order: WorkOrder) -> None:
    paper = put(shop, order.routing, "20 fit.pdf", PDF)
    page = client_of(shop.boss).get(f"/production/orders/{order.pk}/tab/operations").content.decode()
    assert f'href="/-/file/{paper.pk}"' in page and "20 fit.pdf" in page
    answer = client_of(shop.boss).get(f"/-/file/{paper.pk}")
    assert answer.status_code == 200 and b"".join(answer.streaming_content) == PDF
    assert uuid.UUID(paper.stored_as.split(".")[0])
