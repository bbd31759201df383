"""How to connect to a demo that stays up."""

from collections.abc import Iterator

from scizoo.demo.spock import PROFILE, make_spock_profile
from scizoo.services.beamline import Beamline


def connect_lines(beamline: Beamline) -> Iterator[str]:
    """Yield what a person types, or needs to know, to look around."""
    database = f"tango://{beamline.tango_db.address}"
    door, server = beamline.sardana.address, beamline.sardana.macro_server
    ipython = make_spock_profile(beamline.folder.real, f"{database}/{door}", f"{database}/{server}")
    variables = {**beamline.environment, "IPYTHONDIR": str(ipython)}
    exports = " ".join(f"{name}={value}" for name, value in variables.items())
    yield "In another terminal, in this folder:"
    yield f"  export {exports}"
    yield "  . .state/system/gui.sh"
    yield f"  .venv/bin/spock --profile={PROFILE}"
    yield "      and there: session, newsample ice, capture status, sct 0.1, ascan mot01 0 1 10 0.1"
    yield "  .venv/bin/scizoo status        .venv/bin/scizoo check"
    yield "  .venv/bin/scidog        the window of the selections"
    yield "  .venv/bin/ctpathfixer   the panel of the session"
    yield f"Jive and other Tango clients: TANGO_HOST={beamline.tango_db.address}"
    yield f"Kafka: {beamline.kafka.address} ({beamline.kafka.kind})"
    yield f"MongoDB: {beamline.mongod.address} (database scizoo, collection datasets)"
    yield f"Logs: {beamline.folder.real / 'logs'}"
