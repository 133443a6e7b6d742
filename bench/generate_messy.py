"""The same imagined patients as laboratories send them: five analytes, mixed units, rows sent twice, late, corrected.

One folder of files, sorted by subject and time.
"""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from bench.generate import ANC, CODES, PER_UL, SCHEMA, UNITS, draw_events

ANALYTES = ("anc", "wbc", "lymphocytes", "hemoglobin", "platelets")
ALL_CODES = [*CODES, "LOINC//6690-2", "LOINC//731-0", "LOINC//718-7", "LOINC//777-3"]
ALL_UNITS = [*UNITS, "g/dL", "g/L", "10*3/uL"]
G_PER_DL, G_PER_L, PER_NL = (ALL_UNITS.index(unit) for unit in ("g/dL", "g/L", "10*3/uL"))
DAY_US = 86_400_000_000
TWICE, CORRECTED, LATE, NO_UNIT, NO_DIFFERENTIAL = 0.01, 0.005, 0.05, 0.001, 0.05
DIFFERENTIAL = [ANALYTES.index(name) for name in ("anc", "lymphocytes")]
STATUSES = ["final", "corrected"]
MESSY = SCHEMA.append(pa.field("status", pa.dictionary(pa.int32(), pa.string())))
MESSY = MESSY.append(pa.field("recorded_time", pa.timestamp("us"))).append(pa.field("source_id", pa.large_string()))


def write_messy(folder: str | Path, subjects: int, analytes: int = 5, seed: int = 0, shard: int = 20_000) -> int:
    """Write files of `shard` patients each and return the number of rows.

    Every count of `generate` becomes one of each of the first `analytes`; with more than one, 1 draw in 20 comes
    without its differential (no ANC, no lymphocytes). Of the rows 1 in 100 is sent twice, 1 in 200 is corrected later,
    1 in 20 is recorded up to 60 days late (so that at `as_of` some are not yet known), and 1 in 1,000 has no unit.
    """
    Path(folder).mkdir(parents=True, exist_ok=True)
    rng, rows = np.random.default_rng([seed, analytes]), 0
    for number, clean in enumerate(draw_events(subjects, 60, seed, shard)):
        table = _messed_up(rng, clean, analytes)
        pq.write_table(table, Path(folder) / f"{number:05}.parquet", compression="zstd", row_group_size=1_000_000)
        rows += table.num_rows
    return rows


def _messed_up(rng: np.random.Generator, clean: pa.Table, analytes: int) -> pa.Table:
    code, unit = (clean[name].combine_chunks().indices.to_numpy() for name in ("code", "unit"))
    value = clean["numeric_value"].to_numpy().astype(np.float64)
    is_count = code == ANC
    anc = np.where(unit == PER_UL, value / 1000, value)
    row = np.repeat(np.arange(len(code)), np.where(is_count, analytes, 1))
    first = np.diff(row, prepend=-1) > 0
    analyte = np.arange(len(row)) - np.maximum.accumulate(np.where(first, np.arange(len(row)), 0))
    if analytes > 1:
        undifferentiated = is_count & (rng.random(len(code)) < NO_DIFFERENTIAL)
        kept = ~(undifferentiated[row] & np.isin(analyte, DIFFERENTIAL))
        row, analyte = row[kept], analyte[kept]
    code, unit, value = code[row], unit[row], value[row]
    for kind, draw in enumerate((_wbc, _lymphocytes, _hemoglobin, _platelets)[: analytes - 1], start=1):
        at = np.flatnonzero(is_count[row] & (analyte == kind))
        value[at], unit[at] = draw(rng, anc[row[at]])
        code[at] = len(CODES) + kind - 1
    return _sent(rng, clean.take(pa.array(row)).select(["subject_id", "time"]), code, value, unit, is_count[row])


def _wbc(rng, anc):
    return _in_units(rng, anc + rng.lognormal(0.6, 0.5, len(anc)), 0.2, PER_UL, 1000)


def _lymphocytes(rng, anc):
    return _in_units(rng, rng.lognormal(-0.2, 0.6, len(anc)), 0.2, PER_UL, 1000)


def _platelets(rng, anc):
    return _in_units(rng, rng.normal(250, 45, len(anc)).clip(5), 0.5, PER_NL, 1)


def _hemoglobin(rng, anc):
    grams, per_dl = rng.normal(137, 11, len(anc)).clip(40), rng.random(len(anc)) < 0.5
    return np.where(per_dl, np.rint(grams) / 10, np.rint(grams)), np.where(per_dl, G_PER_DL, G_PER_L)


def _in_units(rng, value, share, other, factor):
    """Rounded to hundredths, and a share of them in the other unit."""
    hundredths, changed = np.rint(value * 100), rng.random(len(value)) < share
    return np.where(changed, hundredths * factor / 100, hundredths / 100), np.where(changed, other, 0)


def _sent(rng, who_and_when, code, value, unit, is_count):
    """Rows as they arrived: some twice, some corrected, some late, some without a unit."""
    n = len(code)
    corrected = is_count & (rng.random(n) < CORRECTED)
    again = corrected | (is_count & (rng.random(n) < TWICE))
    delay = rng.integers(0, DAY_US, n) + np.where(rng.random(n) < LATE, rng.integers(1, 60, n) * DAY_US, 0)
    no_unit = is_count & (rng.random(n) < NO_UNIT)
    row = np.repeat(np.arange(n), 1 + again)
    is_correction = corrected[row] & (np.diff(row, prepend=-1) == 0)
    value = np.where(is_correction, np.rint(value[row] * 110) / 100, value[row])
    recorded = who_and_when["time"].to_numpy().view(np.int64) + delay
    recorded = recorded[row] + np.where(is_correction, 2 * DAY_US, 0)
    number = pa.array(row, mask=~corrected[row])
    columns = {
        "subject_id": who_and_when["subject_id"].take(pa.array(row)),
        "time": who_and_when["time"].take(pa.array(row)),
        "code": pa.DictionaryArray.from_arrays(pa.array(code[row], pa.int32()), ALL_CODES),
        "numeric_value": pa.array(value.astype(np.float32)),
        "text_value": pa.nulls(len(row), pa.large_string()),
        "unit": pa.DictionaryArray.from_arrays(pa.array(unit[row], pa.int32(), mask=no_unit[row]), ALL_UNITS),
        "status": pa.DictionaryArray.from_arrays(
            pa.array(is_correction.astype(np.int32), mask=~corrected[row]), STATUSES
        ),
        "recorded_time": pa.array(recorded.view("datetime64[us]")),
        "source_id": number.cast(pa.large_string()),
    }
    return pa.table(columns, schema=MESSY)
