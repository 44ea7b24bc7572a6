"""What is wrong with a config, in one line: key, value, and what is allowed."""

from difflib import get_close_matches


def explain(error) -> str:
    """A jsonschema ValidationError in one line.

    Parameters
    ----------
    error : the error, of which the path, the message and the part of the schema are used.
    """
    key = ".".join(["config", *map(str, error.absolute_path)])
    schema = error.schema if isinstance(error.schema, dict) else {}
    if error.validator == "additionalProperties":
        known = list(schema.get("properties", {}))
        unknown = [name for name in error.instance if name not in known]
        near = get_close_matches(str(unknown[0]), known, n=1) if unknown else []
        hint = f"did you mean '{near[0]}'?" if near else f"known keys: {', '.join(known)}"
        return f"{key}: unknown key '{unknown[0]}'; {hint}"
    text = f"{key}: {' '.join(error.message.split())}"
    if "description" in schema:
        text += f" ({' '.join(schema['description'].split())})"
    return text
