"""A time-stamping authority of our own on 127.0.0.1: `openssl ts` behind a small server that can misbehave."""

import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

CONFIG = """
[tsa]
default_tsa = us
[us]
serial = {folder}/serial
signer_cert = {folder}/tsa.pem
signer_key = {folder}/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
ess_cert_id_chain = no
"""


def make_authority(folder: Path) -> Path:
    """Make a root, an authority's certificate and its key; return the root, which a user may trust."""
    folder.mkdir()
    now = datetime.now(UTC)
    root_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    names = [x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, f"{folder.name} {of}")]) for of in ("root", "tsa")]

    def signed(
        subject: x509.Name, public: ec.EllipticCurvePublicKey, *extensions: tuple[x509.ExtensionType, bool]
    ) -> bytes:
        builder = x509.CertificateBuilder().subject_name(subject).issuer_name(names[0]).public_key(public)
        builder = builder.serial_number(x509.random_serial_number())
        builder = builder.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=9))
        for extension, critical in extensions:
            builder = builder.add_extension(extension, critical)
        return builder.sign(root_key, hashes.SHA256()).public_bytes(Encoding.PEM)

    own = x509.BasicConstraints(ca=True, path_length=None)
    stamps = x509.ExtendedKeyUsage([x509.ExtendedKeyUsageOID.TIME_STAMPING])
    (folder / "root.pem").write_bytes(signed(names[0], root_key.public_key(), (own, True)))
    (folder / "tsa.pem").write_bytes(signed(names[1], key.public_key(), (stamps, True)))
    (folder / "tsa.key").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    (folder / "serial").write_text("01\n")
    (folder / "tsa.cnf").write_text(CONFIG.format(folder=folder))
    return folder / "root.pem"


def answered(folder: Path, query: bytes) -> bytes:
    """Return an authority's answer to a request."""
    asked, answer = folder / "query.tsq", folder / "answer.tsr"
    asked.write_bytes(query)
    command = ["openssl", "ts", "-reply", "-config", "tsa.cnf", "-section", "us", "-queryfile", asked, "-out", answer]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    return answer.read_bytes()


Answer = Callable[[bytes], tuple[int, str, bytes]]  # request -> status, type, content


@contextmanager
def serving(answer: Answer, drip: float = 0) -> Iterator[str]:
    """Serve at a free port of this machine, and yield the address; with `drip` a byte each so many seconds."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            status, kind, content = answer(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            with suppress(OSError):  # who asked may have gone
                for at in range(len(content)) if drip else ():
                    time.sleep(drip)
                    self.wfile.write(content[at : at + 1])
                self.wfile.write(b"" if drip else content)

        def log_message(self, *said: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/tsr"
    finally:
        server.shutdown()
        server.server_close()
