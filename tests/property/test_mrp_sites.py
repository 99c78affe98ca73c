"""Two sites: the plan of a problem laid out over them is the oracle's plan of the same rows written by hand, net change included."""

import copy
import json
from collections import Counter
from dataclasses import replace
from datetime import date
from fractions import Fraction

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gongfang.engines.formats import parse_json
from gongfang.engines.mrp import Demands, Items, Supplies, net_change, plan_to_json, problem_from, solve
from gongfang.engines.mrp.problem import PROCUREMENTS, TRANSFER
from gongfang.engines.mrp.sites import NOWHERE, Ways, at_sites
from tests.engines.mrp.oracle import Oracle
from tests.engines.mrp.problems import problems, quantities

some = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
SITES = (0, 1)


def read(value):
    return problem_from(parse_json(json.dumps(value)))


@st.composite
def two_sites(draw):
    """A problem of plain items; of each how it comes to either site; the sites of its demands and supplies."""
    value = draw(problems(phantoms=False, most_items=4))
    ways = {}
    for item in value["items"]:
        moved = draw(st.sampled_from((None, None, *SITES)))  # the site that gets it from the other
        for site in SITES:
            if site == moved:
                ways[item["id"], site] = ("transfer", draw(st.integers(0, 6)))
            else:
                kind = draw(st.sampled_from((item["procurement"], "make", "buy")))
                ways[item["id"], site] = (kind, draw(st.integers(0, 9)))
    for row in (*value["demands"], *value["supplies"]):
        row["site"] = draw(st.sampled_from(SITES))
    return value, ways


def by_hand(value, ways):
    """The same with an item per item and site and every line written out."""
    items, bom, byproducts = [], [], []
    for item in value["items"]:
        for site in SITES:
            kind, days = ways[item["id"], site]
            own = {**item, "id": f"{item['id']}@{site}", "procurement": kind, "lead_time_days": days}
            if site == 1:
                own |= {"on_hand": 0, "safety_stock": 0}  # all of it lies in the first
            if kind == "transfer":
                own["yield"] = 1
                bom.append({"parent": own["id"], "component": f"{item['id']}@{1 - site}", "qty": 1})
            items.append(own)
    for site in SITES:
        for line in value["bom"]:
            if ways[line["parent"], site][0] == "make":
                bom.append({**line, "parent": f"{line['parent']}@{site}", "component": f"{line['component']}@{site}"})
        for row in value["byproducts"]:
            if ways[row["parent"], site][0] == "make":
                byproducts.append({**row, "parent": f"{row['parent']}@{site}", "item": f"{row['item']}@{site}"})
    placed = {
        key: [{**{k: v for k, v in row.items() if k != "site"}, "item": f"{row['item']}@{row['site']}"} for row in value[key]]
        for key in ("demands", "supplies")
    }  # fmt: skip
    return {**value, **placed, "items": items, "bom": bom, "byproducts": byproducts}


def laid_out(value, ways):
    """The engine's problem, laid out by `at_sites`."""
    plain = read({**value, **{key: [{k: v for k, v in row.items() if k != "site"} for row in value[key]] for key in ("demands", "supplies")}})  # fmt: skip
    ids, old = plain.items.ids, plain.items
    row_of = {name: row for row, name in enumerate(ids)}
    kind = [[PROCUREMENTS.index(ways[name, site][0]) for site in SITES] for name in ids]
    source = [[1 - site if ways[name, site][0] == "transfer" else NOWHERE for site in SITES] for name in ids]
    table = Ways.of(kind, [[ways[name, site][1] for site in SITES] for name in ids], source)
    site_of = {row["id"]: row["site"] for key in ("demands", "supplies") for row in value[key]}
    wanted = {(row, 0) for row in range(len(ids))} | {(row_of[r["item"]], r["site"]) for k in ("demands", "supplies") for r in value[k]}  # fmt: skip
    places = np.array(sorted(wanted))
    sites = at_sites(plain.bom, table, places[:, 0], places[:, 1], byproducts=plain.byproducts)
    first = sites.place == 0
    assert not len(sites.missing) and len({*zip(sites.item.tolist(), sites.place.tolist(), strict=True)}) == len(
        sites.item
    )
    items = Items.of(
        [f"{ids[item]}@{place}" for item, place in zip(sites.item, sites.place, strict=True)],
        lead_time=sites.lead_time, procurement=sites.procurement,
        on_hand=np.where(first, old.on_hand[sites.item], 0), safety_stock=np.where(first, old.safety_stock[sites.item], 0),
        yield_share=np.where(sites.procurement == TRANSFER, 10**12, old.yield_share[sites.item]), safety_time=old.safety_time[sites.item],
        **{
            name: getattr(old, name)[sites.item]
            for name in ("lot_rule", "lot_quantity", "lot_minimum", "lot_multiple", "lot_maximum", "lot_days", "setup_cost", "holding_cost")
        },
    )  # fmt: skip

    def rows(names, column):
        return [sites.number[item, site_of[name]] for name, item in zip(names, column.tolist(), strict=True)]

    demands, supplies = plain.demands, plain.supplies
    return replace(
        plain, items=items, bom=sites.bom, byproducts=sites.byproducts,
        demands=Demands.of(demands.ids, rows(demands.ids, demands.item), demands.quantity, demands.due, demands.priority),
        supplies=Supplies.of(supplies.ids, rows(supplies.ids, supplies.item), supplies.quantity, supplies.available, supplies.firm),
    )  # fmt: skip


@some
@given(two_sites())
def test_orders_over_two_sites_are_the_oracles(drawn):
    value, ways = drawn
    plan, oracle = solve(laid_out(value, ways)), Oracle(by_hand(value, ways))
    ids, orders = plan.problem.items.ids, plan.orders
    found = Counter(
        (ids[orders.item[row]], Fraction(int(orders.quantity[row]), 10**6), date.fromordinal(int(orders.release[row])), date.fromordinal(int(orders.due[row])))
        for row in range(len(orders))
    )  # fmt: skip
    assert found == Counter((o["item"], o["qty"], o["release"], o["due"]) for o in oracle.orders)
    required = Counter()
    for row in range(len(plan.requirements)):
        key = ids[plan.requirements.item[row]], date.fromordinal(int(plan.requirements.due[row]))
        required[key] += Fraction(int(plan.requirements.quantity[row]), 10**6)
    expected = Counter()
    for item, qty, day, _ in oracle.requirements:
        expected[item, day] += qty
    assert required == expected


@some
@given(two_sites(), st.data())
def test_net_change_over_two_sites_is_the_regenerative_plan(drawn, data):
    value, ways = drawn
    after, others = copy.deepcopy(value), dict(ways)
    if after["demands"]:
        row = data.draw(st.sampled_from(after["demands"]))
        row.update({"qty": data.draw(quantities), "site": data.draw(st.sampled_from(SITES))})
    item = data.draw(st.sampled_from(after["items"]))["id"]
    site = data.draw(st.sampled_from(SITES))
    if "transfer" not in (ways[item, 0][0], ways[item, 1][0]):
        others[item, site] = ("transfer", data.draw(st.integers(0, 6)))
    else:
        others[item, 0] = others[item, 1] = ("make", data.draw(st.integers(0, 6)))
    before, changed = solve(laid_out(value, ways)), laid_out(after, others)
    assert plan_to_json(net_change(before, changed)) == plan_to_json(solve(changed))
