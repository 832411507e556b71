"""How requests are read from JSON, and described as they are read."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, GetJsonSchemaHandler, model_validator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema


class Request(BaseModel):
    """A null means the same as a field that is not there, 5.0 as 5; unknown fields are refused."""

    model_config = ConfigDict(extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _as_json_means_it(cls, given: object) -> object:
        if not isinstance(given, dict):
            return given
        return {
            name: _whole(value)
            for name, value in given.items()
            if value is not None or name not in cls.model_fields
        }

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """Say that what may be absent may be null."""
        schema = handler(core)
        described = handler.resolve_ref_schema(schema)
        required = described.get("required", ())
        for name, field in described.get("properties", {}).items():
            if name not in required:
                _allow_null(field)
        return schema


def _whole(value: object) -> object:
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _allow_null(field: dict[str, Any]) -> None:
    if "anyOf" in field:
        if {"type": "null"} not in field["anyOf"]:
            field["anyOf"].append({"type": "null"})
    elif "$ref" in field:
        field["anyOf"] = [{"$ref": field.pop("$ref")}, {"type": "null"}]
    else:
        field["type"] = [field["type"], "null"]
        if "enum" in field:
            field["enum"] = [*field["enum"], None]
