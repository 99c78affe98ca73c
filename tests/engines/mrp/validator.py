"""Check a printed finite plan against its problem, knowing nothing of the engine: plain dictionaries and exact fractions.

`violations(problem, plan)` takes the JSON values of both (numbers as int, Decimal or text) and names whatever is wrong.
"""

from collections import Counter, defaultdict
from datetime import date, timedelta
from fractions import Fraction
from functools import cache
from math import ceil, floor

MICRO = 10**6


def exact(number):
    return fraction_of(str(number))


@cache
def fraction_of(text):
    return Fraction(text)


@cache
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
        self.orders = Counter(order["item"] for order in plan["planned_orders"])
        self.yielders = defaultdict(list)
        self.besides = defaultdict(list)
        for line in problem.get("byproducts", []):
            self.besides[line["parent"]].append(line)
            self.yielders[line["item"]].append(line["parent"])
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
        """What the order itself needs by the lines that hold on its release, through phantoms left out, as (item, day) → quantity."""
        needs = Counter()
        if self.items[order["item"]]["procurement"] == "buy":
            return needs
        for line in self.valid_lines(order):
            base = 1 if line.get("fixed") else exact(order["qty"])
            qty = base * exact(line["qty"]) * (1 + exact(line.get("scrap", 0)))
            day = day_of(order["release"]) + timedelta(line.get("offset_days", 0))
            needs[line["component"], day] += Fraction(ceil(qty * MICRO), MICRO)
        return needs

    def valid_lines(self, order):
        """The lines that hold on the order's release."""
        on = day_of(order["release"])
        for line in self.lines[order["item"]]:
            begin, end = line.get("valid_from"), line.get("valid_to")
            if (not begin or day_of(begin) <= on) and (not end or on <= day_of(end)):
                yield line

    def is_phantom(self, item):
        return bool(self.items[item].get("phantom"))

    def inside_phantoms(self, items):
        """All that phantoms among some items may pass on, through further phantoms."""
        found, waiting = set(), [item for item in items if self.is_phantom(item)]
        while waiting:
            for line in self.lines[waiting.pop()]:
                if line["component"] not in found:
                    found.add(line["component"])
                    if self.is_phantom(line["component"]):
                        waiting.append(line["component"])
        return found

    def check_requirements(self):
        """Every order's needs are printed, on their days; what phantoms pass on comes on top, and only from them."""
        printed = defaultdict(Counter)
        for row in self.plan["requirements"]:
            printed[row["from"]][row["item"], day_of(row["due"])] += exact(row["qty"])
        demanded = {row["id"]: row["item"] for row in self.problem["demands"]}
        for order in self.plan["planned_orders"]:
            rows, needs = printed.pop(order["id"], Counter()), self.required(order)
            passed = self.inside_phantoms(item for item, _ in needs)
            if needs - rows or any(item not in passed for item, _ in rows - needs):
                self.say(f"the requirements of {order['id']} are not its bill of materials")
        for name, rows in printed.items():
            if name not in demanded:
                self.say(f"requirements of an unknown order {name}")
            elif any(item not in self.inside_phantoms([demanded[name]]) for item, _ in rows):
                self.say(f"{name} asks for what no phantom of it passes on")

    def check_phantoms(self):
        """What is needed of a phantom beyond its own stock and what comes in of it is passed on, no less and no more than is needed."""
        phantoms = {item for item in self.items if self.is_phantom(item)}
        simple = {
            item
            for item in phantoms
            if all(not line.get("valid_from") and not line.get("valid_to") for line in self.lines[item])
        }
        dated = any(line.get("valid_from") or line.get("valid_to") for item in self.orders for line in self.lines[item])
        if not phantoms or phantoms != simple or dated:  # dated: an order may keep either version, and both may fit
            return
        if any(exact(row["short_qty"]) for row in self.plan.get("promises", [])):
            return  # what nobody can make is not asked for
        asked, there, direct, printed = Counter(), Counter(), Counter(), Counter()
        end = self.today + timedelta(self.problem["horizon_days"])
        for row in self.problem["demands"]:
            asked[row["item"]] += exact(row["qty"]) if day_of(row["due"]) <= end else 0
        for row in self.plan["requirements"]:
            asked[row["item"]] += exact(row["qty"])
            printed[row["item"]] += exact(row["qty"])
        for order in self.plan["planned_orders"]:
            for (item, _), qty in self.required(order).items():
                direct[item] += qty
        for item in phantoms:
            there[item] = max(
                exact(self.items[item].get("on_hand", 0)) - exact(self.items[item].get("safety_stock", 0)), 0
            )
        for row in self.problem["supplies"]:
            there[row["item"]] += exact(row["qty"])
        yielded = any(line["item"] in phantoms for line in self.problem.get("byproducts", []))
        fixed = any(line.get("fixed") for item in phantoms for line in self.lines[item])
        if yielded or fixed:
            return
        crumbs = Fraction(len(self.plan["requirements"]) + len(self.problem["demands"]), MICRO)
        least, most = Counter(direct), Counter(direct)
        for item in phantoms:
            for line in self.lines[item]:
                each = exact(line["qty"]) * (1 + exact(line.get("scrap", 0)))
                least[line["component"]] += max(asked[item] - there[item], 0) * each
                most[line["component"]] += asked[item] * each
        for item in {line["component"] for phantom in phantoms for line in self.lines[phantom]}:
            if not least[item] - crumbs <= printed[item] <= most[item] + crumbs:
                self.say(
                    f"{item} is needed {float(printed[item])} times; phantoms pass on {float(least[item])} to {float(most[item])}"
                )

    def check_stock(self):
        """Stock by day from all that moves; a demand leaves on its promised date."""
        moves = defaultdict(Counter)
        promised = {row["demand"]: row for row in self.plan["promises"]}
        for order in self.plan["planned_orders"]:
            moves[order["item"]][day_of(order["due"])] += self.good(order)
            for line in self.besides[order["item"]]:
                if self.items[order["item"]]["procurement"] != "buy":
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
            allowed = lowest - self.crumbs(item)
            for day in sorted(days):
                stock += days[day]
                if stock < allowed:
                    self.say(f"stock of {item} is {float(stock)} on {day}")
                    break

    def good(self, order):
        return exact(order["qty"]) * exact(self.items[order["item"]].get("yield", 1))

    def crumbs(self, item):
        """What arrives is rounded down by the engine lot by lot; the exact shares here may differ by that much."""
        return Fraction(self.orders[item], MICRO) if exact(self.items[item].get("yield", 1)) != 1 else 0

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
            for line in self.besides[order["item"]]:
                if self.items[order["item"]]["procurement"] != "buy":
                    name = f"{order['id']}+{line['item']}"
                    when[name] = day_of(order["due"])
                    left[name] = left.get(name, 0) + self.down(exact(order["qty"]) * exact(line["qty"]))
        for peg in self.plan["pegging"]:
            if peg["supply"] not in left:
                self.say(f"{peg['demand']} is served by an unknown supply {peg['supply']}")
                continue
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

    # -- reasons

    def below(self, item):
        """What an item may wait for: its components at all levels, and what yields any of them besides."""
        found, waiting = {item}, [item]
        while waiting:
            one = waiting.pop()
            inner = [
                line["component"]
                for line in self.lines[one]
                if self.items[one]["procurement"] != "buy" or self.is_phantom(one)
            ]
            for other in (*inner, *self.yielders[one]):
                if other not in found:
                    found.add(other)
                    waiting.append(other)
        return found

    def longest(self, top, bottom):
        """Working days on the longest way from the start of `bottom` until `top` is there, both lead times included (None: no way)."""
        if top == bottom:
            return self.lead(top)
        ways = [self.longest(line["component"], bottom) for line in self.lines[top]]
        ways += [self.longest(parent, bottom) for parent in self.yielders[top]]
        known = [way for way in ways if way is not None]
        return max(known) + self.lead(top) if known else None

    def turns(self, item):
        """The days from which an order of an item may be made of something else, phantoms in it included."""
        found = set()
        for line in self.lines[item]:
            if line.get("valid_from"):
                found.add(day_of(line["valid_from"]))
            if line.get("valid_to"):
                found.add(day_of(line["valid_to"]) + timedelta(1))
            if self.is_phantom(line["component"]):
                found |= {day - timedelta(line.get("offset_days", 0)) for day in self.turns(line["component"])}
        return found

    def lead(self, item):
        return 0 if self.is_phantom(item) else self.items[item]["lead_time_days"]

    def check_reasons(self):
        """What is blamed lies below the demand and does what it is blamed for: it works there, its way is too long, its supply too late."""
        work = {
            (line["item"], line["resource"])
            for line in self.problem.get("work", [])
            if exact(line["hours_per_unit"]) > 0
        }
        demands = {row["id"]: row for row in self.problem["demands"]}
        plain = not any(line.get("offset_days") for line in self.problem["bom"])
        plain &= not any(item.get("safety_time_days") for item in self.items.values()) and not self.yielders
        comes = defaultdict(list)
        for row in self.problem["supplies"]:
            comes[row["item"]].append(max(day_of(row["available"]), self.today))
        start = self.today
        while not self.works(start):
            start += timedelta(1)
        known = cache(self.below)
        longest = cache(self.longest)
        self.longest = longest
        for row in self.plan["promises"]:
            reason, demand = row["reason"], demands[row["demand"]]
            if reason is None:
                continue
            name, due = row["demand"], day_of(demand["due"])
            if reason["item"] not in known(demand["item"]):
                self.say(f"{name} blames {reason['item']}, which does not go into it")
                continue
            if reason["kind"] == "capacity":
                monday = self.today - timedelta(self.today.weekday())
                if (reason["item"], reason["resource"]) not in work:
                    self.say(f"{name} waits for {reason['resource']}, on which {reason['item']} does not work")
                week = day_of(reason["week"])
                if week.weekday() or week < monday or (row["date"] and week > day_of(row["date"])):
                    self.say(f"{name} waits from a week, {week}, that cannot be meant")
            elif reason["kind"] == "version":
                if day_of(reason["week"]) not in self.turns(reason["item"]):
                    self.say(f"{name} waits for a version of {reason['item']} that begins on no such day")
            elif (reason["resource"], reason["week"]) != (None, None):
                self.say(f"{name} names a resource though it does not wait for hours")
            elif due >= self.today and plain and row["date"]:
                way = longest(demand["item"], reason["item"])
                if reason["kind"] == "lead_time" and self.after(start, way) <= due:
                    self.say(f"{name} blames the lead time of {reason['item']}, which is short enough")
                way -= self.lead(reason["item"])
                if reason["kind"] == "material" and all(self.after(day, way) <= due for day in comes[reason["item"]]):
                    self.say(f"{name} blames a supply of {reason['item']}; none is too late")


def violations(problem, plan):
    """Name everything wrong with the plan."""
    checker = Checker(problem, plan)
    for check in (
        checker.check_dates, checker.check_lots, checker.check_hours, checker.check_requirements, checker.check_stock,
        checker.check_promises, checker.check_pegs, checker.check_phantoms, checker.check_reasons,
    ):  # fmt: skip
        check()
    return checker.found
