"""What the window does: the draft, the news of SciDog, and what people may do with both.

No widget and no Tango in here: the client and the way to run it in the background are given.
"""

from collections.abc import Callable
from typing import Any, Protocol

from config_gui.models.background import Outcome, Then
from config_gui.models.draft import Draft, empty_draft
from config_gui.models.meanwhile import Meanwhile, meanwhile
from config_gui.models.message import Message
from config_gui.models.news import News
from scidog.errors import StaleRevisionError
from scifish.errors import SelectionError
from scifish.selection import Entry, Selection

ASKING = News(trouble="asking SciDog …")
"""What is known before the first answer."""


class Dog(Protocol):
    """What of ``scidog.client.SciDogClient`` is needed."""

    def save(self, selection: Selection) -> Selection:
        """Save as the next revision."""

    def delete(self, name: str, revision: int, author: str | None = None) -> None:
        """End a selection."""

    def switch(self, name: str) -> None:
        """Make it the active one."""


class Editor:
    """The state of the window.

    Parameters
    ----------
    dog
        Client of the SciDog device; called in the background only.
    run
        Runs a function in the background and hands back its outcome.
    author
        Who edits, as claimed.
    on_change
        Called after anything to show has changed.
    on_show
        Called with the name of the selection that news is wanted of.
    """

    def __init__(
        self,
        dog: Dog,
        run: Callable[[Callable[[], Any], Then], None],
        author: str,
        on_change: Callable[[], None],
        on_show: Callable[[str], None],
    ) -> None:
        self._dog, self._run, self._author = dog, run, author
        self._on_change, self._on_show = on_change, on_show
        self.draft = Draft(Selection(name="new"))
        self.news = ASKING
        self.message = Message("")
        self.busy = ""
        self.meanwhile: Meanwhile | None = None
        self.wanted: str | None = None
        self._followed = ""

    @property
    def is_active(self) -> bool:
        """Tell whether the selection under edit is the one that is captured."""
        return bool(self.news.active) and self.draft.base.name == self.news.active

    def take_news(self, news: News) -> None:
        """Follow what SciDog says; what is not saved here stays, and the difference is told."""
        if news.trouble is not None:
            self.news = News(self.news.names, self.news.active, shown=self.news.shown, trouble=news.trouble)
        elif not self.busy:
            self.news = news
            self._compare(news)
        self._on_change()

    def show(self, name: str) -> None:
        """Show another selection; with unsaved changes only ask first (``wanted``)."""
        self.wanted = name if self.draft.is_changed else None
        if self.wanted is None:
            self._turn_to(Selection(name=name), name)
        self._on_change()

    def stay(self) -> None:
        """Keep editing: forget the other selection that was asked for."""
        self.wanted = None
        self._on_change()

    def start_new(self, name: str) -> None:
        """Begin a new selection with no entry; it exists once it is saved."""
        try:
            self.draft = empty_draft(name)
        except SelectionError as error:
            self._tell(str(error), good=False)
            return
        self._follow(name)
        self._tell(f"“{name}” is new: add attributes, then save")

    def change(self, act: Callable[[Draft], None]) -> bool:
        """Change the draft; false, and a message, when the change is not acceptable."""
        try:
            act(self.draft)
        except SelectionError as error:
            self._tell(str(error), good=False)
            return False
        self._tell("")
        return True

    def discard(self) -> None:
        """Drop what is not saved, and take what SciDog has."""
        self.draft.discard()
        wanted, self.wanted = self.wanted, None
        if wanted:
            self.show(wanted)
        else:
            self._turn_to(self.draft.base, self.draft.base.name)
            self._tell("your unsaved changes are dropped")

    def take_theirs(self) -> None:
        """Drop what is not saved here for what somebody else saved, or for their deletion."""
        newest = self.meanwhile.newest if self.meanwhile else None
        self._turn_to(newest or Selection(name="new"), newest.name if newest else "")
        self._tell("your unsaved changes are dropped")

    def keep_mine(self) -> None:
        """Keep the draft as it stands, to be saved as the revision after the other one's."""
        if self.meanwhile is not None:
            newest = self.meanwhile.newest or Selection(name=self.draft.base.name)
            self.draft.put_on_top_of(newest)
            self.meanwhile = None
            self._tell("your version stays: save it to make it the newest")

    def save(self, comment: str = "", name: str = "") -> None:
        """Save the draft as its next revision; with another name as a new selection."""
        update: dict[str, Any] = {"author": self._author, "comment": comment or None}
        if name and name != self.draft.base.name:
            update |= {"name": name, "revision": 0}
        selection = self.draft.selection.model_copy(update=update)
        self._work("saving …", lambda: self._dog.save(selection), self._saved)

    def make_active(self) -> None:
        """Let this selection be captured from now on."""
        name = self.draft.base.name
        self._work(
            "switching …",
            lambda: self._dog.switch(name),
            lambda _: self._tell(f"“{name}” is the active selection now"),
        )

    def delete(self) -> None:
        """End this selection; its history stays."""
        name, revision = self.draft.base.name, self.draft.base.revision
        self._work(
            "deleting …",
            lambda: self._dog.delete(name, revision, self._author),
            lambda _: self._deleted(name),
        )

    def new_entry(self, entry: Entry) -> bool:
        """Add an entry; false, and a message, when its name is taken."""
        return self.change(lambda draft: draft.add(entry))

    def tell_failure(self, error: Exception) -> None:
        """Say what went wrong."""
        prefix = "not saved: " if isinstance(error, StaleRevisionError) else ""
        self._tell(f"{prefix}{error}", good=False)

    def _work(self, what: str, function: Callable[[], Any], done: Callable[[Any], None]) -> None:
        def ended(outcome: Outcome) -> None:
            self.busy = ""
            if outcome.error is None:
                done(outcome.result)
            else:
                self.tell_failure(outcome.error)
            self._on_show(self._followed)

        self.busy = what
        self._on_change()
        self._run(function, ended)

    def _saved(self, saved: Selection) -> None:
        self.draft, self.meanwhile = Draft(saved), None
        self._follow(saved.name)
        wanted, self.wanted = self.wanted, None
        self._tell(f"saved as revision {saved.revision} of “{saved.name}”")
        if wanted:
            self.show(wanted)

    def _deleted(self, name: str) -> None:
        self._turn_to(Selection(name="new"), "")
        self._tell(f"“{name}” is deleted; its history stays")

    def _turn_to(self, base: Selection, name: str) -> None:
        self.draft, self.meanwhile = Draft(base), None
        self._follow(name)

    def _follow(self, name: str) -> None:
        self._followed = name
        self._on_show(name)

    def _compare(self, news: News) -> None:
        if self._followed and news.shown != self._followed:
            return  # asked before another selection was chosen
        if self.draft.is_changed:
            self.meanwhile = meanwhile(self.draft.base, news.newest)
        elif news.newest is not None and news.newest != self.draft.base:
            self.draft, self.meanwhile = Draft(news.newest), None
            if not self._followed:
                self._follow(news.newest.name)
        elif news.newest is None and self.draft.base.revision:
            self._deleted(self.draft.base.name)

    def _tell(self, text: str, good: bool = True) -> None:
        self.message = Message(text, "good" if good else "bad")
        self._on_change()
