"""SSM: public parameters."""

from . import debian_parameters, documents


def install() -> None:
    """Puts the corrections in place. Call it once."""
    for module in (debian_parameters, documents):
        module.install()
