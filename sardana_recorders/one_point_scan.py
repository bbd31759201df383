"""A scan of one point and no motion: a count that reaches the recorders, as ``ct`` does not."""

from collections.abc import Iterator
from time import time
from types import SimpleNamespace
from typing import Any

from sardana.macroserver.scan import GScan
from tango import DevState


class OnePointScan(GScan):
    """Counts once on a measurement group, or on a single channel, which stands for a group.

    Parameters
    ----------
    macro
        The live macro; has ``integ_time``, s.
    countable
        Measurement group or channel; None: the active measurement group.
    """

    def __init__(self, macro: Any, countable: Any = None) -> None:
        self._countable = countable
        super().__init__(macro, generator=lambda: iter(()))

    def _setupEnvironment(self, additional_env: Any) -> None:  # noqa: N802 - Sardana's name
        if self._countable is not None:
            self._measurement_group = as_group(self._countable)
        super()._setupEnvironment(additional_env)

    def scan_loop(self) -> Iterator[float]:
        """Count, hand the record on, and tell the progress in percent."""
        yield 0.0
        begin = self._env["startts"]
        self._call("pre-acq")
        state, values = self.measurement_group.count(self.macro.integ_time)
        if state != DevState.ON:
            raise RuntimeError(f"the count ended with {state}, not ON")
        self._call("post-acq")
        self._env["acqtime"] = self.macro.integ_time
        self.data.addRecord({**values, "point_nb": 0, "epoch": time(), "timestamp": time() - begin})
        yield 100.0

    def _call(self, place: str) -> None:
        for hook in self.macro.getHooks(place):
            hook()


class ChannelAsGroup:
    """A single channel, as far as a scan needs a measurement group."""

    def __init__(self, channel: Any) -> None:
        self._channel = channel

    def getName(self) -> str:  # noqa: N802 - Sardana's name
        """Return the channel's name."""
        return str(self._channel.getName())

    def getChannelsEnabledInfo(self) -> list[Any]:  # noqa: N802 - Sardana's name
        """Return how the channel is shown and stored: as a scalar without conditioning."""
        source = f"{self._channel.full_name}/value"
        return [
            SimpleNamespace(
                name=self._channel.name,
                full_name=self._channel.full_name,
                label=self._channel.name,
                source=source,
                data_type="float64",
                unit="",
                output=True,
                conditioning="",
                normalization=0,
                plot_type=0,
                plot_axes=[],
                value_ref_enabled=False,
            )
        ]

    def count(self, integ_time: float) -> tuple[Any, dict[str, Any]]:
        """Count once; return the state and the value by the channel's full name."""
        state, value = self._channel.count(integ_time)
        return state, {self._channel.full_name: value}


def as_group(countable: Any) -> Any:
    """Return what a scan can count on: a measurement group as it is, a channel as one of its own."""
    return countable if hasattr(countable, "getChannelsEnabledInfo") else ChannelAsGroup(countable)
