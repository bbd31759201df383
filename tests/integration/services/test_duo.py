"""The DUO of a try-out, in a process of its own."""

import stat

from scizoo.services.site import EXAMPLE_OFFICE
from scizoo.services.user_office import Duo
from sdm.user_office.choose import open_office, parse_settings
from sdm.user_office.yaml_office import YamlOffice


def test_it_serves_the_proposals_of_the_site_and_ends(run_folder):
    duo = Duo(run_folder, EXAMPLE_OFFICE)
    duo.start()
    try:
        duo.wait_ready()
        office = open_office(duo.choice.kind, parse_settings(duo.choice.lines()))
        assert office.proposals("demo") == YamlOffice(file=str(EXAMPLE_OFFICE)).proposals("demo")
        assert stat.S_IMODE(duo.secret_file.stat().st_mode) == 0o600
    finally:
        duo.stop()
    assert not duo.alive
