"""News of the SciDog device, asked for every second on a thread of its own."""

from collections.abc import Callable
from dataclasses import dataclass

from config_gui.models.asking import Asking
from scidog.client import SciDogClient
from scidog.errors import ScidogError, UnknownSelectionError
from scifish.selection import Selection


@dataclass(frozen=True)
class News:
    """What SciDog said.

    Attributes
    ----------
    shown
        The name that was asked for; empty: whatever is active.
    newest
        Its newest revision; none when there is no such selection.
    trouble
        Why there is no news, in words; the rest is empty then.
    """

    names: tuple[str, ...] = ()
    active: str = ""
    state: str = ""
    status: str = ""
    shown: str = ""
    newest: Selection | None = None
    trouble: str | None = None


class NewsDesk:
    """Asks SciDog for news.

    Parameters
    ----------
    client
        Its own: a call may hang for as long as Tango takes.
    on_news
        Called on the asking thread.
    period_s
        Pause between two questions, seconds.
    """

    def __init__(self, client: SciDogClient, on_news: Callable[[News], None], period_s: float = 1.0) -> None:
        self._client = client
        self._on_news = on_news
        self._shown = ""
        self._asking = Asking(self._round, "news of SciDog", period_s)
        self._asking.start()

    def show(self, name: str) -> None:
        """Ask for this selection from now on, and now; empty: whatever is active."""
        self._shown = name
        self._asking.again()

    def close(self) -> None:
        """Ask no more; never waits for an answer."""
        self._asking.close()

    def _round(self) -> None:
        news = self._ask(self._shown)
        if not self._asking.closed:
            self._on_news(news)

    def _ask(self, shown: str) -> News:
        client = self._client
        try:
            (state, status), active, names = client.standing(), client.active_name(), tuple(client.names())
            wanted = shown or active or (names[0] if names else "")
            return News(names, active, state, status, wanted, self._newest(wanted))
        except ScidogError as error:
            return News(shown=shown, trouble=str(error))
        except Exception as error:  # noqa: BLE001 - edge of a thread: it must go on, and people must know
            return News(shown=shown, trouble=f"news of SciDog: {type(error).__name__}: {error}")

    def _newest(self, name: str) -> Selection | None:
        try:
            return self._client.get(name) if name else None
        except UnknownSelectionError:
            return None
