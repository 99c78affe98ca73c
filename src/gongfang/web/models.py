from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class SavedView(models.Model):
    """A list as somebody wants to find it again: filters, conditions, order, columns. Nameless: a person's own column layout.

    params: query parameters by name, each a list of texts. is_default: opened when the list is opened without any.
    """

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_views")
    screen = models.CharField(_("list"), max_length=80)
    name = models.CharField(_("name"), max_length=60, blank=True)
    params = models.JSONField(_("settings"), default=dict)
    is_shared = models.BooleanField(_("for everybody"), default=False)
    is_default = models.BooleanField(_("open with this"), default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("saved view")
        ordering: ClassVar[list[str]] = ["name", "id"]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["screen", "owner"])]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["owner", "screen", "name"], name="saved_view_once"),
        ]

    def __str__(self) -> str:
        return self.name or self.screen
