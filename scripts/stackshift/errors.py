"""The one error that a user is meant to read."""


class InputError(Exception):
    """An input that cannot be used: the text names the file, what is wrong, and what to do."""
