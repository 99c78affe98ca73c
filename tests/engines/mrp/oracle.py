"""A slow, obvious planner in dictionaries and fractions, written from the format page only, to check the engine against.

It nets one item after another, asks for every day of need from scratch what stock there would be, and plans an order where that
is too little. Its only rounding is the engine's: what is ordered or needed is rounded up to 10^-6, what arrives down.
"""

from collections import defaultdict
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise
from math import ceil, floor

MICRO = 10**6


def up(value):
    return Fraction(ceil(value * MICRO), MICRO)


def down(value):
    return Fraction(floor(value * MICRO), MICRO)


def exact(number):
    return Fraction(str(number))


class Oracle:
    """Plans a problem given as the JSON value of its file; the results are plain attributes."""

    def __init__(self, problem):
        self.problem = problem
        self.today = date.fromisoformat(problem["today"])
        self.end = self.today + timedelta(problem["horizon_days"])
        self.items = {item["id"]: item for item in problem["items"]}
        self.orders = []  # dicts with item, qty, good, need, due, release
        self.requirements = []  # (item, qty, day, order's place in self.orders or demand id)
        self.used = {}  # phantom and day: what its own stock served
        self.codes = self._codes()
        self.needs, self.arrivals = defaultdict(list), defaultdict(list)
        for demand in problem["demands"]:
            day = date.fromisoformat(demand["due"])
            if day <= self.end:
                self.needs[demand["item"]].append((max(day, self.today), exact(demand["qty"]), demand["id"]))
        for supply in problem["supplies"]:
            day = max(date.fromisoformat(supply["available"]), self.today)
            self.arrivals[supply["item"]].append((day, exact(supply["qty"])))
        for item in sorted(self.items, key=lambda name: (self.codes[name], name)):
            self._phantom(item) if self.items[item].get("phantom") else self._net(item)

    # -- structure and calendar

    def _codes(self):
        codes = dict.fromkeys(self.items, 0)
        edges = [(line["parent"], line["component"]) for line in self.problem["bom"]]
        edges += [(line["parent"], line["item"]) for line in self.problem.get("byproducts", [])]
        for _ in range(len(codes) + 1):
            for parent, child in edges:
                codes[child] = max(codes[child], codes[parent] + 1)
        assert max(codes.values(), default=0) < len(codes), "cycle"
        return codes

    def works(self, day):
        calendar = self.problem.get("calendar")
        if calendar is None or day.isoformat() in calendar.get("extra_working_days", []):
            return True
        return day.isoweekday() in calendar["working_weekdays"] and day.isoformat() not in calendar.get("holidays", [])

    def back(self, day, working_days):
        while not self.works(day):
            day -= timedelta(1)
        for _ in range(working_days):
            day -= timedelta(1)
            while not self.works(day):
                day -= timedelta(1)
        return day

    # -- one item

    def stock(self, item, day):
        """Stock at the end of the day; orders count on the day they are needed (they come in then or before)."""
        total = exact(self.items[item].get("on_hand", 0))
        total += sum(qty for when, qty in self.arrivals[item] if when <= day)
        total += sum(order["good"] for order in self.orders if order["item"] == item and order["need"] <= day)
        return total - sum(qty for when, qty, _ in self.needs[item] if when <= day)

    def floor(self, item, day):
        """What stock must not fall under: from today the safety stock; before, no more than there was."""
        safety, on_hand = exact(self.items[item].get("safety_stock", 0)), exact(self.items[item].get("on_hand", 0))
        return safety if day >= self.today else min(safety, on_hand)

    def _net(self, item):
        days = sorted({when for when, _, _ in self.needs[item]} | {self.today})
        lots = self._lot_days(item, days)
        first = len(self.orders)
        for at, day in enumerate(days):
            if self.stock(item, day) >= self.floor(item, day):
                continue
            covered = [later for later in days[at:] if self._covers(item, lots, day, later)]
            short = max(self.floor(item, later) - self.stock(item, later) for later in covered)
            self._order(item, day, short)
        for place in range(first, len(self.orders)):
            self._explode(item, place)

    def _covers(self, item, lots, day, later):
        lot = self.items[item].get("lot", {"rule": "lot_for_lot"})
        if later == day:
            return True
        if lot["rule"] == "period":
            return later < day + timedelta(lot["days"])
        if lots is None:
            return False
        return not any(day < start <= later for start in lots)

    def _order(self, item, day, short):
        facts = self.items[item]
        share = exact(facts.get("yield", 1))
        wanted = up(short / share)
        ordered = received = Fraction(0)
        due = self.back(day - timedelta(facts.get("safety_time_days", 0)), 0)
        for qty in self._quantities(facts.get("lot", {"rule": "lot_for_lot"}), wanted):
            ordered += qty
            good = down(ordered * share) - received
            received += good
            release = self.back(due, facts["lead_time_days"])
            self.orders.append({"item": item, "qty": qty, "good": good, "need": day, "due": due, "release": release})

    def _quantities(self, lot, wanted):
        if lot["rule"] == "fixed":
            return [exact(lot["qty"])] * ceil(wanted / exact(lot["qty"]))
        if lot["rule"] != "minimum_multiple":
            return [wanted]
        multiple, least = exact(lot["multiple"]), exact(lot["min"])
        parts = []
        if lot.get("max") is not None:
            largest = floor(exact(lot["max"]) / multiple) * multiple
            while wanted > largest:
                parts.append(largest)
                wanted -= largest
        return [*parts, ceil(max(wanted, least) / multiple) * multiple]

    def _explode(self, item, place):
        order = self.orders[place]
        if self.items[item]["procurement"] == "buy":
            return
        found = self._parts(item, order["release"], order["qty"])
        for component, (day, qty) in found:
            self._require(component, day, qty, place)
        for line in self.problem.get("byproducts", []):
            if line["parent"] == item:
                self.arrivals[line["item"]].append((order["due"], down(order["qty"] * exact(line["qty"]))))

    def _parts(self, parent, release, qty):
        for line in self.problem["bom"]:
            if line["parent"] != parent:
                continue
            if line.get("valid_from") and release < date.fromisoformat(line["valid_from"]):
                continue
            if line.get("valid_to") and release > date.fromisoformat(line["valid_to"]):
                continue
            base = 1 if line.get("fixed") else qty
            need = up(base * exact(line["qty"]) * (1 + exact(line.get("scrap", 0))))
            yield line["component"], (release + timedelta(line.get("offset_days", 0)), need)

    def _require(self, item, day, qty, origin):
        self.needs[item].append((day, qty, origin))
        self.requirements.append((item, qty, day, origin))

    def _phantom(self, item):
        """Serve day by day from stock above safety and pass the rest of each day on, whoever needs it."""
        free = exact(self.items[item].get("on_hand", 0)) - exact(self.items[item].get("safety_stock", 0))
        arrivals = sorted(self.arrivals[item], key=lambda arrival: arrival[0])
        for day in sorted({when for when, _, _ in self.needs[item]}):
            qty = sum(part for when, part, _ in self.needs[item] if when == day)
            while arrivals and arrivals[0][0] <= day:
                free += arrivals.pop(0)[1]
            served = min(max(free, 0), qty)
            free -= served
            self.used[item, day] = served
            if qty > served:
                for component, (when, part) in self._parts(item, day, qty - served):
                    self._require(component, when, part, None)

    # -- messages

    def first_needed(self, item, supply_id):
        """The day on which a supply is first missed if nothing were planned and it and what comes after it did not come."""
        supplies = [supply for supply in self.problem["supplies"] if supply["item"] == item]
        supplies.sort(key=lambda s: (max(date.fromisoformat(s["available"]), self.today), s["id"]))
        place = [supply["id"] for supply in supplies].index(supply_id)
        counted = max(date.fromisoformat(supplies[place]["available"]), self.today)
        before = sum(exact(supply["qty"]) for supply in supplies[:place])
        before += sum(qty for when, qty in self.arrivals[item][len(supplies) :] if when < counted)  # by-products
        phantom = self.items[item].get("phantom")
        on_hand, safety = exact(self.items[item].get("on_hand", 0)), exact(self.items[item].get("safety_stock", 0))
        for day in sorted({when for when, _, _ in self.needs[item]} | ({self.today} if not phantom else set())):
            needed = sum(qty for when, qty, _ in self.needs[item] if when <= day)
            kept = safety if phantom else self.floor(item, day)
            if on_hand + before - needed < kept:
                return day
        return None

    # -- lots that balance costs

    def _lot_days(self, item, days):
        lot = self.items[item].get("lot", {"rule": "lot_for_lot"})
        if "setup_cost" not in lot:
            return None
        needs, planned = [], Fraction(0)
        for day in days:
            short = self.floor(item, day) - self.stock(item, day) - planned
            if short > 0:
                needs.append((day, short))
                planned += short
        return lot_days(lot["rule"], needs, exact(lot["setup_cost"]), exact(lot["holding_cost"]))


