"""What the framework leaves out when it describes the API."""

from __future__ import annotations

from typing import Any

from api import problems

# Fields that replies always carry, although the dataclasses have a default for them.
_ALWAYS = ("AnswerSentence", "BasedOn", "Citation", "Job")
_REF = "#/components/schemas/"


def completed(described: dict[str, Any]) -> dict[str, Any]:
    """Add refusals of every route, fields that are always there, and nulls of examples."""
    schemas = described["components"]["schemas"]
    for name in _ALWAYS:
        schemas[name]["required"] = list(schemas[name]["properties"])
    problems.add_refusals(described)
    for methods in described["paths"].values():
        for operation in methods.values():
            for reply in operation["responses"].values():
                for media in reply.get("content", {}).values():
                    for example in media.get("examples", {}).values():
                        example["value"] = _with_nulls(example["value"], media["schema"], schemas)
    return described


def _with_nulls(value: Any, schema: dict[str, Any], schemas: dict[str, Any]) -> Any:
    """Put back into an example what the framework takes for unset."""
    named = [one["$ref"] for one in (schema, *schema.get("anyOf", ())) if "$ref" in one]
    if named:
        schema = schemas[named[0].removeprefix(_REF)]
    if isinstance(value, list):
        return [_with_nulls(one, schema.get("items", {}), schemas) for one in value]
    if isinstance(value, dict) and "properties" in schema:
        fields = schema["properties"].items()
        return {name: _with_nulls(value.get(name), field, schemas) for name, field in fields}
    return value
