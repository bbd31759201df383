"""What the services are configured with is what the devices and the consumers accept."""

from pathlib import Path

import pytest

from consumers.configuration import Configuration
from scizoo.services import capture_devices
from scizoo.services.catalogue import configuration, topic_names
from scizoo.services.device_server import DeviceServer
from scizoo.services.errors import ServiceError
from scizoo.services.run_folder import RunFolder
from scizoo.services.site import Site
from tango_devices.path_fixer_properties import PathFixerProperties
from tango_devices.properties import Properties, parse_properties
from tango_devices.sci_dog_properties import SciDogProperties
from tango_devices.sci_fish_properties import SciFishProperties
from tango_devices.sci_fly import SciFlyProperties

HOST = "127.0.0.1:10000"


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path, tmp_path / "data")


def accepted(server: DeviceServer, model: type[Properties]) -> Properties:
    """Parse the properties of a server's device; one that the class does not know is refused."""
    properties = server.devices[0].properties
    known = {field.lower().replace("_", "") for field in model.model_fields}
    assert {name.lower() for name in properties} <= known
    return parse_properties(
        model, {name: [value] if isinstance(value, str) else value for name, value in properties.items()}
    )


def test_path_fixer_accepts_its_properties(own_folder: RunFolder, site: Site) -> None:
    server = capture_devices.path_fixer(own_folder, HOST, site, "macroserver/demo/1")
    parsed = accepted(server, PathFixerProperties)
    assert isinstance(parsed, PathFixerProperties)
    assert parsed.macro_servers == ("macroserver/demo/1",)
    assert parsed.user_office_settings == (f"file={site.office}",)


def test_sci_dog_accepts_its_properties(own_folder: RunFolder, site: Site) -> None:
    server = capture_devices.sci_dog(own_folder, HOST, site, "mongodb://127.0.0.1:1")
    assert isinstance(accepted(server, SciDogProperties), SciDogProperties)


def test_sci_fish_accepts_its_properties(own_folder: RunFolder, site: Site) -> None:
    parsed = accepted(capture_devices.sci_fish(own_folder, HOST, site, "127.0.0.1:9092"), SciFishProperties)
    assert isinstance(parsed, SciFishProperties)
    station = parsed.settings().station("Door/demo/1", "macroserver/demo/1")
    assert (station.path_fixer, station.sci_dog) == (capture_devices.PATH_FIXER, capture_devices.SCI_DOG)


def test_sci_fly_accepts_its_properties(own_folder: RunFolder) -> None:
    parsed = accepted(capture_devices.sci_fly(own_folder, HOST), SciFlyProperties)
    assert isinstance(parsed, SciFlyProperties)


def test_the_consumers_accept_one_without_scicat(site: Site) -> None:
    parsed = Configuration.model_validate(configuration(site, "a:1", "mongodb://b:2", None, static=False))
    assert parsed.sinks_of("demo") == ["mongodb"]
    assert parsed.kafka.instance is None, "the embedded broker knows no static membership"


def test_the_consumers_accept_a_configuration_with_scicat(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SCICAT_USER", "ingestor")
    monkeypatch.setenv("SCICAT_PASSWORD", "not in the file")
    described = configuration(site, "a:1", "mongodb://b:2", "https://scicat.example.org", static=True)
    parsed = Configuration.model_validate(described)
    assert parsed.sinks_of("demo") == ["mongodb", "scicat"]
    assert "not in the file" not in str(described)
    assert parsed.scicat is not None
    assert parsed.scicat.ownership.contact_email, "else a dataset whose PI has no address waits for ever"


def test_scicat_without_an_account_says_what_to_set(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SCICAT_USER", raising=False)
    with pytest.raises(ServiceError, match="set SCICAT_USER and SCICAT_PASSWORD"):
        configuration(site, "a:1", "mongodb://b:2", "https://scicat.example.org", static=True)


def test_the_embedded_broker_makes_the_three_topics_of_the_beamline() -> None:
    assert topic_names("demo") == ["scizoo.demo.captures", "scizoo.demo.dead-letters", "scizoo.demo.receipts"]
