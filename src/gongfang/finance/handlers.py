"""What finance does when documents below are posted or taken back."""

from gongfang.finance.services.estimates import restate_fee
from gongfang.finance.services.replacing import settle
from gongfang.platform.identity.models import User
from gongfang.production.events import SubcontractTakenBack
from gongfang.purchasing.events import GoodsReceived


def restate_withdrawn(event: SubcontractTakenBack) -> None:
    """A fee that a run had taken off the estimates goes back, so that taking the receipt back leaves nothing on either account."""
    restate_fee(User.objects.get(pk=event.actor_id), event.receipt_id, event.on)


def settle_replaced(event: GoodsReceived) -> None:
    """What replaces goods that were invoiced is invoiced with them."""
    if not event.taken_back and event.actor_id:
        settle(event.actor_id, event.receipt_id, event.number, event.on)
