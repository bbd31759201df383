"""Sessions as a PathFixer shows them, and the values that open them."""

from config_gui.models.session_fields import SetValues
from config_gui.models.session_news import SessionNews
from pathfixer.look import Activity, Look
from scifish.session import Session

CLOSED = Session(revision=0, beamline="biomax", unowned_path="/data/staff/biomax/unowned")
OPEN = Session(
    revision=1,
    state="open",
    beamline="biomax",
    category="visitors",
    username="carlcarl",
    proposal="20170251",
    visit="20201120",
    sample="ice",
    path="/data/raw",
    sample_path="/data/raw/ice",
)
SET = SetValues("carlcarl", "20170251", "20201120", "ice", "None")


def look_at(session: Session | None, state: str = "ON", activity: Activity | None = None) -> SessionNews:
    return SessionNews(look=Look(state, "", session, (session and session.sample) or "", activity))
