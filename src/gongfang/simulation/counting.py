"""The keeper's weekly count of some items: the books are nearly right."""

from decimal import Decimal

from gongfang.inventory import services as inventory
from gongfang.inventory.services import CountLineInput
from gongfang.ledger import queries as ledger
from gongfang.masterdata import queries as masterdata
from gongfang.simulation.cast import Factory

ITEMS_A_COUNT = 8
WRONG_SHARE = 0.15


def count(factory: Factory) -> None:
    """On Fridays a few untracked items of one warehouse are counted; one in seven differs by a piece."""
    if factory.clock.today.isoweekday() != 5:
        return
    items = {item.pk: item for item in masterdata.plannable_items() if item.tracking == "none" and item.kind == "part"}
    balances = [row for row in ledger.balances_for_items(list(items)) if row.quantity >= 2 and row.reserved == 0]
    if not balances:
        return
    place = factory.luck.choice(balances).location_id
    chosen = factory.luck.sample([row for row in balances if row.location_id == place], ITEMS_A_COUNT)
    lines = [
        CountLineInput(
            row.item_id,
            row.quantity + (factory.luck.choice([-1, 1]) if factory.luck.chance(WRONG_SHARE) else Decimal(0)),
        )
        for row in chosen
    ]
    document = factory.do(inventory.create_count, "keeper", location=place, lines=lines)
    if document is not None:
        factory.do(inventory.submit_count, "keeper", document_id=document.pk)
        if factory.do(inventory.approve_count, "cost_accountant", document_id=document.pk) is not None:
            factory.count("counts")
