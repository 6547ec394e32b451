"""The files that a machine gets at every boot: its identity for cloud-init, and this host's ways to the outside.

They go into a folder that `boot-machine` copies over the machine's root.
"""

import json
import os
import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from ipaddress import ip_address
from pathlib import Path

NOCLOUD = "var/lib/cloud/seed/nocloud"
HOST_BUNDLE = Path("/etc/ssl/certs/ca-certificates.crt")
BUNDLE = "etc/ssl/certs/ca-certificates.crt"
LOCAL_CERTIFICATES = "usr/local/share/ca-certificates"
RESOLVERS = (Path("/run/systemd/resolve/resolv.conf"), Path("/etc/resolv.conf"))
PROXY_VARIABLES = ("http_proxy", "https_proxy", "no_proxy")
CERTIFICATE = re.compile(r"-----BEGIN CERTIFICATE-----\n.+?\n-----END CERTIFICATE-----\n?", re.DOTALL)


@dataclass(frozen=True)
class Identity:
    """The identity of a machine. The owners of the public `keys` may log in. `placement` is its zone and region."""

    instance_id: str
    hostname: str
    keys: Sequence[str]
    placement: Mapping[str, str]


def write_identity(given: Path, identity: Identity, *, user_data: bytes) -> None:
    """Writes cloud-init's NoCloud seed. `user_data` may be compressed."""
    seed = given / NOCLOUD
    seed.mkdir(parents=True, exist_ok=True)
    metadata = {
        "instance-id": identity.instance_id,
        "local-hostname": identity.hostname,
        "public-keys": list(identity.keys),
        **identity.placement,
    }
    (seed / "meta-data").write_text(json.dumps(metadata) + "\n")
    (seed / "user-data").write_bytes(user_data or b"#cloud-config\n{}\n")
    (seed / "user-data").chmod(0o600)


def write_way_out(given: Path, layers: Sequence[Path], host_bundle: Path = HOST_BUNDLE) -> None:
    """Writes this host's resolver, proxies and trusted certificates, in addition to those in the `layers`."""
    _write(given / "etc/resolv.conf", _resolver())
    _write_certificates(given, layers, host_bundle)
    proxies = _proxies()
    if proxies:
        _write(given / "etc/environment", _without_proxies(_effective(layers, "etc/environment")) + proxies)


def _write_certificates(given: Path, layers: Sequence[Path], host_bundle: Path) -> None:
    shutil.rmtree(given / "etc/ssl", ignore_errors=True)
    shutil.rmtree(given / "usr", ignore_errors=True)
    if not host_bundle.exists():
        return
    bundle = _effective(layers, BUNDLE)
    known = {_body(certificate) for certificate in CERTIFICATE.findall(bundle)}
    extra = [found for found in CERTIFICATE.findall(host_bundle.read_text()) if _body(found) not in known]
    if not extra:
        return
    _write(given / BUNDLE, bundle + "".join(f"{certificate.rstrip()}\n" for certificate in extra))
    for certificate in extra:
        # Packages run update-ca-certificates, which makes the bundle again and adds the certificates in this folder.
        name = f"local-aws-{sha256(_body(certificate).encode()).hexdigest()[:12]}.crt"
        _write(given / LOCAL_CERTIFICATES / name, certificate)


def _body(certificate: str) -> str:
    return "".join(certificate.split())


def _effective(layers: Sequence[Path], path: str) -> str:
    for layer in layers:
        if (layer / path).is_file():
            return (layer / path).read_text()
    return ""


def _resolver() -> str:
    for file in RESOLVERS:
        if file.exists():
            lines = file.read_text().splitlines(keepends=True)
            usable = [line for line in lines if not _names_loopback(line)]
            if any(line.startswith("nameserver") for line in usable):
                return "".join(usable)
    return "# this host resolves names in a way that its machines cannot reach\n"


def _names_loopback(line: str) -> bool:
    words = line.split()
    try:
        return words[:1] == ["nameserver"] and ip_address(words[1].split("%")[0]).is_loopback
    except (IndexError, ValueError):
        return False


def _proxies() -> str:
    lines = []
    for name in PROXY_VARIABLES:
        value = os.environ.get(name) or os.environ.get(name.upper(), "")
        # A machine cannot reach a proxy on this host's loopback interface.
        if value and not re.search(r"//(127\.|localhost|\[::1)", value):
            lines += [f"{name}={value}\n", f"{name.upper()}={value}\n"]
    return "".join(lines)


def _without_proxies(environment: str) -> str:
    lines = environment.splitlines(keepends=True)
    return "".join(line for line in lines if line.split("=")[0].lower() not in PROXY_VARIABLES)


def _write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    file.chmod(0o644)
