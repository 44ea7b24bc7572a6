# What the offsets are from.
from stackshift.stack.zero import Zero

try:
    ZERO = Zero.of(config["align"]["reference"])
except InputError as error:
    raise WorkflowError(str(error)) from None


def without_reference(stack: str) -> bool:
    """Whether the scene that offsets are from is one of other stacks, and none of this one."""
    of = {
        name for (name, _), product in PRODUCTS.items() if ZERO.scene in product.scenes
    }
    return bool(of) and stack not in of


def reference_of(stack: str) -> str | None:
    """What the offsets of a stack are relative to, as ``align: reference`` says it."""
    return None if without_reference(real(stack)) else config["align"]["reference"]
