"""Check a printed finite plan against its problem, knowing nothing of the engine: plain dictionaries and exact fractions.

`violations(problem, plan)` takes the JSON values of both (numbers as int, Decimal or text) and names whatever is wrong.
"""

from collections import Counter, defaultdict
from datetime import date, timedelta
from fractions import Fraction
from math import ceil, floor

MICRO = 10**6


def exact(number):
    return Fraction(str(number))


def day_of(text):
    return date.fromisoformat(text)


class Checker:
    def __init__(self, problem, plan):
        self.problem, self.plan = problem, plan
        self.today = day_of(problem["today"])
        self.items = {item["id"]: item for item in problem["items"]}
        self.lines = defaultdict(list)
        for line in problem["bom"]:
            self.lines[line["parent"]].append(line)
        self.found = []

    def say(self, text):
        self.found.append(text)

    def works(self, day):
        calendar = self.problem.get("calendar")
        if calendar is None or day.isoformat() in calendar.get("extra_working_days", []):
            return True
        return day.isoweekday() in calendar["working_weekdays"] and day.isoformat() not in calendar.get("holidays", [])

    def after(self, day, working_days):
        for _ in range(working_days):
            day += timedelta(1)
            while not self.works(day):
                day += timedelta(1)
        return day

    def check_dates(self):
        for order in self.plan["planned_orders"]:
            release, due = day_of(order["release"]), day_of(order["due"])
            if release < self.today:
                self.say(f"{order['id']} is released before today")
            if not self.works(release):
                self.say(f"{order['id']} is released on a rest day")
            if due != self.after(release, self.items[order["item"]]["lead_time_days"]):
                self.say(f"{order['id']} does not take its lead time")

    def check_lots(self):
        for order in self.plan["planned_orders"]:
            lot = self.items[order["item"]].get("lot", {"rule": "lot_for_lot"})
            qty = exact(order["qty"])
            if lot["rule"] == "fixed" and qty != exact(lot["qty"]):
                self.say(f"{order['id']} is not its fixed lot")
            if lot["rule"] == "minimum_multiple":
                if qty < exact(lot["min"]) or qty % exact(lot["multiple"]):
                    self.say(f"{order['id']} breaks minimum or multiple")
                if lot.get("max") is not None and qty > exact(lot["max"]):
                    self.say(f"{order['id']} is over its maximum")

    def check_hours(self):
        monday = self.today - timedelta(self.today.weekday())
        hours = defaultdict(Fraction)
        work = defaultdict(list)
        for line in self.problem.get("work", []):
            work[line["item"]].append((line["resource"], exact(line["hours_per_unit"])))
        for order in self.plan["planned_orders"]:
            week = (day_of(order["release"]) - monday).days // 7
            for resource, per_unit in work[order["item"]]:
                hours[resource, week] += exact(order["qty"]) * per_unit
        limit = {row["id"]: exact(row["hours_per_week"]) for row in self.problem.get("resources", [])}
        for (resource, week), total in hours.items():
            if total > limit[resource]:
                self.say(f"{resource} is loaded {float(total)} of {float(limit[resource])} hours in week {week}")

    def required(self, order):
        """What the order itself needs, through phantoms left out, as (item, day) → quantity."""
        needs = Counter()
        if self.items[order["item"]]["procurement"] == "buy":
            return needs
        for line in self.lines[order["item"]]:
            base = 1 if line.get("fixed") else exact(order["qty"])
            qty = base * exact(line["qty"]) * (1 + exact(line.get("scrap", 0)))
            day = day_of(order["release"]) + timedelta(line.get("offset_days", 0))
            needs[line["component"], day] += Fraction(ceil(qty * MICRO), MICRO)
        return needs

    def check_requirements(self):
        """Every order's needs are printed, on their days (problems with phantoms or validity are left to other checks)."""
        if any(item.get("phantom") for item in self.items.values()):
            return
        if any(line.get("valid_from") or line.get("valid_to") for line in self.problem["bom"]):
            return
        printed = defaultdict(Counter)
        for row in self.plan["requirements"]:
            printed[row["from"]][row["item"], day_of(row["due"])] += exact(row["qty"])
        for order in self.plan["planned_orders"]:
            if printed.pop(order["id"], Counter()) != self.required(order):
                self.say(f"the requirements of {order['id']} are not its bill of materials")
        if printed:
            self.say(f"requirements of unknown orders {sorted(printed)[:3]}")

    def check_stock(self):
        """Stock by day from all that moves; a demand leaves on its promised date."""
        moves = defaultdict(Counter)
        promised = {row["demand"]: row for row in self.plan["promises"]}
        for order in self.plan["planned_orders"]:
            moves[order["item"]][day_of(order["due"])] += self.good(order)
            for line in self.problem.get("byproducts", []):
                if line["parent"] == order["item"] and self.items[order["item"]]["procurement"] != "buy":
                    moves[line["item"]][day_of(order["due"])] += self.down(exact(order["qty"]) * exact(line["qty"]))
        for row in self.problem["supplies"]:
            moves[row["item"]][max(day_of(row["available"]), self.today)] += exact(row["qty"])
        for row in self.plan["requirements"]:
            if not self.items[row["item"]].get("phantom"):
                moves[row["item"]][day_of(row["due"])] -= exact(row["qty"])
        for row in self.problem["demands"]:
            promise = promised[row["id"]]
            if promise["date"] and not self.items[row["item"]].get("phantom"):
                moves[row["item"]][day_of(promise["date"])] -= exact(row["qty"])
        for item, days in moves.items():
            stock = exact(self.items[item].get("on_hand", 0))
            lowest = min(stock, 0)
            for day in sorted(days):
                stock += days[day]
                if stock < lowest - self.crumbs(item):
                    self.say(f"stock of {item} is {float(stock)} on {day}")
                    break

    def good(self, order):
        return exact(order["qty"]) * exact(self.items[order["item"]].get("yield", 1))

    def crumbs(self, item):
        """What arrives is rounded down by the engine lot by lot; the exact shares here may differ by that much."""
        orders = sum(1 for order in self.plan["planned_orders"] if order["item"] == item)
        return Fraction(orders, MICRO) if exact(self.items[item].get("yield", 1)) != 1 else 0

    @staticmethod
    def down(value):
        return Fraction(floor(value * MICRO), MICRO)

    def check_promises(self):
        promised = Counter(row["demand"] for row in self.plan["promises"])
        if promised != Counter(row["id"] for row in self.problem["demands"]):
            self.say("not every demand has one promise")
        end = self.today + timedelta(self.problem["horizon_days"])
        demands = {row["id"]: row for row in self.problem["demands"]}
        for row in self.plan["promises"]:
            demand = demands[row["demand"]]
            due = day_of(demand["due"])
            if row["date"] is None:
                if exact(row["short_qty"]) <= 0 < exact(demand["qty"]):
                    self.say(f"{row['demand']} has neither date nor shortage")
                continue
            if max(due, self.today) > day_of(row["date"]):
                self.say(f"{row['demand']} is promised before it is due")
            if row["late_days"] != (day_of(row["date"]) - due).days:
                self.say(f"{row['demand']} counts its days wrongly")
            if (row["late_days"] > 0) != (row["reason"] is not None) and due <= end:
                self.say(f"{row['demand']} has no reason, or one without need")

    def check_pegs(self):
        given, taken = Counter(), Counter()
        when = {f"stock:{item}": date.min for item in self.items}
        left = {f"stock:{item}": max(Fraction(0), exact(facts.get("on_hand", 0))) for item, facts in self.items.items()}
        for row in self.problem["supplies"]:
            when[row["id"]], left[row["id"]] = day_of(row["available"]), exact(row["qty"])
        for order in self.plan["planned_orders"]:
            when[order["id"]], left[order["id"]] = day_of(order["due"]), self.good(order)
        for peg in self.plan["pegging"]:
            if "+" not in peg["supply"]:
                given[peg["supply"]] += exact(peg["qty"])
            taken[peg["demand"]] += exact(peg["qty"])
        for name, total in given.items():
            if total > left[name] + Fraction(
                1, MICRO
            ):  # what arrives is rounded to 10^-6 over the orders of one need together
                self.say(f"{name} gives more than it has")
        for row in self.problem["demands"]:
            if taken[row["id"]] > exact(row["qty"]):
                self.say(f"{row['id']} takes more than it asks for")
        latest = {row["demand"]: row["date"] for row in self.plan["promises"]}
        for peg in self.plan["pegging"]:
            date_ = latest.get(peg["demand"])
            if date_ and peg["supply"] in when and when[peg["supply"]] > day_of(date_):
                self.say(f"{peg['demand']} is served by {peg['supply']} after its promise")


def violations(problem, plan):
    """Name everything wrong with the plan."""
    checker = Checker(problem, plan)
    for check in (
        checker.check_dates, checker.check_lots, checker.check_hours, checker.check_requirements, checker.check_stock,
        checker.check_promises, checker.check_pegs,
    ):  # fmt: skip
        check()
    return checker.found
