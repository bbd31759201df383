"""The post: messages out of the ledger to Kafka, receipts from Kafka into it."""

import logging
import sqlite3
import time

from scifish import faultpoints
from scifish.forwarding.consumer_watch import ConsumerState, ConsumerWatch
from scifish.forwarding.receipt_reader import ReceiptReader, Record
from scifish.forwarding.sender import Delivery, Sender
from scifish.forwarding.settings import ForwarderSettings
from scifish.heartbeat import Heartbeat, find_heartbeat
from scifish.ledger.broker_clock import BrokerClock
from scifish.ledger.ledger import Ledger, Waiting
from scifish.ledger.spool_watch import SpoolWatch
from scifish.ledger.taking_receipts import take_receipt
from scifish.spool.rows import UnreadableRowError

log = logging.getLogger(__name__)

PROBE_LIMIT_S = 0.5
PROBE_PERIOD_S = 2.0
STALLED_S = 2.0
SILENT_S = 10.0
OVERDUE_PERIOD_S = 10.0
CONSUMERS_PERIOD_S = 1.0
BATCH = 200
REFUSED_WAIT_MS = 60_000
"""A message that the broker refuses is tried again that late, so that it holds up no other."""
CLOSE_LIMIT_S = 0.3


class Post:
    """Both directions of one beamline; used by the forwarder's thread.

    Parameters
    ----------
    settings
        With Kafka.
    ledger, watch
        What is to be sent, and where its bytes are.
    clock
        Kept right by the stamps of the brokers.

    Attributes
    ----------
    consumers
        Which sinks of the beamline are alive, at most a second ago.
    """

    def __init__(
        self, settings: ForwarderSettings, ledger: Ledger, watch: SpoolWatch, clock: BrokerClock
    ) -> None:
        assert settings.kafka is not None  # noqa: S101 - the forwarder makes no post without Kafka
        self._settings, self._ledger, self._watch, self._clock = settings, ledger, watch, clock
        self._sender = Sender(settings.kafka, settings.captures_topic)
        self._receipts = ReceiptReader(settings.kafka, settings.receipts_topic)
        self._consumer_watch = ConsumerWatch(ledger, clock)
        self.consumers: list[ConsumerState] = []
        self._probe_at = self._overdue_at = self._consumers_at = 0.0
        self._heard_at = time.monotonic()

    @property
    def broker(self) -> str:
        """What the messages go to, for people."""
        return self._sender.broker

    @property
    def trouble(self) -> str | None:
        """What keeps messages or receipts back, for people; None when nothing does."""
        silent_s = time.monotonic() - self._heard_at
        if self._sender.under_way and silent_s > SILENT_S and not self._sender.trouble:
            return f"no acknowledgement from Kafka for {silent_s:.0f} s: are enough replicas in sync?"
        return self._sender.trouble or self._receipts.trouble

    def step(self, wait_s: float) -> None:
        """Send what may be sent, take in what has come; waits about ``wait_s`` when there is nothing."""
        self._ask_brokers()
        busy = self._send()
        self._take_deliveries(0)
        if self._receipts.trouble is None:
            self._take_receipts(0 if busy else wait_s)
        else:
            self._receipts.listen()
            self._take_deliveries(0 if busy else wait_s)
        self._send_overdue_again()
        self._look_at_consumers()

    def close(self) -> None:
        """Leave within a moment, noting the acknowledgements that come meanwhile."""
        self._note(self._sender.close(CLOSE_LIMIT_S))
        self._receipts.close()

    def _ask_brokers(self) -> None:
        """Ask for the topics while something is wrong, and now and then while nothing is heard."""
        now = time.monotonic()
        if not self._sender.under_way:
            self._heard_at = now
        silent = any(consumer.alive is False for consumer in self.consumers)
        stalled = silent or now - self._heard_at > STALLED_S
        if now < self._probe_at or not (self.trouble or stalled):
            return
        self._probe_at = now + PROBE_PERIOD_S
        self._sender.probe(PROBE_LIMIT_S)
        if self._receipts.trouble and self._sender.trouble is None:
            self._receipts.assign(self._next_offsets(), PROBE_LIMIT_S)

    def _next_offsets(self) -> dict[int, int]:
        query = "SELECT key, value FROM fact WHERE key LIKE 'receipts.%'"
        found = self._ledger.database.execute(query).fetchall()
        return {int(key.partition(".")[2]): value for key, value in found}

    def _send(self) -> bool:
        """Hand over as much as there is room for; tell whether there was anything."""
        limit = min(self._sender.room(), BATCH)
        if limit <= 0:
            return False
        rows = self._ledger.waiting(int(time.monotonic() * 1000), limit)
        if not rows:
            return False
        bodies = [(row, self._body(row)) for row in rows]
        with self._ledger.transaction():
            self._ledger.sending([row.seq for row, body in bodies if body is not None])
        faultpoints.reached("forwarder.sending")
        for row, body in bodies:
            if body is not None:
                self._sender.send(row.seq, row.pid, body)
        return True

    def _body(self, row: Waiting) -> bytes | None:
        """Return a row's message; one that cannot be read is named and never tried again."""
        try:
            body = self._watch.body(row.spool, row.row)
            reason = "the row is gone"
        except UnreadableRowError as error:
            body, reason = None, str(error)
        except sqlite3.Error as error:
            log.warning("spool %s cannot be read now: %s", row.spool, error)
            return None
        if body is None:
            log.error("row %d of spool %s, capture %s: %s", row.row, row.spool, row.pid, reason)
            with self._ledger.transaction():
                self._ledger.note_unreadable(row.spool, row.row, reason)
        return body

    def _take_deliveries(self, wait_s: float) -> None:
        done = self._sender.deliveries(wait_s)
        if done:
            self._heard_at = time.monotonic()
            faultpoints.reached("forwarder.acknowledged")
            self._note(done)

    def _note(self, done: list[Delivery]) -> None:
        with self._ledger.transaction():
            for item in done:
                self._note_one(item)

    def _note_one(self, item: Delivery) -> None:
        now_s = time.monotonic()
        if item.fate == "acknowledged":
            if item.stamp_ms is not None:
                self._clock.acknowledged(item.stamp_ms, now_s)
            spans = (self._settings.resend_after_s, self._settings.resend_longest_s)
            self._ledger.acknowledged(item.seq, self._clock.now_ms(now_s), *spans)
            return
        level = logging.ERROR if item.fate == "refused" else logging.WARNING
        log.log(level, "message not sent: %s", item.reason)
        wait_ms = REFUSED_WAIT_MS if item.fate == "refused" else 0
        self._ledger.put_back([item.seq], int(now_s * 1000) + wait_ms)

    def _take_receipts(self, wait_s: float) -> None:
        records = [(record, find_heartbeat(record.value)) for record in self._receipts.read(wait_s)]
        if any(beat is None for _, beat in records):
            faultpoints.reached("forwarder.receipts-read")
        if records:
            with self._ledger.transaction():
                for record, beat in records:
                    self._take_record(record, beat)

    def _take_record(self, record: Record, beat: Heartbeat | None) -> None:
        if record.stamp_ms is not None:
            self._clock.read(record.stamp_ms, time.monotonic())
        if beat is not None:
            self._consumer_watch.take(beat, record.stamp_ms, time.monotonic())
        else:
            place = self._ledger.fact("answers") + 1
            take_receipt(self._ledger, record.value, place)
            self._ledger.keep_fact("answers", place)
        self._ledger.keep_fact(f"receipts.{record.partition}", record.offset + 1)

    def _look_at_consumers(self) -> None:
        now = time.monotonic()
        if now >= self._consumers_at:
            self._consumers_at = now + CONSUMERS_PERIOD_S
            self._consumer_watch.listen(self.trouble is None, now)
            self.consumers = self._consumer_watch.states(now)

    def _send_overdue_again(self) -> None:
        now = time.monotonic()
        if now < self._overdue_at:
            return
        self._overdue_at = now + min(OVERDUE_PERIOD_S, self._settings.resend_after_s / 2)
        with self._ledger.transaction():
            count = self._ledger.send_overdue_again(self._clock.now_ms(now))
        if count:
            log.warning("%d messages have no final receipt for too long: sent again", count)
