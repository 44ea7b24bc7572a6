"""What is wrong with a config, in one line: key, value, and what is allowed."""

import math
import re
from datetime import date
from difflib import get_close_matches

from stackshift.errors import InputError


def check_finite(value, key: str = "config") -> None:
    """Refuse NaN and infinity anywhere in a config, which pass every bound of a schema.

    Parameters
    ----------
    value : the config or a part of it.
    key : its path, for the message.

    Raises
    ------
    InputError
        With the key.
    """
    if isinstance(value, float) and not math.isfinite(value):
        raise InputError(f"{key}: {value} is no number to work with; give a finite one")
    if isinstance(value, dict):
        for name, part in value.items():
            check_finite(part, f"{key}.{name}")
    if isinstance(value, list):
        for number, part in enumerate(value):
            check_finite(part, f"{key}.{number}")


def check_masks(config: dict) -> None:
    """Refuse what is no mask among the masks, of which the schema would not say what is.

    Raises
    ------
    InputError
        With the key.
    """
    for name, entry in (config.get("stacks") or {}).items():
        masks = entry.get("masks") if isinstance(entry, dict) else None
        for number, mask in enumerate(masks if isinstance(masks, list) else []):
            if not isinstance(mask, dict) and mask not in ("layover", "shadow"):
                said = " ".join(str(mask).split())[:60]
                own = said if isinstance(mask, str) else "..."
                raise InputError(
                    f"config.stacks.{name}.masks.{number}: '{said}' is no mask; give layover, "
                    f"shadow, or a file of your own as {{path: {own}}}"
                )


def with_integers(value):
    """A config with 8.0 as 8, which a schema takes for an integer and Python does not."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        return {name: with_integers(part) for name, part in value.items()}
    if isinstance(value, list):
        return [with_integers(part) for part in value]
    return value


def explain(error) -> str:
    """A jsonschema ValidationError in one line.

    Parameters
    ----------
    error : the error, of which the path, the message and the part of the schema are used.
    """
    key = ".".join(["config", *map(str, error.absolute_path)])
    schema = error.schema if isinstance(error.schema, dict) else {}
    if error.validator == "additionalProperties":
        # A pattern is a choice of names.
        choices = [re.findall(r"\w+", one) for one in schema.get("patternProperties", {})]
        known = [*schema.get("properties", {}), *(name for choice in choices for name in choice)]
        unknown = [name for name in error.instance if name not in known]
        near = get_close_matches(str(unknown[0]), known, n=1) if unknown else []
        hint = f"did you mean '{near[0]}'?" if near else f"known keys: {', '.join(known)}"
        return f"{key}: unknown key '{unknown[0]}'; {hint}"
    if isinstance(error.instance, bool) and "propertyNames" in map(str, error.schema_path):
        return (
            f"{key}: a name that YAML takes for {str(error.instance).lower()} (yes, no, on, off): "
            "write it in quotes"
        )
    if isinstance(error.instance, date) and "string" in str(schema.get("type")):
        return f"{key}: YAML takes {error.instance} for a date: write it in quotes"
    text = f"{key}: {' '.join(error.message.split())}"
    if isinstance(error.instance, str) and _is_number(error.instance):
        text += f"; YAML takes it for text, write {float(error.instance):g}"
    if "description" in schema:
        text += f" ({' '.join(schema['description'].split())})"
    return text


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False
