"""Bodies and queries out of the OpenAPI schema: by its rules, with the values that break programs; the same ones in every run."""

import random
from datetime import date, timedelta
from typing import Any

LARGE = 9_223_372_036_854_775_807
STRINGS = [
    "", "x", "泵体铸件", "'; DROP TABLE x; --", "\x00", "\ud7ff\uffff", "a" * 300, "<script>alert(1)</script>", "0", "-1", "1e400", "NaN", "null",
    "../../etc/passwd", "%s%s%n", "𝔘𝔫𝔦", "\u202eabc", " ", "\n\t",
]  # fmt: skip
NUMBERS: list[Any] = [
    0,
    1,
    -1,
    2,
    "0.000001",
    "-0.000001",
    "1e3",
    "12345678901234567890",
    "99999999999999",
    0.1,
    "1,000",
    "",
    "NaN",
    "Infinity",
    10**29,
]
DATES = ["2026-11-20", "1900-01-01", "9999-12-31", "2026-02-30", "0001-01-01", "today", ""]
SORTS = ["", "id", "-id", "number", "-number", "name", "password", "id__x"]


class Maker:
    """Values for schemas. Ids are mostly small, so that they often exist."""

    def __init__(self, components: dict[str, Any], seed: str) -> None:
        self.components, self.random = components, random.Random(seed)

    def resolved(self, schema: dict[str, Any]) -> dict[str, Any]:
        while "$ref" in schema:
            schema = self.components[schema["$ref"].rpartition("/")[2]]
        return schema

    def value(self, schema: dict[str, Any], depth: int = 0) -> Any:
        schema, roll = self.resolved(schema), self.random.random()
        if "anyOf" in schema:
            return self.value(self.random.choice(schema["anyOf"]), depth)
        if "enum" in schema:
            return self.random.choice(schema["enum"]) if roll < 0.9 else "nothing"
        kind = schema.get("type")
        if kind == "object" or "properties" in schema:
            return self.object(schema, depth)
        if kind == "array":
            count = self.random.choice([0, 1, 1, 2]) if depth < 3 else 0
            return [self.value(schema.get("items", {}), depth + 1) for _ in range(count)]
        if kind == "integer":
            return self.integer(schema)
        if kind == "number":
            return self.random.choice(NUMBERS)
        if kind == "boolean":
            return self.random.choice([True, False])
        if kind == "string":
            return self.string(schema)
        return None if kind == "null" else self.random.choice([None, 1, "x", [], {}])

    def object(self, schema: dict[str, Any], depth: int) -> dict[str, Any]:
        needed = set(schema.get("required", ()))
        found = {
            name: self.value(inner, depth + 1)
            for name, inner in schema.get("properties", {}).items()
            if name in needed or self.random.random() < 0.5
        }
        if found and self.random.random() < 0.03:
            found.pop(self.random.choice(sorted(found)))
        return found

    def integer(self, schema: dict[str, Any]) -> int:
        if self.random.random() < 0.8:
            return max(schema.get("minimum", 0), self.random.choice([1, 1, 2, 3, 5]))
        return self.random.choice([0, -1, LARGE, LARGE + 1, schema.get("maximum", LARGE), schema.get("minimum", 0) - 1])

    def string(self, schema: dict[str, Any]) -> str:
        if schema.get("format") == "date":
            day = date(2026, 11, 20) + timedelta(days=self.random.randint(-40, 40))
            return day.isoformat() if self.random.random() < 0.7 else self.random.choice(DATES)
        return self.random.choice(STRINGS)

    def query(self, parameters: list[dict[str, Any]]) -> dict[str, Any]:
        """Values of query parameters."""
        found = {}
        for one in parameters:
            if one["in"] == "query" and (one.get("required") or self.random.random() < 0.5):
                value = self.random.choice(SORTS) if one["name"] == "sort" else self.value(one["schema"])
                found[one["name"]] = value if value is not None else ""
        return found
