"""Write imagined patients as MEDS, one file or shards: clean, sorted by subject, time and dose-before-count."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

DAY = 24 * 60  # everything below is in whole minutes
FIRST_START = int(np.datetime64("2017-01-01", "m").astype(np.int64)) + 9 * 60
CODES = ["LOINC//751-8", "ATC//L04AG06", "ATC//H02AB06", "ATC//L03AA02"]
UNITS = ["10*9/L", "/uL", "mg", "ug"]
ANC, ALEMTUZUMAB, PREDNISOLONE, FILGRASTIM = range(4)
GIGA_PER_L, PER_UL, MG, UG = range(4)
SCHEMA = pa.schema(
    [
        ("subject_id", pa.int64()),
        ("time", pa.timestamp("us")),
        ("code", pa.dictionary(pa.int32(), pa.string())),
        ("numeric_value", pa.float32()),
        ("text_value", pa.large_string()),
        ("unit", pa.dictionary(pa.int32(), pa.string())),
    ]
)


def write_events(
    path: str | Path, subjects: int, counts_per_subject: int = 60, seed: int = 0, chunk: int = 100_000
) -> int:
    """Write `subjects` patients to one Parquet file and return the number of rows.

    About 60 ANC a subject over 2.5 years, one or two courses of alemtuzumab (12 mg x 5, x 3 a year later),
    falls of the ANC in about one in ten, some of them treated. The same arguments give the same file.
    Identifiers are larger than 1e13, as hashes of identifiers are.
    """
    rows = 0
    with pq.ParquetWriter(path, SCHEMA, compression="zstd") as writer:
        for table in draw_events(subjects, counts_per_subject, seed, chunk):
            writer.write_table(table, row_group_size=1_000_000)
            rows += table.num_rows
    return rows


def write_shards(
    folder: str | Path, subjects: int, counts_per_subject: int = 60, seed: int = 0, shard: int = 20_000
) -> int:
    """The same as a folder of files of `shard` subjects each, in the order of subjects; only one is ever in memory."""
    Path(folder).mkdir(parents=True, exist_ok=True)
    rows = 0
    for number, table in enumerate(draw_events(subjects, counts_per_subject, seed, shard)):
        pq.write_table(table, Path(folder) / f"{number:05}.parquet", compression="zstd", row_group_size=1_000_000)
        rows += table.num_rows
    return rows


def draw_events(subjects: int, counts_per_subject: int, seed: int, chunk: int) -> Iterator[pa.Table]:
    """Tables of `chunk` patients each; every patient is in one of them only."""
    rng = np.random.default_rng(seed)
    first_id = 10_000_000_000_001
    for begin in range(0, subjects, chunk):
        ids = first_id + np.cumsum(rng.integers(1, 1_000, min(chunk, subjects - begin)))
        first_id = int(ids[-1])
        yield _events(rng, ids, counts_per_subject)


def _events(rng: np.random.Generator, ids: np.ndarray, counts_per_subject: int) -> pa.Table:
    """One chunk of patients as a sorted MEDS table."""
    n = len(ids)
    start = FIRST_START + rng.integers(0, 365, n) * DAY
    second = np.where(rng.random(n) < 0.85, start + rng.integers(360, 430, n) * DAY, 0)
    falls = _draw_falls(rng, start, second)
    parts = [_counts(rng, start, second, falls, counts_per_subject), *_courses(rng, start, second)]
    parts += _treatments(rng, falls)
    who, when, code, value, unit = (np.concatenate(column) for column in zip(*parts, strict=True))
    key = (who << 26 | when) << 1 | (code == ANC)  # minutes need 25 bits until 2033
    order = np.argsort(key, kind="stable")
    # One count a minute and subject: with two, every rival would have to sort its millions again for the sake of them.
    again = (np.diff(key[order], prepend=-1) == 0) & (code[order] == ANC)
    order = order[~again]
    who, when, code, value, unit = (column[order] for column in (who, when, code, value, unit))
    columns = [
        pa.array(ids[who]),
        pa.array((when * 60_000_000).view("datetime64[us]")),
        pa.DictionaryArray.from_arrays(pa.array(code, pa.int32()), CODES),
        pa.array(value.astype(np.float32)),
        pa.nulls(len(who), pa.large_string()),
        pa.DictionaryArray.from_arrays(pa.array(unit, pa.int32()), UNITS),
    ]
    return pa.Table.from_arrays(columns, schema=SCHEMA)


def _draw_falls(rng, start, second):
    """Falls of the ANC in one subject of eight: who, first and last minute, and the share that is left.

    Most come weeks after a course; others before it, across the second one, or at the end of follow-up, so
    that episodes of course 0 and every status of an episode occur.
    """
    who = np.flatnonzero(rng.random(len(start)) < 0.12)
    after = start[who] + rng.integers(20, 90, len(who)) * DAY
    before = start[who] - rng.integers(5, 60, len(who)) * DAY
    late = start[who] + rng.integers(650, 780, len(who)) * DAY
    across = np.where(second[who] > 0, second[who] - rng.integers(5, 40, len(who)) * DAY, late)
    begins = np.choose(rng.choice(4, len(who), p=[0.5, 0.12, 0.18, 0.2]), [after, before, across, late])
    ends = begins + rng.integers(8, 70, len(who)) * DAY
    return who, begins, ends, rng.uniform(0.02, 0.5, len(who))


def _counts(rng, start, second, falls, counts_per_subject):
    """ANC rows: lognormal about 3.5 with a within-person CV of 0.26, multiplied down while a fall lasts."""
    n = len(start)
    gaps = rng.gamma(2.0, 920 / counts_per_subject / 2, (n, counts_per_subject)) * DAY + 6 * 60
    when = (start - 120 * DAY)[:, None] + np.cumsum(gaps, axis=1).astype(np.int64)
    left_early = np.where(rng.random(n) < 0.1, start + rng.integers(30, 700, n) * DAY, np.iinfo(np.int64).max)
    kept = (when < left_early[:, None]) & (rng.random(when.shape) < 0.97)
    own = rng.normal(np.log(3.6), 0.12, n)
    value = np.exp(own[:, None] + rng.normal(0, 0.256, when.shape))
    who, begins, ends, left = falls
    falling = (when[who] >= begins[:, None]) & (when[who] <= ends[:, None])
    value[who] *= np.where(falling, left[:, None], 1.0)
    who, when, value = np.broadcast_to(np.arange(n)[:, None], when.shape)[kept], when[kept], value[kept]
    # Some counts are drawn in the very minute of a course's first dose: the dose comes first.
    same = [np.flatnonzero(rng.random(n) < 0.03), np.flatnonzero((rng.random(n) < 0.03) & (second > 0))]
    who = np.concatenate([who, *same])
    when = np.concatenate([when, start[same[0]], second[same[1]]])
    value = np.concatenate([value, np.exp(rng.normal(np.log(3.0), 0.5, len(who) - len(value)))])
    hundredths = np.rint(value * 100)
    per_ul = rng.random(len(who)) < 0.15
    value = np.where(per_ul, hundredths * 10, hundredths / 100)
    return who, when, np.full(len(who), ANC), value, np.where(per_ul, PER_UL, GIGA_PER_L)


def _courses(rng, start, second):
    """Alemtuzumab 12 mg on 5 days and, a year later, on 3; prednisolone before some first three."""
    for begins, days in ((start, 5), (second, 3)):
        who = np.repeat(np.flatnonzero(begins > 0), days)
        when = begins[who] + np.tile(np.arange(days), len(who) // days) * DAY
        yield who, when, np.full(len(who), ALEMTUZUMAB), np.full(len(who), 12.0), np.full(len(who), MG)
        who = np.repeat(np.flatnonzero((begins > 0) & (rng.random(len(begins)) < 0.3)), 3)
        when = begins[who] + np.tile(np.arange(3), len(who) // 3) * DAY - 60
        yield who, when, np.full(len(who), PREDNISOLONE), np.full(len(who), 50.0), np.full(len(who), MG)


def _treatments(rng, falls):
    """Prednisolone (25 mg x 3, 12.5 mg x 3) in 4 falls of 10, filgrastim (300 ug x 3) in 3 of 10."""
    who, begins, ends, _ = falls
    given_at = begins + ((ends - begins) * rng.uniform(0.2, 1.1, len(who)) // DAY).astype(np.int64) * DAY
    for code, share, doses, unit in (
        (PREDNISOLONE, 0.4, [25, 25, 25, 12.5, 12.5, 12.5], MG),
        (FILGRASTIM, 0.3, [300, 300, 300], UG),
    ):
        treated = np.flatnonzero(rng.random(len(who)) < share)
        at = given_at[treated] + rng.integers(-1, 4, len(treated)) * DAY
        when = (at[:, None] + np.arange(len(doses)) * DAY).ravel()
        value = np.tile(np.array(doses, float), len(treated))
        patient = np.repeat(who[treated], len(doses))
        yield patient, when, np.full(len(when), code), value, np.full(len(when), unit)
