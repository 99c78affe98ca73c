from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Attachment(models.Model):
    """A file on a document. `stored_as` is made by the server; the user's name is only shown."""

    doc_type = models.CharField(max_length=60)
    document_id = models.BigIntegerField()
    name = models.CharField(_("file name"), max_length=200)
    stored_as = models.CharField(max_length=80, unique=True)
    content_type = models.CharField(max_length=80)
    size = models.PositiveBigIntegerField(_("size in bytes"))
    sha256 = models.CharField(max_length=64)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    removed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("attachment")
        indexes = [models.Index(fields=["doc_type", "document_id"])]

    def __str__(self) -> str:
        return self.name
