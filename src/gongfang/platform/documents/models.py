from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from gongfang.platform.fields import QuantityField


class NumberRule(models.Model):
    """How numbers of a document type look: prefix + date + serial. A type without a row uses its class's prefix."""

    doc_type = models.CharField(_("document type"), max_length=60, unique=True)
    prefix = models.CharField(_("prefix"), max_length=12)
    date_format = models.CharField(_("date part"), max_length=12, default="%Y%m%d")
    width = models.PositiveSmallIntegerField(_("digits"), default=4)

    class Meta:
        verbose_name = _("number rule")

    def __str__(self) -> str:
        return f"{self.prefix} ({self.doc_type})"


class NumberCounter(models.Model):
    """The last serial drawn in a series; its row lock is what makes numbers unique."""

    series = models.CharField(max_length=80, unique=True)
    last = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.series}: {self.last}"


class LineLink(models.Model):
    """One document line made from another, with the quantity pushed, in base units. line 0: the document as a whole."""

    source_type = models.CharField(max_length=60)
    source_id = models.BigIntegerField()
    source_line = models.BigIntegerField(default=0)
    target_type = models.CharField(max_length=60)
    target_id = models.BigIntegerField()
    target_line = models.BigIntegerField(default=0)
    quantity = QuantityField(default=0)

    class Meta:
        indexes = [
            models.Index(fields=["source_type", "source_line"]),
            models.Index(fields=["source_type", "source_id"]),
            models.Index(fields=["target_type", "target_id"]),
        ]

    def __str__(self) -> str:
        return f"{self.source_type} {self.source_id} → {self.target_type} {self.target_id}"


class Comment(models.Model):
    """What people say about a document; @name notifies."""

    doc_type = models.CharField(max_length=60)
    document_id = models.BigIntegerField()
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    text = models.TextField(_("comment"), max_length=4000)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["doc_type", "document_id"])]

    def __str__(self) -> str:
        return self.text[:40]
