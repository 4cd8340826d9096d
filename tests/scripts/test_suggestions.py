"""Suggestions lead from one text to the other, and each can be taken alone without losing or doubling a row."""

import csv
import io
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from scripts.dataset import TableSpec, open_dataset
from scripts.suggestions import MOST_LINES, Suggestion, shown_lines, suggestions
from tests.conftest import PROJECT

ALL = frozenset(range(1, 1000))
SPEC: TableSpec = open_dataset(PROJECT).specs["vendors"]
HEADER = "vendor_id,name,website\n"
PATH = "data/vendors.csv"


def suggested(before: str, after: str, shown: frozenset[int] = ALL) -> tuple[list[Suggestion], bool]:
    return suggestions(SPEC, HEADER + before, HEADER + after, shown)


def take(text: str, found: list[Suggestion]) -> str:
    """The text after these suggestions were taken, from the last line to the first."""
    lines = text.split("\n")
    for it in sorted(found, key=lambda it: -it.line):
        lines[it.start_line - 1 : it.line] = it.text.split("\n")
    return "\n".join(lines)


def rows(text: str) -> Counter[tuple[str, ...]]:
    return Counter(tuple(row) for row in csv.reader(io.StringIO(text)))


def test_one_line_is_suggested_for_one_line() -> None:
    assert suggested("a,1,x\nb,2,x\n", "a,1,x\nb,3,x\n") == ([Suggestion(PATH, 3, 3, "b,3,x")], True)


def test_lines_that_all_change_are_suggested_one_by_one() -> None:
    found, whole = suggested('"a",1,\n"b",2,\n', "a,1,\nb,2,\n")
    assert ([(it.start_line, it.line) for it in found], whole) == ([(2, 2), (3, 3)], True)


def test_a_row_that_moves_is_one_suggestion_with_its_new_place() -> None:
    (found,), whole = suggested("b,,\nc,,\na,,\nd,,\n", "a,,\nb,,\nc,,\nd,,\n")
    assert (found.start_line, found.line, found.text, whole) == (2, 4, "a,,\nb,,\nc,,", True)


def test_rows_that_change_places_are_one_suggestion_with_what_lies_between() -> None:
    (found,), whole = suggested('"d",,\nb,,\nc,,\na,,\n', "a,,\nb,,\nc,,\nd,,\n")
    assert (found.start_line, found.line, found.text, whole) == (2, 5, "a,,\nb,,\nc,,\nd,,", True)


def test_an_id_that_is_filled_in_is_suggested() -> None:
    assert suggested(",A,x\nb,B,x\n", "a,A,x\nb,B,x\n") == ([Suggestion(PATH, 2, 2, "a,A,x")], True)


def test_lines_that_the_pull_request_does_not_show_are_left_to_fix() -> None:
    assert suggested("b,,\na,,\n", "a,,\nb,,\n", frozenset({2})) == ([], False)
    found, whole = suggested('"a",,\nx,,\n"b",,\n', "a,,\nx,,\nb,,\n", frozenset({2}))
    assert ([it.line for it in found], whole) == ([2], False)


def test_what_nobody_would_read_is_left_to_fix() -> None:
    ordered = [f"a{number:02},,\n" for number in range(MOST_LINES + 1)]
    assert suggested("".join([*ordered[1:], ordered[0]]), "".join(ordered)) == ([], False)


def test_what_is_no_change_of_lines_is_left_to_fix() -> None:
    assert suggested("a,,", "a,,\n") == ([], False)
    assert suggested("", "a,,\n") == ([], False)
    assert suggested("a,,\n\n", "a,,\n") == ([], False)


def test_a_file_written_otherwise_as_a_whole_is_left_to_fix() -> None:
    before = f"{HEADER}a,A,\n"
    for other in (before.replace(",", ";"), before.replace("\n", "\r\n"), f"\ufeff{before}"):
        assert suggestions(SPEC, other, before, ALL) == ([], False)
    assert suggested('a,"A\nB",\n', "a,A B,\n") == ([], False)


TEXTS = st.lists(st.sampled_from(["a,,", '"a",,', "b,,", "b,B,", "c,,", ""]), min_size=1, max_size=8).map(
    lambda lines: "\n".join(lines) + "\n"
)


@given(before=TEXTS, after=TEXTS)
def test_all_of_them_together_give_the_other_text(before: str, after: str) -> None:
    found, whole = suggested(before, after)
    assert (take(HEADER + before, found) == HEADER + after) is whole


@given(order=st.permutations("abcdef"), quoted=st.sets(st.sampled_from("abcdef")))
def test_each_of_them_alone_keeps_every_row(order: list[str], quoted: set[str]) -> None:
    before = HEADER + "".join(f'"{row}",,\n' if row in quoted else f"{row},,\n" for row in order)
    after = HEADER + "".join(f"{row},,\n" for row in sorted(order))
    for it in suggestions(SPEC, before, after, ALL)[0]:
        assert rows(take(before, [it])) == rows(before)


def test_a_diff_says_which_lines_it_shows() -> None:
    diff = "--- a/x\n+++ b/x\n@@ -1,2 +1,3 @@ header\n a\n+b\n c\n@@ -9 +10 @@\n-x\n+y\n@@ -20,2 +20,0 @@\n-z\n-z\n"
    assert shown_lines(diff) == {1, 2, 3, 10}
    assert shown_lines("") == set()
