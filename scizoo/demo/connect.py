"""How to connect to a demo that stays up."""

from collections.abc import Iterator

from scizoo.services.beamline import Beamline


def connect_lines(beamline: Beamline) -> Iterator[str]:
    """Yield what a person types, or needs to know, to look around."""
    exports = " ".join(f"{name}={value}" for name, value in beamline.environment.items())
    yield "In another terminal, in this folder:"
    yield f"  export {exports}"
    yield f"  .venv/bin/spock --door {beamline.sardana.address}"
    yield "      and there: capture status, sct 0.1, ascan mot01 0 1 10 0.1"
    yield "  .venv/bin/scizoo status        .venv/bin/scizoo check"
    yield "  . .state/system/gui.sh && .venv/bin/scidog        the window of the selections"
    yield f"Jive and other Tango clients: TANGO_HOST={beamline.tango_db.address}"
    yield f"Kafka: {beamline.kafka.address} ({beamline.kafka.kind})"
    yield f"MongoDB: {beamline.mongod.address} (database scizoo, collection datasets)"
    yield f"Logs: {beamline.folder.real / 'logs'}"
