import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class KeptPreview(models.Model):
    """Everything that somebody was asked about, as it stood then. body: columns and rows, packed JSON."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    title = models.CharField(_("title"), max_length=200)
    rows = models.PositiveIntegerField(_("rows"))
    body = models.BinaryField()
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        verbose_name = _("preview")

    def __str__(self) -> str:
        return self.title
