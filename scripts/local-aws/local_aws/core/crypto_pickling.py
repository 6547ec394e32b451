"""Writes keys and certificates of `cryptography` as DER, since the library's objects cannot be pickled."""

from collections.abc import Callable
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
    load_der_public_key,
)


def reduce(item: Any) -> tuple[Callable[..., Any], tuple[bytes, ...]]:
    """Returns the function and the bytes that make a key or certificate again. Raises TypeError for anything else."""
    if isinstance(item, x509.Certificate):
        return x509.load_der_x509_certificate, (item.public_bytes(Encoding.DER),)
    if hasattr(item, "private_bytes"):
        return _private_key, (item.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()),)
    if hasattr(item, "public_bytes"):
        return load_der_public_key, (item.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),)
    raise TypeError(f"no way is known to write a {type(item).__module__}.{type(item).__qualname__}")


def _private_key(written: bytes) -> Any:
    return load_der_private_key(written, password=None)
