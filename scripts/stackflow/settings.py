"""What is wrong with a config, in one line: key, value, and what is allowed."""

import math
import re
from datetime import date
from difflib import get_close_matches

from stackshift.errors import InputError

# So much of a value is shown.
_LONGEST = 80


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
    stacks = config.get("stacks")
    # The schema refuses what is none.
    for name, entry in stacks.items() if isinstance(stacks, dict) else ():
        masks = entry.get("masks") if isinstance(entry, dict) else None
        for number, mask in enumerate(masks if isinstance(masks, list) else []):
            if not isinstance(mask, dict) and mask not in ("layover", "shadow"):
                said = " ".join(str(mask).split())[:60]
                own = said if isinstance(mask, str) else "..."
                raise InputError(
                    f"config.stacks.{name}.masks.{number}: '{said}' is no mask; give layover, "
                    f"shadow, or a file of your own as {{path: {own}}}"
                )


def check_requirement(requirement: dict) -> None:
    """Refuse metres along range and azimuth where nothing is judged along them.

    Raises
    ------
    InputError
        With the key.
    """
    for axis in ("range", "azimuth"):
        if requirement[axis] is not None and requirement["shape"] != "range_azimuth":
            raise InputError(
                f"config.requirement.{axis}: it counts with 'shape: range_azimuth' alone; add that "
                f"or leave out '{axis}'"
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
    if error.validator == "oneOf" and all("required" in one for one in error.validator_value):
        names: list[str] = [name for one in error.validator_value for name in one["required"]]
        entry = error.instance if isinstance(error.instance, dict) else {}
        given = [name for name in names if name in entry]
        return (
            f"{key}: give exactly one of {', '.join(names)}; here is "
            f"{' and '.join(given) or 'none of them'}"
        )
    said = " ".join(error.message.split())
    whole = " ".join(repr(error.instance).split())
    text = f"{key}: {said.replace(whole, _short(whole))}{_hint(error, schema)}"
    if "description" in schema:
        text += f" ({' '.join(schema['description'].split())})"
    return text


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."


def _hint(error, schema: dict) -> str:
    """How a value of another type than is allowed may have been meant."""
    value = error.instance
    if error.validator not in ("type", "anyOf") or not isinstance(value, str | int | float):
        return ""
    if schema.get("type") == "array" and re.fullmatch(r"[\w.*/-]{1,60}", str(value)):
        return f"; write a list, [{value}]"
    if not isinstance(value, str) or not _is_number(value) or not _takes_numbers(schema):
        return ""
    if re.fullmatch(r"[-+]?[0-9]+(\.[0-9]*)?", value):
        return f"; it is text, write {value} without quotes"
    return f"; YAML takes it for text, write {float(value)!r}"


def _takes_numbers(schema: dict) -> bool:
    kinds = str([one.get("type") for one in (schema, *schema.get("anyOf", ()))])
    return "number" in kinds or "integer" in kinds


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False
