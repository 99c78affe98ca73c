"""Every declared noun and page opens, for those who may, and for nobody else."""

import pytest

from gongfang.platform.verbs import REGISTRY
from gongfang.ui import derive
from gongfang.ui.calls import parameters
from gongfang.ui.registry import model_of, registry
from tests.web.conftest import browser_of

SCREENS = sorted(registry().screens)
PAGES = sorted(key for key, page in registry().pages.items() if not page.public)


@pytest.mark.parametrize("key", SCREENS)
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_list_and_the_new_form_open(admin, key, language):
    client = browser_of(admin, language)
    assert client.get(f"/{key}/").status_code == 200
    if registry().screens[key].create_verb:
        assert client.get(f"/{key}/new").status_code == 200
        assert client.get(f"/{key}/import/template.xlsx").status_code == 200
    assert client.get(f"/{key}/export.xlsx").status_code == 200


@pytest.mark.parametrize("key", PAGES)
def test_the_page_opens(desk, key):
    assert desk.get(f"/{key}/").status_code == 200


@pytest.mark.parametrize("key", SCREENS)
def test_every_filter_search_and_sort_of_the_list_works(desk, key):
    declared = registry().screens[key]
    address = f"/{key}/"
    assert desk.get(address, {"q": "泵 x"}).status_code == 200
    for column in derive.columns(declared):
        if column.sortable:
            assert desk.get(address, {"sort": f"-{column.path}"}).status_code == 200, column.path
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
def test_people_without_the_permission_see_nothing(person, key):
    declared = registry().screens[key]
    operator = person("operator")
    client = browser_of(operator)
    expected = 200 if not declared.view_permission or operator.may(declared.view_permission) else 403
    assert client.get(f"/{key}/").status_code == expected
    assert declared.view_permission, "every noun has a permission to see it"
    assert model_of(declared) is not None
