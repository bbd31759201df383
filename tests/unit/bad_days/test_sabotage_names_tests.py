"""Each patch of the sabotage names tests that are there: one that was renamed would prove nothing."""

import re

import pytest

from tests.bad_days.sabotage.checkout_copy import CHECKOUT
from tests.bad_days.sabotage.protection import BadPatchError, Protection, all_protections


@pytest.mark.parametrize("protection", all_protections(), ids=lambda protection: protection.patch.stem)
def test_the_tests_that_must_notice_are_there(protection: Protection) -> None:
    for test in protection.tests:
        file, _, name = test.partition("::")
        text = (CHECKOUT / file).read_text(encoding="utf-8")
        assert re.search(rf"^def {name.partition('[')[0]}\(", text, re.MULTILINE) or not name, test


def test_a_number_that_no_patch_has_takes_nothing_out() -> None:
    with pytest.raises(BadPatchError, match="no patch has the number 777"):
        all_protections(["01", "777"])
