"""What finance does when documents below are taken back."""

from gongfang.finance.services.estimates import restate_fee
from gongfang.platform.identity.models import User
from gongfang.production.events import SubcontractTakenBack


def restate_withdrawn(event: SubcontractTakenBack) -> None:
    """A fee that a run had taken off the estimates goes back, so that taking the receipt back leaves nothing on either account."""
    restate_fee(User.objects.get(pk=event.actor_id), event.receipt_id, event.on)
