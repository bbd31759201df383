"""Booking a capture that belongs to nobody, in the name of staff: a message of rank 3.

What a producer did not know for certain is booked on nobody. Staff, who do know, say whose it is: the
capture is told once more, with the proposal, and goes the way that every message goes.
"""

from dataclasses import dataclass

from consumers.configuration import Configuration
from consumers.errors import ConfigurationError, ConsumerError
from consumers.mapping.telling import standing
from consumers.producer import AcknowledgedProducer, Record
from consumers.topic_names import TopicNames
from consumers.topic_reader import read_to_end
from scifish.errors import MessageError
from scifish.messages import SCHEMA, CaptureMessage, decode
from sdm.errors import NameRefusedError, UserOfficeError
from sdm.names import check_name, check_sample
from sdm.path_rules import PathRules
from sdm.user_office.choose import open_office

RANK = 3
ROLE = "staff"


class BookingError(ConsumerError):
    """A capture cannot be booked so; the text says why."""


@dataclass(frozen=True)
class Booking:
    """Whose a capture is, on whose word.

    Attributes
    ----------
    proposal, visit, sample
        Of the capture; visit may be none, sample empty.
    by, host
        Who says so, as claimed, and where.
    reason
        Kept with the dataset.
    """

    proposal: str
    visit: str | None
    sample: str
    by: str
    host: str
    reason: str


class BookingDesk:
    """Books captures of one beamline.

    Parameters
    ----------
    configuration
        With a user office, since the category comes from the proposal.
    rules
        Say which types of proposals make which category, and what names may be.
    """

    def __init__(self, configuration: Configuration, rules: PathRules, beamline: str) -> None:
        if configuration.user_office is None:
            raise ConfigurationError("user_office is missing: a proposal's category comes from there")
        self._kafka = configuration.kafka.client()
        self._topic = TopicNames(configuration.topic_prefix).captures(beamline)
        self._office = open_office(configuration.user_office.kind, configuration.user_office.settings)
        self._rules = rules

    def book(self, pid: str, booking: Booking) -> CaptureMessage:
        """Tell a capture once more, as the proposal's; return the message when Kafka has it.

        Raises
        ------
        BookingError
            The capture is not there, still runs or is somebody's; or the proposal or a name is wrong.
        RetryableError
            Kafka is away.
        """
        newest = self._newest(pid)
        try:
            category = self._rules.category_of(self._office.proposal(booking.proposal).type)
            message = booked(newest, booking, category, self._rules)
        except (UserOfficeError, NameRefusedError) as error:
            raise BookingError(str(error)) from None
        record = Record(self._topic, pid.encode(), message.to_bytes(), (("schema", SCHEMA.encode()),))
        AcknowledgedProducer(self._kafka).send([record])
        return message

    def _newest(self, pid: str) -> CaptureMessage:
        found = read_to_end(self._kafka, self._topic, "scicow-booking-desk")
        mine = [message.value() for message in found if message.key() == pid.encode()]
        bodies = [message for value in mine if (message := _readable(value)) and message.part is None]
        if not bodies:
            raise BookingError(
                f"{self._topic} has no capture {pid!r}: see 'scizoo status'; one that Kafka has forgotten is "
                "there again after Resend on its SciFish"
            )
        return max(bodies, key=standing)


def _readable(value: bytes | None) -> CaptureMessage | None:
    try:
        return decode(value)
    except MessageError:
        return None  # a dead letter, or for a later version: neither says whose it is


def booked(newest: CaptureMessage, booking: Booking, category: str, rules: PathRules) -> CaptureMessage:
    """Return a capture's message with whose it is (pure).

    Raises
    ------
    BookingError
        It still runs, or is somebody's already.
    NameRefusedError
        Visit or sample cannot be a folder.
    """
    if newest.phase != "ended":
        raise BookingError(f"{newest.pid} has not ended yet: book it when it has")
    if newest.assignment == "assigned":
        raise BookingError(f"{newest.pid} is booked on proposal {newest.proposal} already")
    if category == "proprietary" and booking.sample:
        raise BookingError(
            "samples of a proprietary proposal are codes that only its PathFixer knows: none here"
        )
    check_sample(booking.sample, rules.sample_depth, rules.reserved)
    fields = {
        "author": f"{ROLE}@{booking.host}",
        "rank": RANK,
        "revision": newest.revision + 1 if newest.rank == RANK else 1,
        "proposal": booking.proposal,
        "visit": check_name("visit", booking.visit) if booking.visit else None,
        "sample": booking.sample or None,
        "category": category,
        "assignment": "assigned",
        "context_origin": "override",
        "context_age_s": None,
        "context_note": f"booked by {booking.by}: {booking.reason}",
    }
    return CaptureMessage.model_validate(newest.model_dump(by_alias=True) | fields)
