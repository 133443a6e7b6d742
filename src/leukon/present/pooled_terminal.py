"""Pooled evidence on the terminal: rows first, then what they say together, then each left out."""

from rich.console import Console
from rich.text import Text

from leukon.present.pooled import Answer
from leukon.present.pooling_words import say_pooling, say_study, say_without
from leukon.present.wording import CAUTION


def print_pooled(answer: Answer, console: Console) -> None:
    """The rows of a question, the pooled estimates or why there is none, and the estimates without each study."""
    console.print(Text(answer.title, "bold"))
    console.print(Text(CAUTION, "dim"))
    for study in answer.studies:
        console.print()
        _print(say_study(study), console, "bold" if study.role == "own" else "")
    console.print()
    _print(say_pooling(answer.studies, answer.pooling), console, "")
    if answer.pooling.without:
        console.print()
        _print(say_without(answer.studies, answer.pooling), console, "dim")


def _print(lines: list[str], console: Console, style: str) -> None:
    for said in lines:
        console.print(Text(said, style))
