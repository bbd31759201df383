"""One SciCow: one sink, one consumer group, two threads."""

import logging
from datetime import datetime, timezone
from threading import Event
from time import monotonic

from consumers.buffer import Buffer
from consumers.configuration import Configuration, SinkName
from consumers.consumer_settings import consumer_settings
from consumers.dataset_collection import DatasetCollection
from consumers.dead_letters import DeadLetters
from consumers.enrich import Enricher, NoOffice
from consumers.errors import ConfigurationError, FatalError, RetryableError
from consumers.heart import Heart
from consumers.mongo_client import connect
from consumers.processor import AsksOffice, Processor
from consumers.producer import AcknowledgedProducer
from consumers.receipts import Receipts
from consumers.sinks.mongodb import MongodbSink
from consumers.sinks.scicat import make_scicat_sink
from consumers.sinks.sink import Sink
from consumers.source import Source
from consumers.state_database import StateDatabase
from consumers.topic_names import TopicNames
from consumers.validate import Validator
from consumers.waiting_room import WaitingRoom
from consumers.worker import Worker
from sdm.errors import OfficeSettingsError
from sdm.user_office.choose import open_office

LETTER_BYTES = 2_097_176
"""Twice the size of a message: a letter carries headers beside the original bytes."""
PREPARE_AGAIN_S = 5
"""How long a start waits before it asks again for what is away, in seconds."""
LAST_BATCH_S = 30
"""How long a stop waits for the batch in hand."""

log = logging.getLogger("scicow")


def now() -> datetime:
    """Return this machine's clock, UTC."""
    return datetime.now(timezone.utc)


def make_sink(configuration: Configuration, name: SinkName, state: StateDatabase) -> Sink:
    """Return a sink by name; raises ConfigurationError when its section is missing."""
    if name == "scicat" and configuration.scicat is not None:
        return make_scicat_sink(configuration.scicat, state, now)
    if name == "mongodb" and configuration.mongodb is not None:
        return MongodbSink(DatasetCollection(connect(configuration.mongodb)["datasets"], now))
    raise ConfigurationError(f"sink {name!r} has no section in the configuration")


def make_office(configuration: Configuration) -> AsksOffice:
    """Return the configured user office, asked nothing yet."""
    settings = configuration.user_office
    if settings is None:
        return NoOffice()
    try:
        return Enricher(open_office(settings.kind, settings.settings), settings)
    except OfficeSettingsError as error:
        raise ConfigurationError(f"user_office: {error}") from None


def make_processor(configuration: Configuration, name: SinkName, state: StateDatabase) -> Processor:
    """Return everything between the buffer and the catalogue."""
    names = TopicNames(configuration.topic_prefix)
    producer = AcknowledgedProducer(configuration.kafka.client(), LETTER_BYTES)
    return Processor(
        validator=Validator(names, configuration.pid_prefixes),
        office=make_office(configuration),
        sink=make_sink(configuration, name, state),
        state=state,
        waiting_room=WaitingRoom(state, name, now),
        dead_letters=DeadLetters(producer, state, names, name, now),
        receipts=Receipts(producer, configuration, name, now),
    )


def run(configuration: Configuration, name: SinkName, stop: Event) -> None:
    """Serve one sink until told to stop.

    Raises
    ------
    FatalError
        Going on makes no sense; the text says what to do. The process must end with another code than 0.
    """
    names = TopicNames(configuration.topic_prefix)
    topics = [names.captures(beamline) for beamline in configuration.beamlines_of(name)]
    if not topics:
        raise ConfigurationError(f"no beamline has sink {name!r}: nothing to do")
    state = StateDatabase(connect(configuration.state_database))
    processor = make_processor(configuration, name, state)
    try:
        if _prepare_patiently(processor, stop):
            buffer = Buffer()
            settings = consumer_settings(configuration.kafka, configuration.group(name))
            source = Source(settings, topics, buffer, state.progress(name))
            _serve(source, Worker(buffer, processor, stop), Heart(configuration, name, now), stop)
    finally:
        processor.sink.close()
        state.close()


def _prepare_patiently(processor: Processor, stop: Event) -> bool:
    """Get everything ready once what it needs is there; return False when told to stop before."""
    while not stop.is_set():
        try:
            processor.state.prepare()
            processor.sink.prepare()
            processor.waiting_room.wake_schemas()
            processor.receipts.prepare()
        except RetryableError as error:
            log.warning("not ready yet: %s", error)
            stop.wait(PREPARE_AGAIN_S)
        else:
            return True
    return False


def _serve(source: Source, worker: Worker, heart: Heart, stop: Event) -> None:
    worker.start()
    try:
        source.subscribe()
        while not stop.is_set():
            source.poll()
            source.finish(worker.finished())
            heart.beat(source.reading(), monotonic())
    finally:
        stop.set()
        _close(source, worker)


def _close(source: Source, worker: Worker) -> None:
    try:
        if worker.join(LAST_BATCH_S):
            source.finish(worker.finished())
        else:
            log.warning("the batch in hand did not end: it will be delivered again")
    except FatalError as error:
        log.error("%s", error)
        raise
    finally:
        source.close()
