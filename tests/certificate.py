"""A certificate that the tests sign themselves, for 127.0.0.1."""

import subprocess
from pathlib import Path


def make_certificate(folder: Path) -> tuple[Path, Path]:
    """Its file and its key's, in PEM; whoever takes it for an authority may check it."""
    certificate, key = folder / "cert.pem", folder / "key.pem"
    kind = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    whose = ("-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1", "-days", "2")
    command = ("openssl", "req", "-x509", *kind, *whose, "-keyout", key, "-out", certificate)
    subprocess.run(command, check=True, capture_output=True)
    return certificate, key
