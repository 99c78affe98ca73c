"""Roles and permissions are shown in words, by area, in both languages; codes are for searching only."""

import re
import uuid

from gongfang.platform.models import Role
from tests.web.conftest import browser_of


def texts(html: str) -> list[str]:
    """What a reader sees of a list in groups: titles, not the codes in their tooltips."""
    inside = html[html.index("gf-ticks") :]
    return [text.strip() for text in re.findall(r">([^<>]+)<", inside) if text.strip()]


def test_my_account_in_words(person):
    keeper = person("keeper")
    english = texts(browser_of(keeper).get("/me").content.decode())
    chinese = texts(browser_of(keeper, "zh-hans").get("/me").content.decode())
    assert "Inventory" in english
    assert "库存" in chinese
    assert not [text for text in english + chinese if re.fullmatch(r"[a-z]+\.[a-z_]+", text)]
    page = browser_of(keeper, "zh-hans").get("/me").content.decode()
    assert "<dd>仓管" in page
    assert "<dd>keeper</dd>" in page  # the user name


def test_the_owners_account_says_of_which_document(person):
    shown = texts(browser_of(person("owner"), "zh-hans").get("/me").content.decode())
    assert "审核：销售订单" in shown
    assert "审核：采购订单" in shown
    assert any(text.startswith("查看：") and "销售订单" in text for text in shown)


def test_preset_roles_have_names_in_the_readers_language(admin):
    role = Role.objects.get(code="keeper")
    for address in ("/platform/roles/", f"/platform/roles/{role.pk}/", f"/platform/roles/{role.pk}/edit"):
        page = browser_of(admin, "zh-hans").get(address).content.decode()
        assert "仓管员" in page, address
        assert "Warehouse keeper" not in page, address


def test_a_role_is_edited_by_ticks_in_groups(desk):
    form = desk.get("/platform/roles/new").content.decode()
    assert "data-gf-ticks" in form
    assert form.count("<details") > 8
    given = {
        "code": "gate",
        "name": "门卫",
        "permissions": ["sales.view_orders", "see.price"],
        "request_id": uuid.uuid4(),
    }
    desk.post("/platform/roles/new", given, headers={"HX-Request": "true"})
    role = Role.objects.get(code="gate")
    assert role.permission_list == ["sales.view_orders", "see.price"]
    edit = desk.get(f"/platform/roles/{role.pk}/edit").content.decode()
    assert len(re.findall(r'name="permissions" value="[^"]+" checked', edit)) == 2
    assert len(re.findall(r"<details open>", edit)) == 2
    tab = desk.get(f"/platform/roles/{role.pk}/tab/permissions").content.decode()
    assert "See sales prices" in texts(tab)
    assert "sales.view_orders" not in texts(tab)
