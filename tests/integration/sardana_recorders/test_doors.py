"""What a macro run through a Door is said to have ended by."""

LATE_STOPS = 40


def test_the_last_word_counts(door):
    """Sardana's words of one macro come as events, its state is read: the state may be known before."""
    assert {door.begin("stopped_late").wait(30) for _ in range(LATE_STOPS)} == {"stop"}
