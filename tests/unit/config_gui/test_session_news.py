"""News of PathFixer, asked for in the background."""

from config_gui.models.session_news import SessionDesk
from pathfixer.choices import Choices, Question
from pathfixer.errors import NoAnswerError
from pathfixer.look import Activity, Look
from tests.unit.config_gui.sessions import CLOSED


class Fixer:
    """Counts how often it is asked for choices."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, ...]] = []
        self.seen = Look("STANDBY", "", CLOSED)
        self.error: Exception | None = None

    def look(self) -> Look:
        if self.error is not None:
            raise self.error
        return self.seen

    def choices(self, *question: str) -> Choices:
        self.asked.append(question)
        return Choices(usernames=("carlcarl",))


def test_choices_are_asked_for_with_every_look_for_the_device_may_know_more_by_then() -> None:
    fixer, heard = Fixer(), []
    desk = SessionDesk(fixer, heard.append)
    desk.look()
    desk.choose(Question(username="carlcarl", proposal="20170251"))
    desk.look()
    assert fixer.asked == [("", "", ""), ("carlcarl", "20170251", "")]
    assert [news.choices.usernames for news in heard] == [("carlcarl",)] * 2


def test_a_device_in_fault_is_asked_for_no_choices() -> None:
    fixer, heard = Fixer(), []
    fixer.seen = Look("FAULT", "property Beamline is missing")
    SessionDesk(fixer, heard.append).look()
    assert fixer.asked == [] and heard[0].choices == Choices()


def test_while_there_is_no_answer_the_last_one_stays_with_the_trouble() -> None:
    fixer, heard = Fixer(), []
    desk = SessionDesk(fixer, heard.append)
    desk.look()
    fixer.error = NoAnswerError("a/b/c does not answer: timeout")
    desk.look()
    assert (heard[1].look, heard[1].choices, heard[1].heard_at) == (
        heard[0].look,
        heard[0].choices,
        heard[0].heard_at,
    )
    assert heard[1].trouble == "a/b/c does not answer: timeout"


def test_a_session_that_is_being_opened_is_looked_at_more_often() -> None:
    fixer = Fixer()
    desk = SessionDesk(fixer, lambda news: None, period_s=1.0)
    assert desk.look() == 1.0
    fixer.seen = Look("RUNNING", "", CLOSED, activity=Activity("session", "making the folders", 2, 4))
    assert desk.look() < 1.0
