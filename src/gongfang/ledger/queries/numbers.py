"""Rows of the ledger by the number of the document behind them."""

from django.db.models import Q

from gongfang.ledger.models import Posting
from gongfang.platform.documents.finding import made_by_documents

MOST_POSTINGS = 1_000


def posted_for(word: str) -> Q:
    """Moves or vouchers of postings whose document's number begins with the word."""
    postings = Posting.objects.filter(made_by_documents(word)).order_by().values_list("pk", flat=True)
    return Q(posting__in=list(postings[:MOST_POSTINGS]))
