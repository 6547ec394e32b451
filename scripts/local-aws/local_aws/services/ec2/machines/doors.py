"""The services that machines reach by AWS's own addresses and names, while the network is up."""

import socket
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any
from wsgiref.types import WSGIApplication

from werkzeug.serving import BaseWSGIServer

from local_aws.core.transport import serve_on
from local_aws.host.addresses import CONTAINER_CREDENTIALS, METADATA, RESOLVER
from local_aws.host.fleet import Fleet
from local_aws.host.resolver import Names, Resolver
from local_aws.services.sts.container_credentials import ContainerCredentials
from local_aws.services.sts.role_sessions import RoleCredentials, RoleSessions

from . import view
from .metadata.application import Metadata, MetadataHandler

HTTP, HTTPS, DNS = 80, 443, 53


class Doors:
    """Opens metadata, credentials of containers, the resolver, and AWS's API. `api` answers the API."""

    def __init__(self, fleet: Fleet, api: WSGIApplication, change: Callable[[], AbstractContextManager[None]]) -> None:
        self._services = fleet.network.services
        self._servers: list[BaseWSGIServer] = []
        self._sessions = RoleSessions(change)
        metadata = Metadata(self._instance_at, self._credentials_of)
        tls = fleet.authority.server_context()
        self._open(METADATA, HTTP, metadata, handler=MetadataHandler)
        self._open(CONTAINER_CREDENTIALS, HTTP, ContainerCredentials(self._sessions))
        self._open(str(fleet.plan.api), HTTPS, api, tls=tls)
        self._resolver = Resolver(
            Names(str(fleet.plan.api), view.address_of_name),
            self._services.listen(RESOLVER, DNS, socket.SOCK_DGRAM),
            self._services.listen(RESOLVER, DNS),
        )
        self._resolver.start()

    def close(self) -> None:
        """Closes them all. An open socket would keep the namespace alive."""
        for server in self._servers:
            server.shutdown()
        self._resolver.close()

    def _open(self, address: str, port: int, application: WSGIApplication, **options: Any) -> None:
        with self._services.listen(address, port) as listener:
            server = serve_on(listener, application, **options)
        self._servers.append(server)
        threading.Thread(target=server.serve_forever, args=(0.05,), name=f"{address}:{port}", daemon=True).start()

    def _instance_at(self, address: str) -> Any:
        instance_id = self._services.owner_of(address)
        return next((each for each in view.all_instances() if each.id == instance_id), None) if instance_id else None

    def _credentials_of(self, instance: Any, role: Any) -> RoleCredentials | None:
        return self._sessions.credentials_of(role.arn, instance.id, instance.region_name)
