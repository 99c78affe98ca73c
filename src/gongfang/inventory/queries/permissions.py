"""What may be looked at."""

from gongfang.platform.identity.presets import OFFICE
from gongfang.platform.verbs import view_permission

VIEW_DOCUMENTS = view_permission("inventory.view_documents", set(OFFICE))
