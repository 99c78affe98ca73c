"""What the API makes once where ninja makes it again: a response model per kind of answer, its description, the whole schema.

ninja makes a model per operation and status, and describes each of them anew for every reader of the schema. What a model needs
to check its data is made when it first checks some: of the thousands a server uses few, and it starts a second sooner.
"""

from typing import Any

from ninja import NinjaAPI, Schema
from ninja.openapi.schema import OpenAPISchema
from ninja.operation import Operation
from ninja.params.models import ParamModel
from pydantic import BaseModel

_made: dict[Any, Any] = {}
_make = Operation._create_response_model


def _shared(self: Operation, response_param: Any) -> Any:
    """The model made for this answer before, else a new one."""
    if response_param not in _made:
        _made[response_param] = _make(self, response_param)
    return _made[response_param]


def share_response_models() -> None:
    """Let all operations declared from now on share models that are finished when first used. Safe to repeat."""
    Operation._create_response_model = _shared  # type: ignore[method-assign]
    bases: list[type[BaseModel]] = [Schema, ParamModel]
    for base in bases:
        base.model_config["defer_build"] = True
        bases += base.__subclasses__()


class SharedDescriptions(OpenAPISchema):
    """A schema that describes each model once: most operations refuse with the same ones."""

    def __init__(self, api: NinjaAPI, path_prefix: str) -> None:
        self._described: dict[Any, tuple[dict[str, Any], bool]] = {}
        super().__init__(api, path_prefix)

    def _create_schema_from_model(self, model: Any, *args: Any, **kwargs: Any) -> tuple[dict[str, Any], bool]:
        key = (model, args, tuple(kwargs.items()))
        if key not in self._described:
            self._described[key] = super()._create_schema_from_model(model, *args, **kwargs)
        schema, required = self._described[key]
        return schema.copy(), required


class DescribedOnce(NinjaAPI):
    """An API whose schema is made for its first reader and kept; texts in it are translated when it is sent."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self._schemas: dict[str, OpenAPISchema] = {}

    def get_openapi_schema(self, *, path_prefix: str | None = None, path_params: Any = None) -> OpenAPISchema:
        """The schema for what stands before its paths; nobody may change it."""
        prefix = self.get_root_path(path_params or {}) if path_prefix is None else path_prefix
        if prefix not in self._schemas:
            self._schemas[prefix] = SharedDescriptions(self, prefix)
        return self._schemas[prefix]
