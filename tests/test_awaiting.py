"""What waits for a person: which inspections do, in which order, and what narrows them down."""

from pathlib import Path

import pytest
from conftest import Plate
from record_cases import Shop

from assistant.awaiting import Wanted, awaiting, narrowed
from assistant.reports import facts
from assistant.reports.scope import Scope


@pytest.fixture
def more(shop: Shop, plate: Plate, tmp_path: Path) -> Shop:
    """Add a REVIEW (6) and a REJECT (7) of lot 8 to the bad plate (4)."""
    doubtful, worse = plate("lot8/doubtful.png", spot=148), plate("lot8/worse.png", spot=250)
    shop.foil("inspect", doubtful, worse, "--model", "plates", code=20)
    return shop


def numbers(shop: Shop, **wanted: object) -> list[int]:
    return [one.number for one in narrowed(shop.store, awaiting(shop.store), Wanted(**wanted))]  # type: ignore[arg-type]


def test_what_nobody_decided_waits_the_newest_or_the_gravest_first(more: Shop) -> None:
    waiting = awaiting(more.store)
    assert [(one.number, one.verdict, one.lot) for one in waiting] == [
        (7, "REJECT", "lot8"),
        (6, "REVIEW", "lot8"),
        (4, "REJECT", more.pictures[1].parent.name),
    ]
    assert numbers(more, gravest=True) == [7, 4, 6], "of two with the same p-value, the one with the higher score"


def test_a_decision_ends_the_wait_and_putting_back_moves_it_to_the_end(more: Shop) -> None:
    store = more.store
    store.decide(4, "PASS", "M. Keller", "dust")
    store.decide(7, "REVIEW", "M. Keller", "not sure")
    assert [(one.number, one.again) for one in narrowed(store, awaiting(store), Wanted())] == [(6, False), (7, True)]
    assert [one.number for one in facts.gather(store, Scope()).open] == [6, 7], "a report calls the same ones open"
    store.decide(7, "REJECT", "M. Keller", "a chip")
    store.decide(3, "REVIEW", "M. Keller", "passed, and yet there is something")
    assert [one.number for one in awaiting(store)] == [6, 3]


@pytest.mark.parametrize(
    ("wanted", "left"),
    [
        ({"verdict": "REVIEW"}, [6]),
        ({"model": "plates"}, [7, 6, 4]),
        ({"model": "bracket"}, []),
        ({"scope": Scope(lot="lot8")}, [7, 6]),
        ({"scope": Scope(since="2000-01-01")}, [7, 6, 4]),
        ({"scope": Scope(until="2000-01-01")}, []),
        ({"words": "WORSE"}, [7]),
        ({"words": "review REGION"}, [6]),  # as it was told
        ({"words": "pred_score"}, []),  # a key of the document, and nothing that anybody said
    ],
)
def test_it_is_narrowed_by_model_verdict_lot_time_and_words(
    more: Shop, wanted: dict[str, object], left: list[int]
) -> None:
    assert numbers(more, **wanted) == left


def test_an_altered_document_is_still_found_by_its_name_and_refused_when_it_is_opened(more: Shop) -> None:
    more.by_hand("UPDATE inspections SET document = 'no JSON' WHERE record = 7")
    assert numbers(more, words="worse") == [7]
    with pytest.raises(Exception, match="inspection 7 was altered"):
        facts.one(more.store, 7)


def test_one_inspection_comes_with_its_decisions_and_its_model(more: Shop) -> None:
    more.store.decide(4, "PASS", "M. Keller", "dust")
    found, model = facts.one(more.store, 4)
    assert (found.verdict, found.last_word, model.name) == ("REJECT", "PASS", "plates")
    assert found.decisions[0]["reason"] == "dust"
    assert found.document["path"] == str(more.pictures[1])
