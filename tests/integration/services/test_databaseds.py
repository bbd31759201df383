"""Debian's own Tango database serves our devices too."""

import tango

from scizoo.services.databaseds import Databaseds
from scizoo.services.run_folder import RunFolder
from scizoo.services.simulation import Simulation


def test_devices_run_on_databaseds_with_mariadb(own_folder: RunFolder) -> None:
    database = Databaseds(own_folder)
    simulation = Simulation(own_folder, database.address)
    try:
        database.start()
        database.wait_ready()
        simulation.start()
        simulation.wait_ready()
        assert simulation.proxy("demo/sim/ring").Current > 0
        properties = {"Places": ["Größe", "µm"]}
        known = tango.Database("127.0.0.1", database.port)
        known.put_device_property("demo/sim/ring", properties)
        assert list(known.get_device_property("demo/sim/ring", "Places")["Places"]) == properties["Places"]
    finally:
        simulation.stop()
        database.stop()
    assert not database.alive
    assert not database.mariadb.alive
