from scifish.tango_text import tango_text


def test_latin_1_stays_as_it_is() -> None:
    assert tango_text("größe 250 µm at 20 °C") == "größe 250 µm at 20 °C"


def test_typography_is_spelt_out_and_the_rest_is_a_question_mark() -> None:
    assert tango_text("{…} a → b “c” Δ") == '{...} a -> b "c" ?'
