"""Replay migrations without rendering the whole house after each step.

After a step Django renders anew every model that is related to the changed one over any number of links, and here all are.
A step of tables looks no further than the model itself and the links that point at it; so those are rendered, and the rest
when a step of code asks for the models (Django's own `is_delayed`). An upgrade takes a fraction of the time, its result is the same.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

from django.db import models
from django.db.migrations.state import ProjectState


def reload_near(state: ProjectState, app_label: str, model_name: str, delay: bool = False) -> None:
    """Render a changed model and those that point at it. A base of others goes Django's way."""
    if "apps" not in state.__dict__:  # nothing is rendered yet
        return
    key = (app_label, model_name)
    if any(base in (f"{app_label}.{model_name}", key) for other in state.models.values() for base in other.bases):
        state._reload(state._find_reload_model(app_label, model_name, delay))
        return
    state.is_delayed = True
    old = state.apps.all_models[app_label].get(model_name)
    state._reload({key, *(pointing_at(old) if old else ())})


def pointing_at(model: type[models.Model]) -> Iterator[tuple[str, str]]:
    for link in model._meta.get_fields(include_hidden=True):
        if link.auto_created and not link.concrete and link.related_model:
            yield link.related_model._meta.app_label, link.related_model._meta.model_name


@contextmanager
def quickly() -> Iterator[None]:
    """Inside, steps of migrations render only what is near."""
    with patch.object(ProjectState, "reload_model", reload_near):
        yield
