"""SciFly as a Tango device: a shell over ``scifly``.

One thread looks, captures and publishes; reading an attribute never waits for a file server.
"""

import threading
import time

from pydantic import Field
from tango import AttrWriteType, DevState

from scifish.tango_text import tango_text
from scifly.loop import run as run_service
from scifly.opening import NOT_READY, open_service
from scifly.profiles.profile import Profile
from scifly.profiles.profile_files import load_profiles
from scifly.service import FileService, Options
from scifly.standing import Report, Standing, standing
from tango_devices.base import ScizooDevice, published
from tango_devices.process import serve
from tango_devices.properties import Properties

RETRY_S = 1.0
SILENCE_S = 20.0
"""A look that takes longer hangs in the file server."""
STOP_S = 2.0

STATES = {
    Standing.WATCHING: DevState.ON,
    Standing.NOTHING_TO_WATCH: DevState.STANDBY,
    Standing.OFF: DevState.DISABLE,
    Standing.TROUBLE: DevState.ALARM,
}


class SciFlyProperties(Properties):
    """Properties of a SciFly; spans in seconds."""

    path_fixer: str | None = Field(
        default=None, description="whose line of Sessions counts, if not mine or *"
    )
    profile_files: list[str] = Field(default=["generic"], min_length=1, description="shipped names or paths")
    settle_seconds: float | None = Field(
        default=None, ge=0.2, le=86_400, description="instead of the profiles'"
    )
    scan_period: float = Field(default=5.0, ge=0.5, le=3600, description="a full look at least this often")
    linger: float = Field(default=60.0, ge=0, description="how long a folder that was left is followed")
    scan_wait: float = Field(default=3600.0, ge=0, description="longest wait for a scan that may name a file")

    @property
    def options(self) -> Options:
        """Return what the service needs of them."""
        return Options(self.scan_period, self.linger, self.scan_wait)


class SciFly(ScizooDevice):
    """Scientific File Lystener: one capture for each file that appears and settles."""

    Model = SciFlyProperties

    WatchedPath = published(str, "", doc="folder that is followed now; empty: none")
    Seen = published(int, 0, doc="files seen since the server started")
    Settling = published(
        int,
        0,
        unit="files",
        max_warning=10_000,
        max_alarm=100_000,
        doc="files seen and not captured yet",
    )
    Captured = published(int, 0, doc="captures committed since the server started")
    Failed = published(int, 0, max_alarm=1, doc="files whose capture could not be committed yet")
    LastFiles = published((str,), [], max_dim_x=50, doc="the last 50 files, newest first, one JSON each")
    Profiles = published(
        (str,), [], max_dim_x=100, doc="names of the profiles; the first that wants a file takes it"
    )
    Enabled = published(
        bool,
        True,
        access=AttrWriteType.READ_WRITE,
        fset="write_enabled",
        doc="false: new files are left alone, also after a restart",
    )

    _stopped: threading.Event | None = None
    _ended: threading.Event | None = None
    _service: FileService | None = None

    def start(self, properties: SciFlyProperties) -> None:
        """Load the profiles, and begin to work in the background."""
        profiles = _profiles(properties)
        before, self._stopped, self._ended = self._ended, threading.Event(), threading.Event()
        stopped, ended = self._stopped, self._ended
        self._told_s = time.monotonic()
        self._warning = self.warn_of_unknown_properties()
        self.publish("Profiles", [profile.name for profile in profiles])
        self.publish_state(DevState.INIT, "opening journal and spool")
        name = self.get_name()
        self.in_background(lambda: self._work(name, properties, profiles, before, stopped, ended))
        self.in_background(lambda: self._listen_for_silence(stopped))

    def stop(self) -> None:
        """Tell the thread to end; a file server that hangs is not waited for."""
        if self._stopped and self._ended:
            self._stopped.set()
            if self._service:
                self._service.wake.set()
            self._ended.wait(STOP_S)

    def write_enabled(self, value: bool) -> None:
        """Let new files be captured or not."""
        if self._service is None:
            raise RuntimeError(f"SciFly is not at work yet: {self.get_status()}")
        self._service.switch(bool(value))

    def _work(
        self,
        name: str,
        properties: SciFlyProperties,
        profiles: tuple[Profile, ...],
        before: threading.Event | None,
        stopped: threading.Event,
        ended: threading.Event,
    ) -> None:
        """Open, work and close: the body of the thread."""
        if before:
            before.wait()
        while not stopped.is_set():
            try:
                opened = open_service(name, properties.path_fixer, profiles, properties.options)
            except NOT_READY as error:
                self.publish_state(DevState.FAULT, f"{error} (tried again every {RETRY_S:g} s)")
                self._told_s = time.monotonic()
                stopped.wait(RETRY_S)
                continue
            self._service, producer = opened
            run_service(self._service, self._tell, stopped)
            producer.close()
        self._service = None
        ended.set()

    def _tell(self, report: Report) -> None:
        self._told_s = time.monotonic()
        report.problems += [self._warning] if self._warning else []
        found, text = standing(report)
        self.publish_state(STATES[found], text)
        self.publish("Seen", report.seen)
        self.publish("Captured", report.captured)
        self.publish("Failed", report.failed)
        self.publish("LastFiles", report.last_files)
        # What clients wait for comes last: they then find the rest as it is.
        self.publish("Settling", report.settling)
        self.publish("Enabled", report.enabled)
        self.publish("WatchedPath", tango_text(report.watched_path))

    def _listen_for_silence(self, stopped: threading.Event) -> None:
        while not stopped.wait(RETRY_S):
            silent_s = time.monotonic() - self._told_s
            if silent_s > SILENCE_S:
                self.publish_state(
                    DevState.ALARM, f"a look has taken {silent_s:.0f} s: does the file server hang?"
                )


def _profiles(properties: SciFlyProperties) -> tuple[Profile, ...]:
    settle_s = properties.settle_seconds
    change = {} if settle_s is None else {"settle_s": settle_s}
    return tuple(profile.model_copy(update=change) for profile in load_profiles(properties.profile_files))


def main() -> None:
    """Run the device server ``SciFly <instance>``."""
    serve(SciFly, "SciFly")


if __name__ == "__main__":
    main()
