"""A consumer that waits for ever at a place where its log never ends is found out."""

from confluent_kafka import OFFSET_BEGINNING, KafkaError, KafkaException

from scifish.forwarding.log_watch import PERIOD_S, LogWatch

PLACE = ("scizoo.demo.captures", 0)


class Brokers:
    """Answers where the log ends, or with an error."""

    def __init__(self, end: int, error: int | None = None) -> None:
        self.end, self.error, self.asked = end, error, 0

    def get_watermark_offsets(self, partition, timeout):
        self.asked += 1
        if self.error is not None:
            raise KafkaException(KafkaError(self.error))
        return (0, self.end)


class Clock:
    """Stands until it is told to go on."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def looks(watch: LogWatch, clock: Clock, brokers: Brokers, times: int) -> list[bool]:
    found = []
    for _ in range(times):
        clock.now += PERIOD_S
        found.append(watch.is_astray(brokers))
    return found


def watching(offset: int) -> tuple[LogWatch, Clock]:
    clock = Clock()
    watch = LogWatch(clock)
    watch.stands_at(PLACE, offset)
    return watch, clock


def test_at_the_end_of_the_log_nothing_is_wrong():
    assert looks(*watching(7), Brokers(end=7), 3) == [False, False, False]


def test_standing_elsewhere_for_a_whole_period_is_astray():
    assert looks(*watching(7), Brokers(end=2), 2) == [False, True]


def test_where_only_the_client_knows_the_place_a_log_that_holds_something_must_be_heard():
    assert looks(*watching(OFFSET_BEGINNING), Brokers(end=2), 2) == [False, True]


def test_an_empty_log_has_nothing_to_be_heard():
    assert looks(*watching(OFFSET_BEGINNING), Brokers(end=0), 3) == [False, False, False]


def test_a_consumer_that_moved_meanwhile_only_lags():
    watch, clock = watching(7)
    assert looks(watch, clock, Brokers(end=9), 1) == [False]
    watch.stands_at(PLACE, 8)
    assert looks(watch, clock, Brokers(end=9), 1) == [False]


def test_a_leader_of_another_epoch_says_as_much_as_another_end():
    assert looks(*watching(7), Brokers(end=7, error=KafkaError.FENCED_LEADER_EPOCH), 2) == [False, True]


def test_brokers_that_do_not_answer_prove_nothing_and_are_asked_once_in_all():
    watch, clock = watching(7)
    watch.stands_at(("scizoo.other.captures", 0), 3)
    brokers = Brokers(end=0, error=KafkaError._TRANSPORT)
    assert looks(watch, clock, brokers, 2) == [False, False]
    assert brokers.asked == 2


def test_the_brokers_are_asked_once_a_period():
    watch, _ = watching(7)
    brokers = Brokers(end=7)
    assert [watch.is_astray(brokers) for _ in range(5)] == [False] * 5
    assert brokers.asked == 1


def test_what_comes_back_is_looked_at_twice_again():
    watch, clock = watching(5)
    brokers = Brokers(9)
    assert looks(watch, clock, brokers, 1) == [False]
    watch.drop([PLACE])
    watch.stands_at(PLACE, 5)
    assert looks(watch, clock, brokers, 2) == [False, True]


def test_what_was_taken_away_is_no_longer_watched():
    watch, clock = watching(7)
    watch.drop([PLACE])
    assert looks(watch, clock, Brokers(end=2), 2) == [False, False]
