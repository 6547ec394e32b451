"""The files that a machine gets at every boot: its identity for cloud-init, and its ways to AWS and to the outside.

They go into a folder that `boot-machine` copies over the machine's root.
"""

import json
import os
import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from local_aws.core.aws_names import suffixes

from .addresses import LINK_LOCAL_SERVICES, RESOLVER
from .resolver import HOST_RESOLVER

NOCLOUD = "var/lib/cloud/seed/nocloud"
HOST_BUNDLE = Path("/etc/ssl/certs/ca-certificates.crt")
BUNDLE = "etc/ssl/certs/ca-certificates.crt"
LOCAL_CERTIFICATES = "usr/local/share/ca-certificates"
PROXY_VARIABLES = ("http_proxy", "https_proxy", "no_proxy")
# Programs that bring certificates of their own take Debian's by these variables: AWS's SDKs and CLI, and Node.js.
CERTIFICATE_VARIABLES = ("AWS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS")
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


@dataclass(frozen=True)
class WayOut:
    """How a machine reaches others: the zone of its own name, and the certificate of the authority that it trusts.

    This host adds the certificates in `host_bundle`.
    """

    zone: str
    authority: str
    host_bundle: Path = HOST_BUNDLE


def write_way_out(given: Path, layers: Sequence[Path], way_out: WayOut) -> None:
    """Writes the resolver, proxies and trusted certificates, in addition to those in the `layers`."""
    _write(given / "etc/resolv.conf", _resolver(way_out.zone))
    _write_certificates(given, layers, way_out)
    trust = dict.fromkeys(CERTIFICATE_VARIABLES, f"/{BUNDLE}")
    lines = "".join(f"{name}={value}\n" for name, value in {**_proxies(), **trust}.items())
    _write(given / "etc/environment", _without_ours(_effective(layers, "etc/environment")) + lines)
    # A login reads /etc/environment. Services, and programs that sudo runs, do not.
    settings = " ".join(f"{name}={value}" for name, value in trust.items())
    _write(given / "etc/systemd/system.conf.d/local-aws.conf", f"[Manager]\nDefaultEnvironment={settings}\n")
    _write(given / "etc/sudoers.d/local-aws", f'Defaults env_keep += "{" ".join(trust)}"\n', mode=0o440)


def _write_certificates(given: Path, layers: Sequence[Path], way_out: WayOut) -> None:
    shutil.rmtree(given / "etc/ssl", ignore_errors=True)
    shutil.rmtree(given / "usr", ignore_errors=True)
    bundle = _effective(layers, BUNDLE)
    known = {_body(certificate) for certificate in CERTIFICATE.findall(bundle)}
    trusted = way_out.authority + (_read(way_out.host_bundle) if way_out.host_bundle.exists() else "")
    extra = [found for found in CERTIFICATE.findall(trusted) if _body(found) not in known]
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
            return _read(layer / path)
    return ""


def _read(file: Path) -> str:
    # Whatever bytes somebody wrote into it stay as they are.
    return file.read_text(errors="surrogateescape")


def _resolver(zone: str) -> str:
    # The resolver of the local AWS asks those of this host. Names without a dot are searched as on this host, too.
    lines = HOST_RESOLVER.read_text().splitlines() if HOST_RESOLVER.exists() else []
    search = [zone, *(domain for line in lines if line.startswith("search") for domain in line.split()[1:])]
    options = [line for line in lines if line.startswith("options")]
    return "".join(f"{line}\n" for line in (f"nameserver {RESOLVER}", f"search {' '.join(search)}", *options))


def _proxies() -> dict[str, str]:
    found = {}
    for name in PROXY_VARIABLES:
        value = os.environ.get(name) or os.environ.get(name.upper(), "")
        # A machine cannot reach a proxy on this host's loopback interface.
        if value and not re.search(r"//(127\.|localhost|\[::1)", value):
            found[name] = value
    if {"http_proxy", "https_proxy"} & set(found):
        found["no_proxy"] = _without_aws(found.get("no_proxy", ""))
    return {each: value for name, value in found.items() for each in (name, name.upper())}


def _without_aws(no_proxy: str) -> str:
    # A proxy cannot reach what is on this computer alone. `*` keeps everything from it already.
    if no_proxy.strip() == "*":
        return no_proxy
    aws = [*LINK_LOCAL_SERVICES, *(f".{suffix}" for suffix in suffixes())]
    return ",".join([*filter(None, no_proxy.split(",")), *aws])


def _without_ours(environment: str) -> str:
    ours = {*PROXY_VARIABLES, *map(str.lower, CERTIFICATE_VARIABLES)}
    return "".join(line for line in environment.splitlines(keepends=True) if line.split("=")[0].lower() not in ours)


def _write(file: Path, text: str, mode: int = 0o644) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.unlink(missing_ok=True)
    file.write_text(text, errors="surrogateescape")
    file.chmod(mode)
