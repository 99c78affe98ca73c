"""Hand entered values to a verb in the shape its signature asks for.

A verb names what it wants; a screen names what was entered. Names that agree are passed; `customer` also fits `customer_id`;
the document fits the first `…_id` that no entered value claims; a parameter annotated with a dataclass gets one made from the
values, and `lines: Sequence[LineInput]` a list of them. A value that fits nowhere is a mistake in a declaration and raises.
"""

import inspect
import types
import typing
import uuid
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import MISSING, fields, is_dataclass
from functools import cache
from typing import Any

from django.db import models

RESERVED = ("actor", "request_id", "version", "confirm")


class DeclarationError(TypeError):
    """A screen and its verb do not fit together."""


@cache
def _hints(function: Callable[..., Any]) -> dict[str, Any]:
    inner = inspect.unwrap(function)
    try:
        return typing.get_type_hints(inner)
    except NameError:
        return dict(getattr(inner, "__annotations__", {}))


@cache
def parameters(function: Callable[..., Any]) -> Mapping[str, inspect.Parameter]:
    return inspect.signature(function).parameters


def takes(function: Callable[..., Any], name: str) -> bool:
    """Whether a verb has a parameter of this name."""
    return name in parameters(function)


def bind(
    function: Callable[..., Any], values: Mapping[str, Any], *, actor: Any, request_id: uuid.UUID,
    document: models.Model | None = None, version: int | None = None, confirmed: Collection[str] = (),
    together: Sequence[models.Model] = (),
) -> dict[str, Any]:  # fmt: skip
    """Keyword arguments for a verb. together: several documents for a verb that takes many (`takes_many`).

    Raises DeclarationError where a value fits no parameter.
    """
    known = parameters(function)
    open_ended = any(one.kind is inspect.Parameter.VAR_KEYWORD for one in known.values())
    bound: dict[str, Any] = {}
    left = dict(values)
    for name in list(left):
        target = name if name in known else f"{name}_id" if f"{name}_id" in known else name.removesuffix("_id")
        if target in known and target not in RESERVED:
            _put(bound, known[target], _hints(function).get(target), left.pop(name))
    if document is not None:
        several = (
            "document_ids" in known and len(together) > 1
        )  # beside `document_id`, as every verb of a life cycle has it
        name = "document_ids" if several else document_parameter(function, document, set(bound))
        many = name.endswith("_ids") or name == "ids"
        bound[name] = [one.pk for one in together or (document,)] if many else document.pk
    left = _into_dataclasses(function, bound, left)
    if left and not open_ended:
        raise DeclarationError(f"{function.__module__}.{function.__name__} takes no {', '.join(sorted(left))}")
    bound.update(left)
    for name, value in (
        ("actor", actor),
        ("request_id", request_id),
        ("version", version),
    ):
        if name in known or (open_ended and name in ("actor", "request_id")):
            bound[name] = value
    if "confirm" in known or getattr(function, "takes_confirm", False):
        bound["confirm"] = frozenset(confirmed)  # what a verb posts may have to ask
    return bound


def takes_many(function: Callable[..., Any], document: models.Model) -> bool:
    """Whether a verb takes several documents at once."""
    return "document_ids" in parameters(function) or document_parameter(function, document, ()).endswith("ids")


def _put(bound: dict[str, Any], parameter: inspect.Parameter, hint: Any, value: Any) -> None:
    if value is None and parameter.default is not inspect.Parameter.empty:
        return
    bound[parameter.name] = shaped(value, hint)


def shaped(value: Any, hint: Any) -> Any:
    """A list of dicts as a list of the dataclass that the annotation names; all else as it is."""
    inner = _inner_dataclass(hint)
    if inner is not None and isinstance(value, list | tuple):
        return [made(inner, row) if isinstance(row, Mapping) else row for row in value]
    if isinstance(hint, type) and is_dataclass(hint) and isinstance(value, Mapping):
        return made(hint, value)
    return value


def _inner_dataclass(hint: Any) -> type | None:
    for candidate in _unions(hint):
        if typing.get_origin(candidate) in (list, tuple, Sequence, typing.Sequence, typing.get_origin(Sequence[int])):
            for argument in typing.get_args(candidate):
                if isinstance(argument, type) and is_dataclass(argument):
                    return argument
    return None


def _unions(hint: Any) -> tuple[Any, ...]:
    return typing.get_args(hint) if typing.get_origin(hint) in (typing.Union, types.UnionType) else (hint,)


def made(cls: type, values: Mapping[str, Any]) -> Any:
    """A dataclass from entered values; None gives way to the default; names fit with and without `_id`."""
    hints = typing.get_type_hints(cls)
    arguments: dict[str, Any] = {}
    used: set[str] = set()
    for one in fields(cls):
        for name in (one.name, one.name.removesuffix("_id"), f"{one.name}_id"):
            if name in values:
                used.add(name)
                optional = one.default is not MISSING or one.default_factory is not MISSING
                if values[name] is not None or not optional:
                    arguments[one.name] = shaped(values[name], hints.get(one.name))
                break
    if unused := {name for name in values if name not in used and not (name == "id" and values["id"] is None)}:
        raise DeclarationError(f"{cls.__name__} has no {', '.join(sorted(unused))}")
    return cls(**arguments)


def document_parameter(function: Callable[..., Any], document: models.Model, taken: Collection[str]) -> str:
    """The parameter that names the document: `document_id`, `<model>_id`, `pk`, or the first `…_id` no value claims."""
    known = parameters(function)
    model_name = document._meta.model_name or ""
    candidates = [
        "document_id",
        f"{model_name}_id",
        f"{document._meta.verbose_name}_id".replace(" ", "_"),
        "pk",
        "id",
        "document_ids",
    ]
    free = [name for name in known if name.endswith(("_id", "_ids")) and name not in taken and name != "request_id"]
    required = [name for name in free if known[name].default is inspect.Parameter.empty]
    for name in (*candidates, *required, *free):
        if name in known and name not in taken:
            return name
    raise DeclarationError(f"{function.__module__}.{function.__name__} has no parameter for the document")


def _into_dataclasses(function: Callable[..., Any], bound: dict[str, Any], left: dict[str, Any]) -> dict[str, Any]:
    """Values that fit no parameter go into the one parameter annotated with a dataclass."""
    for name, hint in _hints(function).items():
        for candidate in _unions(hint):
            if name in bound or not (isinstance(candidate, type) and is_dataclass(candidate)) or name == "return":
                continue
            names = {one.name for one in fields(candidate)}
            own = {key: left.pop(key) for key in list(left) if {key, f"{key}_id", key.removesuffix("_id")} & names}
            if own:
                bound[name] = made(candidate, own)
    return left
