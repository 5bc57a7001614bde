"""Templates: their places are known, their empty parts leave no hole, and what must be told is told."""

import pytest

from orchestrator.errors import InvalidInputError
from orchestrator.policy.templates import ALWAYS, BUILT_IN, PLACES, fill, vet

PARTS = {name: f"<{name}>" for name in PLACES}


def problems(text: str) -> tuple[str, ...]:
    with pytest.raises(InvalidInputError) as caught:
        vet(text, "prompts/feature.md")
    return caught.value.problems


def test_places_nobody_fills_are_told_at_once_with_their_lines() -> None:
    first, second = problems("Do {title}.\n\n{descripton} {x}\n{{fine}} {not a place} {}\n")
    place = "prompts/feature.md: line 3: "
    assert first == place + "{descripton} is no place of a prompt; did you mean {description}? ({{descripton}} is text)"
    assert second == place + f"{{x}} is no place of a prompt; there are {', '.join(PLACES)} ({{{{x}}}} is text)"


def test_an_empty_template_is_none() -> None:
    assert problems(" \n") == ("prompts/feature.md: the template is empty; write one, or take it out of [prompts]",)


def test_the_built_in_one_has_every_part_once() -> None:
    vet(BUILT_IN, "built in")
    text = fill(BUILT_IN, PARTS)
    assert all(text.count(f"<{name}>") == 1 for name in ALWAYS)


def test_an_empty_part_leaves_no_hole_and_texts_keep_theirs() -> None:
    parts = {**PARTS, "findings": "", "description": "a\n\n\nb {title}", **dict.fromkeys(ALWAYS, "")}
    assert fill("{heading}\n\n{findings}\n\n{description}\n\nThe end: {findings}.", parts) == (
        "<heading>\n\na\n\n\nb {title}\n\nThe end: .\n"
    )


def test_what_a_template_leaves_out_and_must_be_told_stands_at_its_end() -> None:
    assert fill("{title}\n{findings}", PARTS) == (
        "<title>\n<findings>\n\n<conflicts>\n\n<notes>\n\n<answers>\n\n<limits>\n\n<finish>\n"
    )


def test_doubled_braces_are_text() -> None:
    parts = {**PARTS, **dict.fromkeys(ALWAYS, "")}
    assert fill('Use {{title}} and {"a": 1} for {title}', parts) == 'Use {title} and {"a": 1} for <title>\n'
