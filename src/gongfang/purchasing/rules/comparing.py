"""Offers side by side: who is cheapest before tax, who is next, what is saved."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from gongfang.kernel.errors import Problem
from gongfang.kernel.money import to_cents, to_micro


@dataclass(frozen=True, slots=True)
class Offer:
    """What a supplier offers for an item. key: of the row; price: per base unit as offered, 0: no answer; score: 0 to 100."""

    key: int
    supplier_id: int
    item_id: int
    price: Decimal
    tax_included: bool
    tax_rate: Decimal
    lead_days: int
    is_chosen: bool = False
    extra_cost: Decimal = Decimal(0)
    awarded: Decimal = Decimal(0)
    score: Decimal | None = None

    @property
    def landed_price(self) -> Decimal:
        """Before tax with freight and other costs: what a unit costs when it stands in the store."""
        return self.net_price + self.extra_cost

    @property
    def net_price(self) -> Decimal:
        """Before tax, to six decimals, so that offers with and without tax compare."""
        return to_micro(self.price / (1 + self.tax_rate)) if self.tax_included else self.price


@dataclass(frozen=True, slots=True)
class Ranked:
    offer: Offer
    rank: int
    amount: Decimal
    is_best: bool


def ranked(offers: Iterable[Offer], quantities: Mapping[int, Decimal]) -> dict[int, list[Ranked]]:
    """Answered offers by item, the best first: cheapest landed, then quickest, then by score. The chosen one is best whatever its rank.

    Awards, where an item has any, mark who gets something. amount: landed, of the award or else of all that is asked for.
    """
    by_item: dict[int, list[Offer]] = {}
    for offer in offers:
        if offer.price > 0:
            by_item.setdefault(offer.item_id, []).append(offer)
    found = {}
    for item_id, rows in by_item.items():
        rows.sort(key=lambda offer: (offer.landed_price, offer.lead_days, -(offer.score or 0), offer.key))
        best = next((offer for offer in rows if offer.is_chosen), rows[0])
        is_split = any(offer.awarded for offer in rows)
        quantity = quantities.get(item_id, Decimal(0))
        found[item_id] = [
            Ranked(
                offer,
                rank,
                to_cents(offer.landed_price * (offer.awarded or quantity)),
                bool(offer.awarded) if is_split else offer is best,
            )
            for rank, offer in enumerate(rows, start=1)
        ]
    return found


def saving(rows: Iterable[Ranked]) -> Decimal:
    """What the best offer (or the awards) saves against the dearest one, before tax."""
    rows = list(rows)
    awarded = [row for row in rows if row.is_best]
    dearest = max(row.offer.landed_price for row in rows)
    quantity = sum((row.amount / row.offer.landed_price for row in awarded), Decimal(0))
    return to_cents(dearest * quantity) - sum((row.amount for row in awarded), Decimal(0))


def offer_problems(
    offers: Iterable[Offer], items: Mapping[int, str], suppliers: Mapping[int, str], asked: Mapping[int, Decimal]
) -> list[Problem]:
    """Reasons against the offers as entered. items, suppliers: names of those that exist; asked: item → quantity of the inquiry."""
    found: list[Problem] = []
    awarded: dict[int, Decimal] = {}
    seen: set[tuple[int, int]] = set()
    chosen: set[int] = set()
    for index, offer in enumerate(offers):
        where = f"offers.{index}"
        if offer.item_id not in asked:
            found.append(
                Problem("not_asked", "Line {line}: this item is not asked for.", f"{where}.item", line=index + 1)
            )
            continue
        if offer.supplier_id not in suppliers:
            found.append(
                Problem(
                    "supplier_unknown", "Line {line}: there is no such supplier.", f"{where}.supplier", line=index + 1
                )
            )
            continue
        item, supplier = items[offer.item_id], suppliers[offer.supplier_id]
        if (offer.supplier_id, offer.item_id) in seen:
            found.append(
                Problem(
                    "offer_twice", "{supplier} offers {item} twice.", f"{where}.supplier", supplier=supplier, item=item
                )
            )
        if not 0 <= offer.price <= Decimal(10) ** 9 or (not offer.price and (offer.is_chosen or offer.awarded)):
            found.append(
                Problem(
                    "bad_price",
                    "{item}: a price lies between 0 and {most}.",
                    f"{where}.price",
                    item=item,
                    most=Decimal(10) ** 9,
                )
            )
        if offer.extra_cost < 0 or offer.awarded < 0:
            found.append(Problem("bad_award", "{item}: costs and awards are not negative.", f"{where}.awarded_quantity", item=item))  # fmt: skip
        awarded[offer.item_id] = awarded.get(offer.item_id, Decimal(0)) + offer.awarded
        if awarded[offer.item_id] > asked[offer.item_id]:
            found.append(
                Problem("over_awarded", "{item}: {awarded} is awarded, but only {asked} is asked for.", f"{where}.awarded_quantity", item=item, awarded=awarded[offer.item_id], asked=asked[offer.item_id])
            )  # fmt: skip
        if not 0 <= offer.tax_rate < 1:
            found.append(
                Problem(
                    "bad_tax_rate", "{item}: a tax rate lies between 0 % and 100 %.", f"{where}.tax_rate", item=item
                )
            )
        if offer.is_chosen and offer.item_id in chosen:
            found.append(
                Problem("chosen_twice", "{item}: more than one offer is chosen.", f"{where}.is_chosen", item=item)
            )
        seen.add((offer.supplier_id, offer.item_id))
        chosen |= {offer.item_id} if offer.is_chosen else set()
    return found
