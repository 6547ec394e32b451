"""moto's backends: one for each service, account and region. Their names are the same in every process."""

from collections.abc import Iterator

from moto.backends import get_backend
from moto.core.base_backend import BackendDict, BaseBackend

BackendName = tuple[str, str, str]


def backend_name(backend: BaseBackend) -> BackendName:
    """Returns module, account and region of a backend. `backend_by_name` finds it by them."""
    return type(backend).__module__.split(".")[1], backend.account_id, backend.region_name


def backend_by_name(module: str, account: str, region: str) -> BaseBackend:
    """Returns the backend of a name. Makes an empty one, which the reader fills, where there is none yet."""
    backends: BackendDict = get_backend(module)
    regions = backends[account]
    if regions.get(region) is None:
        regions[region] = object.__new__(backends.backend)
        vars(regions[region]).update(region_name=region, account_id=account)
    return regions[region]


def all_backends() -> Iterator[BaseBackend]:
    """Yields every backend that exists, except that of moto's own API."""
    for backends in list(BackendDict._instances):
        for regions in list(backends.values()):
            yield from (backend for backend in list(regions.values()) if backend_name(backend)[0] != "moto_api")
