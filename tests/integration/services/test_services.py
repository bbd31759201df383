"""Each service starts, answers, and stops without leaving a process."""

from pathlib import Path

import pytest
import tango
from confluent_kafka.admin import AdminClient

from scifish.forwarding.kafka_client import describe_cluster
from scizoo.services.device_server import DeviceServer
from scizoo.services.embedded_broker import EmbeddedBroker
from scizoo.services.kafka import ApacheKafka, kafka_version
from scizoo.services.mongod import Mongod
from scizoo.services.run_folder import RunFolder
from scizoo.services.sardana import Sardana
from scizoo.services.simulation import Simulation
from scizoo.services.tango_db import TangoDatabase


def test_the_tango_database_answers(tango_db: TangoDatabase) -> None:
    assert tango_db.alive
    assert "TANGO Database" in tango.Database().get_info()


def test_the_ring_current_drifts_around_400_ma(simulation: Simulation) -> None:
    ring = simulation.proxy("demo/sim/ring")
    assert 398.9 < ring.Current < 400.1
    assert ring.get_attribute_config("Current").unit == "mA"


def test_the_slit_goes_where_it_is_sent(simulation: Simulation) -> None:
    slit = simulation.proxy("demo/sim/slit-01")
    slit.Position = 120.5
    assert slit.Position == 120.5
    assert slit.get_attribute_config("Position").unit == "µm"


def test_the_valve_has_an_enum(simulation: Simulation) -> None:
    valve = simulation.proxy("demo/sim/valve-01")
    assert list(valve.get_attribute_config("Position").enum_labels) == ["CLOSED", "MOVING", "OPEN"]
    assert valve.Position.name == "OPEN"


def test_the_spectrum_has_128_channels(simulation: Simulation) -> None:
    assert simulation.proxy("demo/sim/spectrum-01").Spectrum.shape == (128,)


def test_the_gauge_is_in_alarm(simulation: Simulation) -> None:
    reading = simulation.proxy("demo/sim/gauge-01").read_attribute("Pressure")
    assert reading.quality == tango.AttrQuality.ATTR_ALARM


def test_the_broken_sensor_says_why(simulation: Simulation) -> None:
    with pytest.raises(tango.DevFailed, match="PT100 sensor on the second crystal is disconnected"):
        simulation.proxy("demo/sim/broken-01").read_attribute("Temperature")


def test_a_device_can_be_told_to_hang(simulation: Simulation) -> None:
    proxy = simulation.proxy("demo/sim/broken-01")
    proxy.Hang(4.0)
    proxy.set_timeout_millis(300)
    with pytest.raises(tango.DevFailed, match="imeout"):
        proxy.read_attribute("FlowRate")
    assert simulation.proxy("demo/sim/ring").Current > 0, "its neighbours still answer"


def test_one_of_everything_answers(everything: DeviceServer) -> None:
    assert everything.proxy().State() is not None


def test_a_scan_makes_an_hdf5_file(sardana: Sardana, tmp_path: Path) -> None:
    sardana.door().run("senv", "ScanDir", tmp_path)
    sardana.door().run("ascan", "mot01", 0, 1, 3, 0.05)
    assert (tmp_path / "scans.h5").stat().st_size > 0


def test_sardana_keeps_its_environment_and_elements_over_a_restart(sardana: Sardana) -> None:
    sardana.door().run("senv", "Colour", "blue")
    sardana.restart()
    sardana.door(2).run("lsenv")
    assert any("Colour" in line and "blue" in line for line in sardana.door(2).proxy.Output)
    sardana.door(2).run("ascan", "mot02", 0, 1, 2, 0.05)


def test_mongod_takes_a_transaction(mongod: Mongod) -> None:
    with mongod.client() as client, client.start_session() as session, session.start_transaction():
        client["services"]["things"].insert_one({"_id": 1}, session=session)
    with mongod.client() as client:
        assert client["services"]["things"].find_one() == {"_id": 1}


def test_apache_kafka_answers_and_says_its_version(kafka: ApacheKafka) -> None:
    brokers = AdminClient({"bootstrap.servers": kafka.address}).list_topics(timeout=5).brokers
    assert len(brokers) == 1
    assert kafka_version()[0].isdigit()


def test_the_embedded_broker_has_one_partition_per_topic(own_folder: RunFolder) -> None:
    broker = EmbeddedBroker(own_folder, ["scizoo.demo.captures", "scizoo.demo.receipts"])
    broker.start()
    try:
        broker.wait_ready()
        cluster = AdminClient({"bootstrap.servers": broker.address}).list_topics(timeout=5)
        topics = cluster.topics
    finally:
        broker.stop()
    assert "for trying out only" in describe_cluster(broker.address, cluster.cluster_id)
    assert {name: len(topic.partitions) for name, topic in topics.items()} == {
        "scizoo.demo.captures": 1,
        "scizoo.demo.receipts": 1,
    }
    assert not broker.alive
