"""A client without TANGO: the calls of ``scidog.client.SciDogClient``, on a service in this process."""

from scidog.history import HistoryLine, history_lines
from scidog.requests import DeleteRequest
from scidog.service import SelectionService
from scifish.selection import Selection


class LocalClient:
    """Asks a service directly; raises the same errors as the real client."""

    def __init__(self, service: SelectionService) -> None:
        self._service = service

    def active(self) -> Selection | None:
        """Return the active selection."""
        return self._service.known.active

    def names(self) -> list[str]:
        """Return the names of all selections."""
        contents = self._service.known.contents
        return contents.names if contents else []

    def get(self, name: str) -> Selection:
        """Return the newest revision of a selection."""
        return self._service.get(name)

    def save(self, selection: Selection) -> Selection:
        """Save an edited selection."""
        return self._service.save(selection)

    def delete(self, name: str, revision: int, author: str | None = None) -> None:
        """End a selection."""
        self._service.delete(DeleteRequest(name=name, revision=revision, author=author))

    def switch(self, name: str) -> None:
        """Make a selection the active one."""
        self._service.switch(name)

    def history(self, name: str) -> list[HistoryLine]:
        """Return the revisions of a selection, newest first."""
        return history_lines(self._service.history(name))
