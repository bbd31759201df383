"""Sardana macros of scizoo; the only module on MacroPath, so it needs nothing but Sardana to load."""

from typing import Any

from sardana.macroserver.macro import Hookable, Macro, Optional, Type


class capture(Macro):  # noqa: N801 - macros are called so
    """Switch the capture of scans on or off, or tell how it stands.

    ``capture on``, ``capture off`` and ``capture status`` are about this Door; ``capture on
    server`` is about all Doors without a setting of their own, ``capture off ascan`` about one
    macro. Other recorders are left alone.
    """

    param_def = [
        ["action", Type.String, "status", "on, off or status"],
        ["scope", Type.String, "door", "door, server, or the name of a macro"],
    ]

    def run(self, action: str, scope: str) -> None:
        """Do it, then say how it stands."""
        if action not in ("on", "off", "status"):
            raise ValueError(f"capture {action}: say on, off or status")
        if action != "status":
            self._switch(scope, on=action == "on")
        self._tell()

    def _switch(self, scope: str, *, on: bool) -> None:
        from sardana_recorders.data_recorder_env import DOOR, OURS, SERVER, switch

        if scope not in (DOOR, SERVER):
            self.door.get_macro(scope)  # an unknown name is an error here, not a setting for nobody
        if on:  # a name that the server does not know makes every scan fail
            self.getMacroServer().recorder_manager.getRecorderMetaClass(OURS)
        change = switch(self.getGlobalEnv(), self.getDoorName(), scope, on=on)
        if change is None:
            self.output("nothing to change")
        elif change.names is None:
            self.unsetEnv(change.key)
        else:
            self.setEnv(change.key, list(change.names))

    def _tell(self) -> None:
        from sardana_recorders.capture_report import SHOWN, flow_lines, switch_lines
        from scifish.errors import ScifishError
        from scifish.settings import load_settings
        from scifish.state_folder import find_state_folder
        from scifish.status.captures import list_captures

        for line in switch_lines(self.getGlobalEnv(), self.getDoorName()):
            self.output(line)
        try:
            folder = find_state_folder()
            load_settings(folder.path)
            lines = flow_lines(list_captures(folder, SHOWN, self.getDoorName()), self.getDoorName())
        except ScifishError as error:
            self.warning("captures do not flow: %s", error)
            return
        for line in lines:
            self.output(line)


class sct(Macro, Hookable):  # noqa: N801
    """Count as ``ct`` does, in a scan of one point, so that it is saved and captured."""

    hints = {"scan": "sct", "allowsHooks": ("pre-scan", "pre-acq", "post-acq", "post-scan")}
    param_def = [
        ["integ_time", Type.Float, 1.0, "Integration time"],
        [
            "countable_elem",
            Type.Countable,
            Optional,
            "Countable element e.g. MeasurementGroup or ExpChannel",
        ],
    ]

    def prepare(self, integ_time: float, countable_elem: Any) -> None:
        """Build the scan and its recorders."""
        from sardana_recorders.one_point_scan import OnePointScan

        self.integ_time = integ_time
        self.nb_points = 1
        self._gScan = OnePointScan(self, countable_elem)
        self.setData(self._gScan.data)

    def run(self, *_parameters: Any) -> Any:
        """Count."""
        yield from self._gScan.step_scan()

    def getTimeEstimation(self) -> float:  # noqa: N802 - Sardana's name
        """Return how long it takes, s."""
        return float(self.integ_time)

    def getIntervalEstimation(self) -> int:  # noqa: N802 - Sardana's name
        """Return the number of intervals: one point has none."""
        return 0


class session(Macro):  # noqa: N801
    """Show the session of this beamline: who measures, for which proposal, and where the data goes."""

    def run(self) -> None:
        """Show it."""
        from sardana_recorders.session_desk import SessionDesk

        SessionDesk(self).show()


class newsession(Macro):  # noqa: N801
    """Open a session: say who measures and for which proposal; the rest follows.

    ``newsession carlcarl`` lists the proposals of carlcarl, ``newsession carlcarl 20170251`` opens
    the visit that runs now, ``newsession carlcarl 20170251 now ice`` with a folder for sample ice.
    The session that was open before is left; its visit stays as it is.

    What is refused while another macro runs, while files grow, or because the user office is away
    and the user is staff, is done all the same for a reason, which the history keeps:
    ``newsession carlcarl 20170251 now ice None "the detector hangs"``.
    """

    param_def = [
        ["username", Type.String, "", "log-in name of who measures"],
        ["proposal", Type.String, "", "its number; without it, those to choose from are listed"],
        ["visit", Type.String, "now", "its name (YYYYMMDD), or now for the one that runs now"],
        ["sample", Type.String, "", "folder below raw; / makes folders in folders"],
        ["endstation", Type.String, "None", "None for the whole beamline"],
        ["reason", Type.String, "", "why to open it although it was refused without one"],
    ]

    def run(
        self, username: str, proposal: str, visit: str, sample: str, endstation: str, reason: str
    ) -> None:
        """Open it, then show it."""
        from sardana_recorders.session_desk import SessionDesk, Wanted

        SessionDesk(self).open(Wanted.of(username, proposal, visit, sample, endstation), reason)


class newsample(Macro):  # noqa: N801
    """Change the sample: scans go to its folder from now on; without a name, to no sample's."""

    param_def = [["sample", Type.String, "", "folder below raw; / makes folders in folders"]]

    def run(self, sample: str) -> None:
        """Change it, then show the session."""
        from sardana_recorders.session_desk import SessionDesk

        SessionDesk(self).set_sample(sample)


class endsession(Macro):  # noqa: N801
    """Close the session: from then on scans are booked on nobody, until the next one is opened.

    While another macro runs or files grow it is refused, unless there is a reason:
    ``endsession "beam dump"``.
    """

    param_def = [["reason", Type.String, "", "why to close it although it was refused without one"]]

    def run(self, reason: str) -> None:
        """Close it, then show that there is none."""
        from sardana_recorders.session_desk import SessionDesk

        SessionDesk(self).close(reason)
