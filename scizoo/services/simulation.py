"""The simulated beamline devices, as a service."""

from scizoo.services.device_server import Device, ModuleServer
from scizoo.services.run_folder import RunFolder

DEVICES = (
    Device("demo/sim/ring", "Ring"),
    Device("demo/sim/slit-01", "Slit"),
    Device("demo/sim/valve-01", "Valve"),
    Device("demo/sim/spectrum-01", "SpectrumAnalyser"),
    Device("demo/sim/gauge-01", "Gauge"),
    Device("demo/sim/broken-01", "Broken"),
)


class Simulation(ModuleServer):
    """``scizoo.demo.simulation`` in a process of its own."""

    def __init__(self, folder: RunFolder, tango_host: str, bound: bool = True) -> None:
        super().__init__(
            folder,
            tango_host,
            name="simulation",
            module="scizoo.demo.simulation",
            devices=DEVICES,
            bound=bound,
            executable="Simulation",
        )
