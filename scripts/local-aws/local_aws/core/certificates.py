"""A certificate authority of the local AWS's own, for AWS's names alone. Linux only.

Machines trust it. It cannot vouch for another name, so that its key is of no use against their other connections.
"""

import datetime
import os
import ssl
from functools import lru_cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from .aws_names import Kind, kind_of, suffixes
from .files import write_whole

AUTHORITY_YEARS = 30
SERVER_DAYS = 365
# Names that a process keeps certificates of. A machine may ask for any number of them.
KEPT_NAMES = 500
_YEAR = datetime.timedelta(days=365)
# A certificate is valid a little earlier than now, for a clock that is behind.
_EARLIER = datetime.timedelta(days=1)


class CertificateAuthority:
    """Makes a certificate for each name that a client asks for. Its key never leaves the folder."""

    def __init__(self, key: ec.EllipticCurvePrivateKey, certificate: x509.Certificate) -> None:
        self._key = key
        self._certificate = certificate
        # One key for the certificates of a process: a new one for each would only take time.
        self._server_key = ec.generate_private_key(ec.SECP256R1())
        self._context_for = lru_cache(KEPT_NAMES)(self._make_context)

    @property
    def certificate(self) -> str:
        """The certificate that machines trust, as PEM."""
        return _pem(self._certificate)

    def server_context(self) -> ssl.SSLContext:
        """Returns the TLS side of a server for every name of AWS's API. It refuses a client that asks for another."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.sni_callback = self._choose
        return context

    def certificate_for(self, name: str) -> x509.Certificate:
        """Returns a new certificate for a host name."""
        now = datetime.datetime.now(datetime.UTC)
        return (
            x509.CertificateBuilder()
            # The name is in the extension alone: a common name holds 64 characters.
            .subject_name(x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, "local AWS")]))
            .issuer_name(self._certificate.subject)
            .public_key(self._server_key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - _EARLIER)
            .not_valid_after(now + datetime.timedelta(days=SERVER_DAYS))
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()), critical=False
            )
            .sign(self._key, hashes.SHA256())
        )  # fmt: skip

    def _choose(self, connection: ssl.SSLObject, name: str | None, _context: ssl.SSLContext) -> int | None:
        if name is None or kind_of(name) is not Kind.API:
            return ssl.ALERT_DESCRIPTION_UNRECOGNIZED_NAME
        connection.context = self._context_for(name.lower())
        return None

    def _make_context(self, name: str) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        text = _private_pem(self._server_key) + _pem(self.certificate_for(name)).encode()
        # OpenSSL reads files only. This one is in memory, so that no key is on a disk.
        descriptor = os.memfd_create("certificate", os.MFD_CLOEXEC)
        try:
            os.write(descriptor, text)
            context.load_cert_chain(f"/proc/self/fd/{descriptor}")
        finally:
            os.close(descriptor)
        return context


def keep_authority(folder: Path) -> CertificateAuthority:
    """Returns the authority in a folder. Makes it at the first call. Its owner alone can read the key."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = folder / "authority.pem"
    if not file.exists():
        key, certificate = _new_authority()
        # In one file: a crash leaves both or none.
        write_whole(file, _private_pem(key) + _pem(certificate).encode())
    text = file.read_bytes()
    key = serialization.load_pem_private_key(text, password=None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    return CertificateAuthority(key, x509.load_pem_x509_certificate(text))


def _new_authority() -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "local AWS: a certificate authority of this computer")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _EARLIER)
        .not_valid_after(now + AUTHORITY_YEARS * _YEAR)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(
            x509.NameConstraints([x509.DNSName(suffix) for suffix in suffixes()], excluded_subtrees=None), critical=True
        )
        .add_extension(
            x509.KeyUsage(
                digital_signature=False, content_commitment=False, key_encipherment=False, data_encipherment=False,
                key_agreement=False, key_cert_sign=True, crl_sign=True, encipher_only=False, decipher_only=False,
            ),
            critical=True,
        )
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    return key, certificate


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


def _private_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
