"""Small random planning problems as the JSON value of a file."""

from datetime import date, timedelta

from hypothesis import strategies as st

TODAY = date(2026, 1, 5)

quantities = st.one_of(
    st.integers(1, 60), st.integers(1, 4000).map(lambda n: n / 100), st.integers(1, 10**7).map(lambda n: n / 10**6)
)


def day(low, high):
    return st.integers(low, high).map(lambda n: (TODAY + timedelta(n)).isoformat())


def lots():
    def ranged(draw_from):
        low, multiple, extra = draw_from
        lot = {"rule": "minimum_multiple", "min": low, "multiple": multiple}
        return lot if extra is None else {**lot, "max": (low // multiple + 1 + extra) * multiple}

    costs = st.fixed_dictionaries({"setup_cost": st.integers(0, 300), "holding_cost": st.integers(0, 4)})
    return st.one_of(
        st.just({"rule": "lot_for_lot"}),
        st.integers(8, 40).map(lambda n: {"rule": "fixed", "qty": n}),
        st.tuples(st.integers(0, 50), st.integers(1, 20), st.none() | st.integers(0, 3)).map(ranged),
        st.integers(1, 20).map(lambda n: {"rule": "period", "days": n}),
        *(
            costs.map(lambda values, rule=rule: {"rule": rule, **values})
            for rule in ("least_unit_cost", "part_period", "silver_meal", "wagner_whitin")
        ),
    )


def calendars(least_weekdays=1):
    return st.none() | st.fixed_dictionaries(
        {
            "working_weekdays": st.lists(st.integers(1, 7), min_size=least_weekdays, max_size=7, unique=True),
            "holidays": st.lists(day(-30, 40), max_size=5, unique=True),
            "extra_working_days": st.lists(day(-10, 40), max_size=2, unique=True),
        }
    )


@st.composite
def problems(draw, phantoms=True, most_items=5, in_time=False):
    """Items I0, I1 … under shuffled names; lines lead from earlier to later ones, so there is no cycle.

    With `in_time` every order can come in from today on: demands come late, ways are short, safety stocks are full, and
    nothing comes out besides.
    """
    count = draw(st.integers(1, most_items))
    names = draw(st.permutations([f"I{n}" for n in range(count)]))
    items = [draw(_item(name, phantoms, in_time)) for name in names]
    bom, byproducts = [], []
    for parent in range(count):
        for component in range(parent + 1, count):
            for _ in range(draw(st.sampled_from((0, 1, 1, 2)))):
                bom.append(draw(_line(items[parent], names[component])))
            if not in_time and draw(st.integers(0, 5)) == 0:
                byproducts.append({"parent": names[parent], "item": names[component], "qty": draw(quantities)})
    demands = [
        {"id": f"D{n}", "item": draw(st.sampled_from(names)), "qty": draw(quantities),
         "due": draw(day(90, 130) if in_time else day(-5, 70)),
         "priority": draw(st.integers(1, 3))}
        for n in range(draw(st.integers(0, 8)))
    ]  # fmt: skip
    supplies = [
        {"id": f"S{n}", "item": draw(st.sampled_from(names)), "qty": draw(quantities), "available": draw(day(-5, 70)),
         "firm": draw(st.booleans())}
        for n in range(draw(st.integers(0, 4)))
    ]  # fmt: skip
    return {
        "format": "gongfang/mrp-problem/1", "today": TODAY.isoformat(), "horizon_days": 120 if in_time else 60,
        "calendar": draw(calendars(3 if in_time else 1)),
        "items": items, "bom": bom, "byproducts": byproducts, "resources": [], "work": [], "demands": demands,
        "supplies": supplies,
    }  # fmt: skip


@st.composite
def _item(draw, name, phantoms, in_time):
    safety = draw(st.sampled_from((0, 0, 5, 12.5)))
    return {
        "id": name,
        "procurement": draw(st.sampled_from(("make", "make", "make", "buy"))),
        "lead_time_days": draw(st.integers(0, 3 if in_time else 12)),
        "safety_stock": safety,
        "on_hand": draw(st.sampled_from((safety, safety + 3, 45.25) if in_time else (0, 0, 3, 20, 45.25, -4))),
        "lot": draw(lots()),
        "yield": draw(st.sampled_from((1, 1, 1.0, 0.9, 0.333333333333))),
        "phantom": phantoms and draw(st.integers(0, 4)) == 0,
        "safety_time_days": draw(st.sampled_from((0, 0, 0, 3))),
    }


@st.composite
def _line(draw, parent, component):
    line = {"parent": parent["id"], "component": component, "qty": draw(st.integers(1, 3))}
    if parent["phantom"]:  # what is passed on is compared by day, whoever needs it: no rounding
        return line
    if draw(st.booleans()):
        line |= {
            "qty": draw(quantities),
            "scrap": draw(st.sampled_from((0, 0.05, 0.123456789012))),
            "fixed": draw(st.booleans()),
            "offset_days": draw(st.integers(-4, 6)),
            "valid_from": draw(st.none() | day(-20, 30)),
        }
        if line["valid_from"] is None:
            line["valid_to"] = draw(st.none() | day(0, 60))
    return line
