import pytest

from sim.audit import audit
from sim.engines import ENGINES, simulate
from sim.model.contacts import Contacts
from tests.handmade import CASES as FIRST
from tests.handmade import Case
from tests.handmade_more import MORE

CASES = [*FIRST, *MORE]


def test_every_story_has_its_own_name():
    assert len({case.name for case in CASES}) == len(CASES) >= 12


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_engine_tells_the_story(case: Case, engine: str):
    contacts = simulate(case.world, case.centre, engine=engine)
    assert contacts.rows() == case.contacts.rows(), case.story


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_auditor_passes_the_story(case: Case):
    assert audit(case.world, case.centre, case.contacts) == []


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_auditor_misses_no_row(case: Case):
    for gone in range(len(case.rows)):
        rest = [row for number, row in enumerate(sorted(case.rows)) if number != gone]
        assert audit(case.world, case.centre, Contacts.from_rows(rest)), f"row {gone} is gone"
