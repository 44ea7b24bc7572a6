# How the stacks, polarizations and scenes in the paths of results are called.
REAL_STACK = r"[A-Za-z0-9][\w.-]*"
# What is derived from a stack: for the injection test displaced by interpolation, and as displaced
# means of boxes of pixels; and corrected, which is judged as the stack itself is.
DERIVED = "@(injected|boxes|corrected)"
JUDGED_STACK = rf"{REAL_STACK}(@corrected)?"


wildcard_constraints:
    stack=rf"{REAL_STACK}({DERIVED})?",
    polarization="VV|VH|HH|HV",
    other="VV|VH|HH|HV",
    scene=r"\d{8}T\d{6}",
    reference=r"\d{8}T\d{6}",
    secondary=r"\d{8}T\d{6}",


def real(stack: str) -> str:
    """The stack that a derived one comes from, or a real one itself."""
    return stack.partition("@")[0]


def is_corrected(stack: str) -> bool:
    """Whether a stack is derived, its scenes being moved by minus their offsets."""
    return stack.endswith("@corrected")
