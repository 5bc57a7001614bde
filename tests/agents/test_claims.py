"""Whether a final message claims completion."""

import pytest

from orchestrator.agents.claims import claims


@pytest.mark.parametrize(
    "final",
    [
        "<promise>DONE</promise>",
        "all tests pass.\n\n  <promise>DONE</promise>  \n",
        "I am finished <promise> DONE </promise>, bye",
        "<promise>\nDONE\n</promise>",
        "first <promise>OTHER</promise> then <promise>DONE</promise>",
    ],
)
def test_the_word_in_its_tag_claims(final: str) -> None:
    assert claims(final, "DONE", "do it")


@pytest.mark.parametrize(
    "final",
    [
        "",
        "DONE",
        "<promise>done</promise>",
        "<promise>DONE",
        "promise DONE",
        "<promise>DONE!</promise>",
        "<promise></promise>",
    ],
)
def test_anything_else_does_not(final: str) -> None:
    assert not claims(final, "DONE", "do it")


def test_a_word_with_signs_in_it_is_taken_literally() -> None:
    assert claims("<promise>v1.0 (ok)</promise>", "v1.0 (ok)", "")
    assert not claims("<promise>v1x0 (ok)</promise>", "v1.0 (ok)", "")


def test_a_line_of_the_prompt_does_not_count_but_a_line_around_it_does() -> None:
    prompt = "Say\n<promise>DONE</promise>\nwhen done\n"
    assert not claims("  <promise>DONE</promise>\n", "DONE", prompt)
    assert claims("finished: <promise>DONE</promise>", "DONE", prompt)


def test_the_end_of_a_prompt_line_that_was_cut_does_not_count() -> None:
    prompt = "when all is done print <promise>DONE</promise>\n"
    tail = "print <promise>DONE</promise>\nworking"
    assert not claims(tail, "DONE", prompt, cut=True)
    assert claims(tail, "DONE", prompt, cut=False)
