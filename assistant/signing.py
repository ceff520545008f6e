"""The key that signs a store's records: Ed25519, in a file of its own that nobody else may read."""

import os
import secrets
import stat
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fusion.errors import BadSetting, FoilError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey


@dataclass(frozen=True)
class Key:
    private: "Ed25519PrivateKey"

    @property
    def public(self) -> str:
        """Return what others check signatures with, in hex: no secret."""
        return self.private.public_key().public_bytes_raw().hex()

    def sign(self, text: str) -> str:
        return self.private.sign(text.encode()).hex()


def signed(public: str, text: str, signature: str) -> bool:
    """Tell whether the owner of the key signed this text; what is no key or no signature is none of theirs."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(public)).verify(bytes.fromhex(signature), text.encode())
    except (InvalidSignature, ValueError):
        return False
    return True


def create_key(path: Path) -> Key:
    """Return a new key, written for its owner alone; or the one that another process put there meanwhile."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    pem = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(pem)
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(temporary, path)  # unlike a rename, it never replaces a key
    except OSError as error:
        raise FoilError(f"{path}: the key can't be written ({error.strerror}); choose another: FOIL_KEY") from error
    finally:
        temporary.unlink(missing_ok=True)
    return read_key(path)


def read_key(path: Path) -> Key:
    """Return the key in a file; BadSetting where it is missing, no such key, or open to others."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        pem, mode = path.read_bytes(), path.stat().st_mode
    except OSError as error:
        raise BadSetting(
            f"{path}: the key that signs this store's records can't be read ({error.strerror}); put it back, or name "
            "its file by FOIL_KEY. Without it the store can be read and verified, but not added to"
        ) from error
    if os.name == "posix" and stat.S_IMODE(mode) & 0o077:
        raise BadSetting(f"{path}: others may read this key (mode {stat.S_IMODE(mode):04o}); run: chmod 600 {path}")
    try:
        key = load_pem_private_key(pem, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise BadSetting(f"{path}: this is no key without a password; expected an Ed25519 key as PEM") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise BadSetting(f"{path}: this key is of another kind; expected an Ed25519 key as PEM")
    return Key(key)


def certificates(path: Path) -> list[Any]:
    """Return the X.509 certificates in a file, PEM or DER; BadSetting where there are none."""
    from cryptography.x509 import load_der_x509_certificate, load_pem_x509_certificates

    try:
        content = path.read_bytes()
        return load_pem_x509_certificates(content) if b"-----BEGIN" in content else [load_der_x509_certificate(content)]
    except OSError as error:
        raise BadSetting(f"{path}: the certificates can't be read ({error.strerror}); check the path") from error
    except ValueError as error:
        raise BadSetting(f"{path}: no X.509 certificate can be read from it; expected PEM or DER") from error
