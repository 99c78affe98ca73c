"""Every declared noun and page opens, for those who may, and for nobody else."""

import dataclasses
from uuid import uuid4

import pytest

from gongfang.masterdata.models import Plant
from gongfang.platform.identity import services as identity
from gongfang.platform.models import User
from gongfang.platform.verbs import REGISTRY
from gongfang.ui import derive
from gongfang.ui.calls import parameters
from gongfang.ui.registry import model_of, registry
from tests.web.conftest import browser_of

SCREENS = sorted(registry().screens)
PAGES = sorted(key for key, page in registry().pages.items() if not page.public)
TABLE_ALONE = {"HX-Request": "true", "HX-Target": "gf-list"}


@pytest.fixture(scope="module")
def people(kept) -> dict[str, int]:
    """The administrator and an operator, for all tests here."""
    names = {"username": "admin", "name": "管理员", "password": "Gongfang-2026"}
    admin = identity.register_first_admin(actor=None, request_id=uuid4(), **names)
    names = {"username": "operator", "name": "operator", "password": "Gongfang-2026"}
    operator = identity.create_user(actor=admin, request_id=uuid4(), roles=["operator"], **names)
    return {"admin": admin.pk, "operator": operator.pk}


@pytest.fixture
def admin(db, people) -> User:
    return User.objects.get(pk=people["admin"])


@pytest.mark.parametrize("key", SCREENS)
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_list_and_the_new_form_open(admin, key, language):
    client = browser_of(admin, language)
    assert client.get(f"/{key}/").status_code == 200
    if registry().screens[key].create_verb:
        assert client.get(f"/{key}/new").status_code == 200
    if language != "en":
        assert client.get(f"/{key}/export.xlsx").status_code == 200
        if registry().screens[key].create_verb:
            assert client.get(f"/{key}/import/template.xlsx").status_code == 200


@pytest.mark.parametrize("key", PAGES)
def test_the_page_opens(desk, key):
    assert desk.get(f"/{key}/", follow=True).status_code == 200


@pytest.mark.parametrize("key", SCREENS)
def test_every_filter_search_and_sort_of_the_list_works(desk, key):
    declared = registry().screens[key]
    Plant.objects.bulk_create([Plant(code=f"P{n}", name=f"{n}厂") for n in (8, 9)])  # with one, no list has plants
    address = f"/{key}/"
    assert desk.get(address, {"q": "泵 x"}).status_code == 200
    for column in derive.columns(declared):
        if column.sortable:
            answer = desk.get(address, {"sort": f"-{column.path}"}, headers=TABLE_ALONE)
            assert answer.status_code == 200, column.path
    for one in derive.filters(declared):
        kind = one.kind
        value = {"ref": "1", "bool": "1", "date": "@month", "datetime": "@week"}.get(
            kind, "1" if kind in derive.NUMBERS else "x"
        )
        if one.choices:
            value = str(next(iter(one.choices))[0])
        assert desk.get(address, {one.path: value}).status_code == 200, one.path
    for preset in declared.views:
        assert desk.get(address, {"view": preset.key}).status_code == 200, preset.key


@pytest.mark.parametrize("key", SCREENS)
def test_the_declaration_fits_the_verbs(key):
    declared = registry().screens[key]
    for name in filter(
        None,
        (
            declared.create_verb,
            declared.edit_verb,
            *(b.verb for b in declared.verbs),
            *(b.verb for b in declared.list_verbs),
        ),
    ):
        assert name in REGISTRY, name
        assert {"actor", "request_id"} <= set(parameters(REGISTRY[name].function)), name
    for field in derive.header_fields(declared):
        entered = (declared.create_verb or declared.edit_verb) and not field.readonly
        assert field.kind != "ref" or field.ref or not entered, f"{field.name} looks nothing up"
    for grid in declared.grids:
        for field in derive.line_fields(declared, grid):
            assert field.kind != "ref" or field.ref or field.readonly, f"{grid.relation}.{field.name} looks nothing up"


@pytest.mark.parametrize("key", SCREENS)
def test_an_empty_list_says_what_it_is_for(key):
    assert registry().screens[key].teach or not registry().screens[key].menu


@pytest.mark.parametrize("key", SCREENS)
def test_lines_take_every_field_that_is_entered(key):
    """A field that the dataclass of a line does not know ends in a fault when the page is saved."""
    declared = registry().screens[key]
    for grid in declared.grids:
        if grid.readonly or grid.make is None or not dataclasses.is_dataclass(grid.make):
            continue
        known = {one.name for one in dataclasses.fields(grid.make)}
        for field in derive.line_fields(declared, grid):
            names = {field.name, f"{field.name}_id", field.name.removesuffix("_id")}
            assert field.readonly or names & known, f"{grid.relation}.{field.name}"


@pytest.mark.parametrize("key", SCREENS)
def test_what_a_field_looks_up_is_a_screen(key):
    """A reference to a noun that has no screen answers 404 in the look-up, and the field can never be filled."""
    declared = registry().screens[key]
    model = model_of(declared)
    asked = [
        derive.derived_field(model, one) for button in (*declared.verbs, *declared.list_verbs) for one in button.ask
    ]
    lines = [one for grid in declared.grids for one in derive.line_fields(declared, grid)]
    refs = {one.ref for one in (*derive.header_fields(declared), *lines, *asked, *derive.filters(declared)) if one.ref}
    assert refs <= set(SCREENS)


@pytest.mark.parametrize("key", SCREENS)
def test_people_without_the_permission_see_nothing(db, people, key):
    declared = registry().screens[key]
    operator = User.objects.get(pk=people["operator"])
    client = browser_of(operator)
    expected = 200 if not declared.view_permission or operator.may(declared.view_permission) else 403
    assert client.get(f"/{key}/").status_code == expected
    assert declared.view_permission, "every noun has a permission to see it"
    assert model_of(declared) is not None
