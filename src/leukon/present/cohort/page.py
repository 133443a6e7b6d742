"""The page of a cohort: one HTML file that holds all it needs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from leukon.cohort.estimates import Cohort
from leukon.present.cohort.figures import say_course, say_limit, say_missing, say_number, say_rate, say_share
from leukon.present.cohort.methods import say_methods
from leukon.present.cohort.plot import NARROW, WIDE
from leukon.present.cohort.section import Section
from leukon.present.cohort.sections import make_sections
from leukon.present.pictures import render_picture
from leukon.present.report_pictures import Drawn, put_in_page
from leukon.present.templating import load_style, load_templates
from leukon.present.timeline.marks import Row, Spec
from leukon.present.wording import CAUTION, CAUTION_SHORT


@dataclass(frozen=True)
class Tile:
    """A number to begin with, and what it is."""

    value: str
    label: str
    remark: str = ""


def make_cohort_page(cohort: Cohort, *, hidden_below: int, rounded_to: int, notice: str = "") -> str:
    """The page as HTML that fetches nothing; the same cohort gives the same bytes.

    Parameters
    ----------
    cohort
        Its tables as they may leave the house.
    hidden_below, rounded_to
        How small numbers were treated, to be said; 1: not at all.
    notice
        What a reader must know of these data before all else, such as that they are made up.
    """
    sections = make_sections(cohort)
    said = cohort.provenance
    return load_templates().get_template("cohort.html.j2").render(
        title=cohort.protocol.title,
        as_of=f"As of {said['as_of']}, {_say_small(hidden_below, rounded_to)}",
        tiles=_tiles(cohort),
        sections=_drawn(sections),
        methods=say_methods(cohort, hidden_below=hidden_below, rounded_to=rounded_to),
        basis=_basis(said),
        css=load_style(),
        caution=CAUTION,
        caution_short=CAUTION_SHORT,
        notice=notice,
    )  # fmt: skip


def _say_small(hidden_below: int, rounded_to: int) -> str:
    if hidden_below == rounded_to == 1:
        return "small numbers shown: not for sharing"
    return f"numbers below {hidden_below} hidden, others rounded to multiples of {rounded_to}"


def _tiles(cohort: Cohort) -> list[Tile]:
    """The first course of each drug at a glance."""
    rows = {name: cohort.tables[name].to_pylist() for name in ("incidence", "watch")}
    main = f"<{cohort.protocol.episode.below:g}"
    return [
        tile
        for drug in sorted({row["drug"] for row in rows["incidence"]})
        for tile in _tiles_of(rows["incidence"], rows["watch"], drug, main)
    ]


def _tiles_of(incidence: Sequence[Row], watch: Sequence[Row], drug: str, main: str) -> list[Tile]:
    def find(rows: Sequence[Row], **keys: object) -> Row | None:
        return next((row for row in rows if all(row[name] == value for name, value in keys.items())), None)

    tiles = []
    first = {"drug": drug, "course": 1}
    if of_course := find(watch, **first, window="course"):
        whose, never = f"persons with {say_course(1)} of {drug}", say_number(of_course["never_tested"])
        tiles.append(Tile(say_number(of_course["persons"]), whose, f"{never} never tested"))
    year_1 = [find(incidence, **first, window="year_1", limit=limit) for limit in (main, "<=0.5")]
    tiles += [_tile_of_year(row) for row in year_1 if row]
    if year := find(watch, **first, window="months_3"):
        tests, unseen = year["tests_per_30_days"], year["unseen_share"]
        tiles.append(
            Tile(
                say_missing(year) if tests is None else f"{tests:.1f} in 30 days",
                "tests in the first 3 months",
                "" if unseen is None else f"a 5-day episode could go unseen in {100 * unseen:.0f} % of the time",
            )
        )
    return tiles


def _tile_of_year(row: Row) -> Tile:
    of = f"{say_number(row['with_event'])} of {say_number(row['persons'])} at risk"
    rest = f"{of}; events per 100 person-years {say_rate(row)}"
    return Tile(say_share(row), f"with {say_limit(row['limit'])} in year 1", rest)


def _drawn(sections: Sequence[Section]) -> list[Mapping[str, object]]:
    number = 0
    found: list[Mapping[str, object]] = []
    for section in sections:
        pictures = []
        for draw in section.pictures:
            number += 1
            wide, narrow = draw(WIDE), draw(NARROW)
            drawn = Drawn(str(wide["description"]), _to_svg(wide), _to_svg(narrow))
            pictures.append(put_in_page(drawn, number))
        found.append({**vars(section), "pictures": pictures})
    return found


def _to_svg(spec: Spec) -> Markup:
    return Markup(render_picture(spec, ".svg").decode())  # noqa: S704 Vega has escaped all texts


def _basis(said: Mapping[str, str]) -> list[tuple[str, str]]:
    names = {
        "leukon": "Version of leukon", "protocol": "Protocol", "protocol_hash": "Its hash", "schedule": "Schedule",
        "as_of": "As of", "grading": "Grades",
    }  # fmt: skip
    return [(name, said[key]) for key, name in names.items() if key in said]
