"""The attributes of a PathFixer: what is shown of the session, and what can be written."""

from abc import abstractmethod
from typing import Any

from tango import AttrWriteType, AutoTangoMonitor, DevState

from pathfixer.desk import Desk
from pathfixer.keeper import Keeper
from pathfixer.set_points import ORDER
from pathfixer.shown import shown
from scifish.tango_text import tango_text
from tango_devices.base import ScizooDevice, published


def staged(name: str, doc: str) -> Any:
    """Declare an attribute that shows the session and stages what is written."""

    def write(device: "SessionAttributes", value: str) -> None:
        device.stage(name, value)

    return published(str, "", access=AttrWriteType.READ_WRITE, fset=write, doc=doc)


def _write_sample(device: "SessionAttributes", value: str) -> None:
    device.write_sample(value)


class SessionAttributes(ScizooDevice):
    """Every attribute answers with what was published last; two methods take what is written."""

    path = published(str, "", doc="raw folder of the session; empty without one")
    SamplePath = published(str, "", doc="path, or the sample's folder below it; ScanDir follows")
    ProcessPath = published(str, "", doc="folder for processed data")
    Beamline = published(str, "", doc="name of the beamline")
    Category = published(str, "", doc="visitors, staff or proprietary; follows from the proposal")
    Session = published(str, "", doc="all of it as JSON (scizoo.session/1), with a rising revision")
    Username = staged("Username", "log-in name of who measures; Apply commits what is written")
    Proposal = staged("Proposal", "number of the proposal; Apply commits what is written")
    Visit = staged("Visit", "YYYYMMDD; empty: the one that runs now; Apply commits what is written")
    Endstation = staged("Endstation", "None or one of property Endstations; Apply commits it")
    Sample = published(
        str,
        "",
        access=AttrWriteType.READ_WRITE,
        fset=_write_sample,
        doc="folders below raw, / between them; counts at once, SamplePath follows",
    )
    SetPoints = published((str,), [], doc="what is staged, and from where (a claim: TANGO knows no users)")
    ScanDirs = published((str,), [], doc="one line per MacroServer: where its scans go")
    Listeners = published((str,), [], doc="one line per listener: what was written there, or why not")
    MacroServers = published((str,), [], doc="those whose ScanDir follows a session of this device")
    Warnings = published((str,), [], doc="what was found when the session was opened")
    AvailableProposals = published((str,), [], doc="<number>  <title>, for the staged user")
    AvailableVisits = published((str,), [], doc="<visit>  <begin> - <end>, of the staged proposal")
    ProposalsAsOf = published(str, "", doc="when the user office answered last; empty: never")
    VisitStates = published((str,), [], doc="visits, newest first: <state>  <folder>  <details>")
    History = published((str,), [], doc="sessions, newest first; who asked is a claim")

    def init_device(self) -> None:
        """Start with nothing shown."""
        self._staged: dict[str, str] = {}
        super().init_device()

    @abstractmethod
    def stage(self, name: str, value: str) -> None:
        """Take a set point."""

    @abstractmethod
    def write_sample(self, value: str) -> None:
        """Take another sample."""

    def show(self, keeper: Keeper, desk: Desk) -> None:
        """Publish everything at once: no read of several attributes sees half a switch."""
        self.while_it_lives(lambda: self._show(keeper, desk))

    def _show(self, keeper: Keeper, desk: Desk) -> None:
        with AutoTangoMonitor(self):
            values = shown(keeper, desk)
            self.cover_written_sample(values["Sample"])
            for name, value in values.items():
                self.publish(name, _carried(value))
            condition = keeper.condition
            self.publish_state(getattr(DevState, condition.state), condition.status)
            self._show_set_points(desk)

    def _show_set_points(self, desk: Desk) -> None:
        for name in ORDER:
            staged = desk.staged(name)
            attribute = self.get_device_attr().get_w_attr_by_name(name)
            if (attribute.get_write_value() or "") != staged:
                attribute.set_write_value(staged)
            if self._staged.get(name, "") != staged:
                self._staged[name] = staged
                self.push(name, self.published_value(name))

    def cover_written_sample(self, sample: str) -> None:
        """Replace what was written to Sample by what it reads: a proprietary sample's name is a secret.

        Events carry it too, so this comes before they are pushed.
        """
        with AutoTangoMonitor(self):  # a write under way would put the name back
            attribute = self.get_device_attr().get_w_attr_by_name("Sample")
            if (attribute.get_write_value() or "") != sample:
                attribute.set_write_value(sample)


def _carried(value: str | list[str]) -> str | list[str]:
    return tango_text(value) if isinstance(value, str) else [tango_text(line) for line in value]
