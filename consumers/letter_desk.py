"""What a person does with dead letters: have one read again once the cause is mended, or put it away.

A log cannot be edited, so what was decided stands in the state database, beside the note of the letter.
"""

from collections.abc import Iterator
from datetime import datetime

from confluent_kafka import Message

from consumers.configuration import Configuration
from consumers.delivery import Delivery
from consumers.errors import ConsumerError, PoisonError
from consumers.glimpse import fingerprint
from consumers.mapping.mongo import body_document, part_document
from consumers.mongo_client import Document
from consumers.producer import AcknowledgedProducer, Record
from consumers.state_database import StateDatabase
from consumers.topic_names import TopicNames
from consumers.topic_reader import read_to_end
from consumers.validate import Validator
from scifish.errors import UnknownSchemaError

OURS = "scicow-"
"""Begin of the headers that a letter has and its message had not."""


class LetterError(ConsumerError):
    """A letter cannot be replayed; the text says why."""


class LetterDesk:
    """The letters of one beamline."""

    def __init__(self, configuration: Configuration, state: StateDatabase, beamline: str) -> None:
        self._kafka = configuration.kafka.client()
        self._names = TopicNames(configuration.topic_prefix)
        self._validator = Validator(self._names, configuration.pid_prefixes)
        self._state = state
        self._beamline = beamline

    def find(self, offset: int | None, pid: str | None) -> list[Document]:
        """Return the notes of letters about a message, by where it stood or whose it is.

        A message that several sinks refused has a note for each of them.
        """
        return self._state.find_dead_letters(self._beamline, offset, pid)

    def replay(self, notes: list[Document], now: datetime, *, force: bool) -> int:
        """Write the messages to the captures topic again; return how many.

        Raises
        ------
        LetterError
            One would be refused again, without ``force``, or its bytes are not there; nothing is written.
        RetryableError
            Kafka is away.
        """
        wanted = {_fingerprint(note): note for note in notes}
        found = {fingerprint(record.value, record.key): record for record in self._letters()}
        records = [found.get(name) or self._kept(note) for name, note in wanted.items()]
        if not force:
            for record in records:
                self._refuse_poison(record)
        AcknowledgedProducer(self._kafka).send(records)
        self._state.settle_dead_letters(notes, {"replayed_at": now})
        return len(records)

    def discard(self, notes: list[Document], reason: str, now: datetime) -> None:
        """Note that nothing will come of letters any more, and why."""
        self._state.settle_dead_letters(notes, {"discarded_at": now, "discarded_because": reason})

    def _letters(self) -> Iterator[Record]:
        """Return the messages in the letters, as they came."""
        letters = self._names.dead_letters(self._beamline)
        return map(self._original, read_to_end(self._kafka, letters, "scicow-letter-desk"))

    def _original(self, message: Message) -> Record:
        headers = tuple((name, value) for name, value in message.headers() or () if not name.startswith(OURS))
        return Record(self._names.captures(self._beamline), message.key(), message.value(), headers)

    def _kept(self, note: Document) -> Record:
        """Return a message whose letter was too large for its topic."""
        value = note.get("value")
        if value is None or len(value) != note["bytes"]:
            raise LetterError(f"the bytes of {note['topic']} offset {note['offset']} are no longer there")
        return Record(self._names.captures(self._beamline), note.get("key"), value)

    def _refuse_poison(self, record: Record) -> None:
        try:
            message = self._validator.read(Delivery(record.topic, 0, 0, record.key, record.value))
            (part_document if message.phase == "amended" else body_document)(message)
        except UnknownSchemaError:
            return
        except PoisonError as error:
            raise LetterError(f"it would be refused again: {error}; --force sends it all the same") from None


def _fingerprint(note: Document) -> str:
    return str(note["_id"]).rpartition(" ")[2]
