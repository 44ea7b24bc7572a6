# How many tiles scenes are cut into.
from stackflow.known import Known
from stackflow.tiling import tiles_for


def choose_tiles() -> dict:
    """(rows, columns) of tiles by (stack, polarization)."""
    method = config["correlate"]["method"]
    tiles = {}
    for (stack, polarization), product in PRODUCTS.items():
        try:
            tiles[stack, polarization] = tiles_for(
                product.grid, config["tiles"], method
            )
        except InputError as error:
            raise InputError(f"stack '{stack}', {polarization}: {error}") from None
    return tiles


try:
    TILES = Known(choose_tiles(), "stack and polarization")
except InputError as error:
    raise WorkflowError(str(error)) from None


def tiles_of(wildcards) -> tuple[int, int]:
    """(rows, columns) of tiles that a scene of a job is cut into."""
    return TILES[real(wildcards.stack), wildcards.polarization]
