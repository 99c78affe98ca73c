"""Bills of materials: how much of a component, what is inside what, and that nothing contains itself."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from gongfang.kernel.errors import N_, Problem
from gongfang.kernel.money import to_micro


@dataclass(frozen=True, slots=True)
class Use:
    """A component in a structure: so much per `base` of the parent, or per order where fixed, and the share lost on top; needed so many
    working days after the start. is_phantom: on this line it is no goods: what is in it goes in."""

    component_id: int
    quantity: Decimal
    base: Decimal = Decimal(1)
    is_fixed: bool = False
    scrap: Decimal = Decimal(0)
    offset_days: int = 0
    is_phantom: bool = False

    def needed(self, quantity: Decimal) -> Decimal:
        """What an order of `quantity` takes, to six decimals."""
        share = self.quantity if self.is_fixed else self.quantity * quantity / self.base
        return to_micro(share * (1 + self.scrap))


Structure = Mapping[int, Sequence[Use]]


@dataclass(frozen=True, slots=True)
class Part:
    """One row of an exploded structure. level 1 stands right under the top; path: item ids from the top down to here."""

    level: int
    path: tuple[int, ...]
    use: Use
    quantity: Decimal

    @property
    def component_id(self) -> int:
        return self.use.component_id


def exploded(structure: Structure, top: int, quantity: Decimal, limit: int = 100_000) -> list[Part]:
    """Every part of an item at every level, depth first in line order. Raises ValueError past `limit` rows or on a cycle."""
    rows: list[Part] = []
    stack = [Part(1, (top,), use, use.needed(quantity)) for use in reversed(structure.get(top, ()))]
    while stack:
        part = stack.pop()
        if part.component_id in part.path or len(rows) >= limit:
            raise ValueError("the structure has a cycle or is too large")
        rows.append(part)
        path = (*part.path, part.component_id)
        for use in reversed(structure.get(part.component_id, ())):
            stack.append(Part(part.level + 1, path, use, use.needed(part.quantity)))
    return rows


def without_phantoms(
    structure: Structure, phantoms: Collection[int], top: int, quantity: Decimal
) -> list[tuple[Use, Decimal]]:
    """What one order issues: its components, with phantoms replaced by what is in them. Line order is kept."""
    rows: list[tuple[Use, Decimal]] = []
    stack: list[tuple[Use, Decimal, tuple[int, ...]]] = [
        (use, use.needed(quantity), (top,)) for use in reversed(structure.get(top, ()))
    ]
    while stack:
        use, needed, path = stack.pop()
        if use.component_id in path:
            raise ValueError("the structure has a cycle")
        if use.component_id in phantoms and structure.get(use.component_id):
            inner = (*path, use.component_id)
            stack.extend((u, u.needed(needed), inner) for u in reversed(structure[use.component_id]))
        else:
            rows.append((use, needed))
    return rows


def cycle(edges: Mapping[int, Iterable[int]], start: Iterable[int]) -> list[int] | None:
    """Item ids around a cycle that `start` reaches, first = last; None where there is none. Iterative: depth is no limit."""
    done: set[int] = set()
    for root in start:
        if root in done:
            continue
        path: list[int] = [root]
        on_path = {root}
        branches = [iter(edges.get(root, ()))]
        while branches:
            child = next(branches[-1], None)
            if child is None:
                branches.pop()
                on_path.discard(path[-1])
                done.add(path.pop())
            elif child in on_path:
                return [*path[path.index(child) :], child]
            elif child not in done:
                path.append(child)
                on_path.add(child)
                branches.append(iter(edges.get(child, ())))
    return None


def low_level_codes(edges: Mapping[int, Iterable[int]]) -> dict[int, int]:
    """Depth at which each item is used lowest: 0 for what nothing contains. The edges must have no cycle."""
    children = {parent: set(parts) for parent, parts in edges.items()}
    waiting: dict[int, int] = {}
    for parts in children.values():
        for part in parts:
            waiting[part] = waiting.get(part, 0) + 1
    levels = {parent: 0 for parent in children if parent not in waiting}
    ready = list(levels)
    while ready:
        parent = ready.pop()
        for part in children.get(parent, ()):
            levels[part] = max(levels.get(part, 0), levels[parent] + 1)
            waiting[part] -= 1
            if not waiting[part]:
                ready.append(part)
    return levels


@dataclass(frozen=True, slots=True)
class LineFacts:
    """What the check of a BOM line needs to know."""

    component_id: int
    quantity: Decimal
    scrap: Decimal
    precision: int
    is_fixed: bool = False
    status: str = "active"
    name: str = ""


def bom_problems(item_id: int, base_quantity: Decimal, lines: Sequence[LineFacts]) -> list[Problem]:
    """What is wrong with a bill of materials by itself; cycles through other items are found under the lock."""
    problems = []
    if base_quantity <= 0:
        problems.append(Problem("not_positive", "“Per quantity” must be above zero.", where="base_quantity"))
    if not lines:
        problems.append(Problem("no_lines", "A bill of materials needs at least one component.", where="lines"))
    for n, line in enumerate(lines):
        at = f"lines.{n}."
        if line.component_id == item_id:
            problems.append(
                Problem(
                    "contains_itself", "{item} cannot be a component of itself.", where=at + "component", item=line.name
                )
            )
        if line.quantity <= 0:
            problems.append(Problem("not_positive", "The quantity must be above zero.", where=at + "quantity"))
        if not 0 <= line.scrap < 1:
            problems.append(Problem("bad_ratio", "The scrap share must be from 0 to under 100 %.", where=at + "scrap"))
        if line.status in ("blocked", "retired"):
            problems.append(
                Problem("item_blocked", "{item} is blocked or retired.", where=at + "component", item=line.name)
            )
    return problems


def output_problems(item: object, rows: Sequence[Mapping[str, Any]]) -> list[Problem]:
    """What is wrong with further outputs: the product itself, shares that leave it no cost, a share of what bears none.

    item, and `item` of the rows: keys or codes, the same kind in both.
    """
    found = []
    shares = Decimal(0)
    for n, row in enumerate(rows):
        share = Decimal(str(row.get("cost_share") or 0))
        if row.get("item") == item:
            text = N_("The product itself is no further output.")
            found.append(Problem("own_output", text, where=f"outputs.{n}.item"))
        if row.get("kind", "by") == "co":
            shares += share
        elif share:
            text = N_(
                "A by-product takes its standard cost, not a share; make it a co-product or leave the share empty."
            )
            found.append(Problem("share_of_by_product", text, where=f"outputs.{n}.cost_share"))
    if shares >= 1:
        text = N_("The co-products take {share} % of the cost: less than 100 % must be left to the product.")
        found.append(Problem("shares_too_large", text, where="outputs", share=f"{(shares * 100).normalize():f}"))
    return found


def substitute_problems(components: Sequence[int], rows: Sequence[Mapping[str, Any]]) -> list[Problem]:
    """What is wrong with substitutes: each names a line and another item, ends after it begins, and is either used up or ordered.

    components: item ids of the lines, in their order.
    """
    found = []
    for n, row in enumerate(rows):
        number = int(row.get("line_no") or 0)
        if not 1 <= number <= len(components):
            found.append(
                Problem("line_absent", "There is no line {line}.", where=f"substitutes.{n}.line_no", line=number)
            )
        elif row.get("item") == components[number - 1]:
            text = N_("An item is no substitute of itself.")
            found.append(Problem("own_substitute", text, where=f"substitutes.{n}.item"))
        begin, end = row.get("valid_from"), row.get("valid_to")
        if begin and end and end < begin:
            found.append(
                Problem("dates_crossed", "The last day lies before the first.", where=f"substitutes.{n}.valid_to")
            )
        if row.get("use_up") and row.get("is_successor"):
            text = N_("What is used up first is not ordered too: choose one of both.")
            found.append(Problem("one_way", text, where=f"substitutes.{n}.is_successor"))
    return found


@dataclass(frozen=True, slots=True)
class Difference:
    """How a component differs between two versions: None where one has it not. Quantities per piece of the parent."""

    component_id: int
    before: Decimal | None
    after: Decimal | None


def differences(before: Sequence[Use], after: Sequence[Use]) -> list[Difference]:
    """Components added, removed or changed in quantity between two versions, by component; equal ones are left out."""

    def sums(uses: Sequence[Use]) -> dict[int, Decimal]:
        found: dict[int, Decimal] = {}
        for use in uses:
            found[use.component_id] = found.get(use.component_id, Decimal(0)) + use.needed(use.base) / use.base
        return found

    old, new = sums(before), sums(after)
    return [
        Difference(pk, old.get(pk), new.get(pk)) for pk in dict.fromkeys([*old, *new]) if old.get(pk) != new.get(pk)
    ]


@dataclass(frozen=True, slots=True)
class Bearer:
    """A further output as the cost of one piece sees it. quantity: for one piece; share: of the cost, 0: it takes its price."""

    quantity: Decimal
    share: Decimal = Decimal(0)
    price: Decimal = Decimal(0)

    def takes(self, total: Decimal) -> Decimal:
        return total * self.share if self.share else self.quantity * self.price


def cost_of_good_piece(total: Decimal, outputs: Iterable[Bearer], good_share: Decimal = Decimal(1)) -> Decimal:
    """What one good piece costs: the cost of one that is begun, less what further outputs take of it, over the good share; never below 0."""
    return max(total - sum((one.takes(total) for one in outputs), Decimal(0)), Decimal(0)) / good_share
