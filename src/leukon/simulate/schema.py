"""The tables of a comparison of schedules: column names, Arrow types and meaning."""

import pyarrow as pa

from leukon.events.schema import Column

_NUMBER, _WORDS, _INT = pa.float64(), pa.string(), pa.int64()

SCHEDULES = (
    Column("reading", _WORDS, "how the published durations are read"),
    Column("onset", _WORDS, "how the onset of the index case is read"),
    Column("schedule", _WORDS, "name or words of the schedule"),
    Column("days", _WORDS, "planned days of counting neutrophils, joined by `;`, the baseline aside"),
    Column("tests", _NUMBER, "tests that a patient attends, further tests after low counts included"),
    Column("chance", _NUMBER, "that a test falls into a severe episode: posterior mean"),
    Column("chance_low", _NUMBER, "lower end of its 95 % credible interval"),
    Column("chance_high", _NUMBER, "upper end"),
    Column("median_delay_days", _NUMBER, "onset to first severe count, of those detected; null: none is"),
    Column("days_below", _NUMBER, "mean days below the severe limit before detection, or to its end if undetected"),
    Column("tests_per_found", _NUMBER, "tests in all for each severe episode found: posterior median; inf: none is"),
    Column("tests_per_found_low", _NUMBER, "lower end of its 95 % credible interval"),
    Column("tests_per_found_high", _NUMBER, "upper end"),
    Column(
        "false_alarms_per_found",
        _NUMBER,
        "well people in whom an episode is opened, likewise; null: none was imagined",
    ),
    Column("false_alarms_per_found_low", _NUMBER, "lower end of its 95 % credible interval"),
    Column("false_alarms_per_found_high", _NUMBER, "upper end"),
    Column("imagined_episodes", _INT, "imagined people with a severe episode"),
    Column("reviewed_severe", _INT, "of them, those in whom the review found it"),
    Column("imagined_well", _INT, "imagined people without one"),
    Column("reviewed_opened", _INT, "of them, those in whom the review opened an episode all the same"),
    Column("tests_of_well", _NUMBER, "tests that one of them attends"),
)
FRONT = (
    Column("reading", _WORDS, "how the published durations are read"),
    Column("onset", _WORDS, "how the onset of the index case is read"),
    Column("schedule", _WORDS, "words of the schedule"),
    Column("tests", _NUMBER, "tests that a patient attends"),
    Column("chance", _NUMBER, "that a test falls into a severe episode: posterior mean"),
)