def carrying(needs, holding):
    """Cost of ordering all needs on the day of the first."""
    return sum(holding * qty * (day - needs[0][0]).days for day, qty in needs)


def lot_days(rule, needs, setup, holding):
    """The days on which the rule orders, by its definition."""
    if rule == "wagner_whitin":
        return cheapest(needs, setup, holding)
    starts, rest = [], needs
    while rest:
        starts.append(rest[0][0])
        count = 1
        while count < len(rest) and extends(rule, rest, count, needs, setup, holding):
            count += 1
        rest = rest[count:]
    return starts


def extends(rule, rest, count, needs, setup, holding):
    """Whether the rule adds need number `count` to a lot of the needs before it."""
    small, large = carrying(rest[:count], holding), carrying(rest[: count + 1], holding)
    if rule == "part_period":
        return small < setup and (large <= setup or large - setup < setup - small)
    if rule == "least_unit_cost":
        units = [sum(qty for _, qty in rest[:many]) for many in (count, count + 1)]
        return (setup + large) / units[1] < (setup + small) / units[0]
    spans = [(lasts_to(rest[many - 1][0], needs) - rest[0][0]).days for many in (count, count + 1)]
    return (setup + large) / spans[1] < (setup + small) / spans[0]


def lasts_to(day, needs):
    days = [when for when, _ in needs]
    at = days.index(day)
    if at + 1 < len(days):
        return days[at + 1]
    return day + ((day - days[at - 1]) if at else timedelta(1))


def cheapest(needs, setup, holding):
    """Try every way to cut the needs into lots; the cheapest, then the one whose last orders are latest."""
    best = None
    for mask in range(1 << max(0, len(needs) - 1)):
        cuts = [0, *(at for at in range(1, len(needs)) if mask >> (at - 1) & 1), len(needs)]
        cost = sum(setup + carrying(needs[a:b], holding) for a, b in pairwise(cuts)) if needs else 0
        key = (cost, [-at for at in reversed(cuts)])
        if best is None or key < best[0]:
            best = (key, cuts[:-1])
    return [needs[at][0] for at in best[1]] if needs else []
