"""Exact numbers in the database: integers of the smallest unit in a BIGINT, `Decimal` in Python.

SQLite keeps DECIMAL as a binary float and loses digits; integers are exact on both databases, and sums stay sums. Six places
reach ± 9.2 × 10¹² in 64 bits, money ± 9.2 × 10¹⁶. Products of two such columns are computed in Python, never in SQL.
"""

from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

BIGINT_MAX = 2**63 - 1


@lru_cache(20_000)
def _scaled(value: int, places: int) -> Decimal:
    """An integer as the number it stands for; a factory's quantities and prices come again and again."""
    return Decimal(value).scaleb(-places)


class ScaledField(models.BigIntegerField):
    """A Decimal with a fixed number of places, stored as an integer.

    scope: which right a person needs to see the figure ("cost", "price", "pay"); None: everybody.
    """

    places = 6
    default_error_messages = {
        "invalid": _("“%(value)s” is not a number."),
        "places": _("At most %(places)s decimals are kept."),
        "range": _("The number is too large."),
    }

    def __init__(self, *args: Any, scope: str | None = None, **kwargs: Any) -> None:
        self.scope = scope
        super().__init__(*args, **kwargs)

    @property
    def validators(self) -> list[Any]:
        """The integer range validators of the base class compare unscaled values: leave them out."""
        return list(self._validators)

    def deconstruct(self) -> tuple[str, str, list[Any], dict[str, Any]]:
        name, path, args, kwargs = super().deconstruct()
        if self.scope is not None:
            kwargs["scope"] = self.scope
        return name, path, args, kwargs

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Decimal | None:
        return None if value is None else _scaled(int(value), self.places)

    def to_python(self, value: Any) -> Decimal | None:
        if value is None or isinstance(value, Decimal):
            return value
        try:
            number = Decimal(str(value))
        except InvalidOperation as error:
            raise ValidationError(self.error_messages["invalid"], code="invalid", params={"value": value}) from error
        if not number.is_finite():
            raise ValidationError(self.error_messages["invalid"], code="invalid", params={"value": value})
        return number

    def get_prep_value(self, value: Any) -> int | None:
        number = self.to_python(value)
        if number is None:
            return None
        scaled = number.scaleb(self.places)
        integral = scaled.to_integral_value()
        if integral != scaled:
            raise ValidationError(self.error_messages["places"], code="places", params={"places": self.places})
        if abs(integral) > BIGINT_MAX:
            raise ValidationError(self.error_messages["range"], code="range")
        return int(integral)

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> int | None:
        return value if prepared else self.get_prep_value(value)

    def value_to_string(self, obj: models.Model) -> str:
        value = self.value_from_object(obj)
        return "" if value is None else str(value)

    def formfield(self, **kwargs: Any) -> Any:
        from django import forms

        return models.Field.formfield(
            self, **{"form_class": forms.DecimalField, "decimal_places": self.places, **kwargs}
        )


class QuantityField(ScaledField):
    """A quantity in the item's base unit, six places."""


class PriceField(ScaledField):
    """A price per unit in company currency, six places."""


class RatioField(ScaledField):
    """A share or rate: 0.13 is 13 %."""


class MoneyField(ScaledField):
    """An amount of company currency, in cents."""

    places = 2
