-- The door: what was known at as_of, each result once, in result units. `row` runs on from file to file.
CREATE OR REPLACE TEMP VIEW known AS
SELECT
    file_row_number + getvariable('first_rows')[file_index::BIGINT + 1] AS "row",
    subject_id, "time", TRY_CAST(code AS code) AS code, numeric_value, unit, status, recorded_time, source_id
FROM read_parquet(getvariable('files'), file_row_number = true)
WHERE "time" <= getvariable('as_of') AND coalesce(recorded_time, "time") <= getvariable('as_of');

-- Few rows share whose, when and what: only among them versions and copies are looked for.
CREATE OR REPLACE TEMP TABLE met_twice AS
SELECT subject_id, "time", code FROM known GROUP BY ALL HAVING count(*) > 1;

-- Of the versions of one result that one stands which was recorded last, of equal rows without source_id the first.
CREATE OR REPLACE TEMP TABLE superseded AS
SELECT "row" FROM known SEMI JOIN met_twice USING (subject_id, "time", code)
QUALIFY row_number() OVER (
    PARTITION BY subject_id, "time", code, source_id,
        CASE WHEN source_id IS NULL THEN (numeric_value, unit, status, recorded_time) END
    ORDER BY recorded_time DESC NULLS LAST, status = 'corrected' DESC NULLS LAST, in_result_units(numeric_value, unit),
        "row") > 1;

CREATE OR REPLACE TEMP VIEW standing AS
SELECT "row", subject_id, "time", code, in_result_units(numeric_value, unit) AS value
FROM known ANTI JOIN superseded USING ("row");

-- A count without a unit is not used.
CREATE OR REPLACE TEMP VIEW measured AS
SELECT "row", subject_id, "time", analyte, value FROM standing JOIN limits USING (code) WHERE value IS NOT NULL;

CREATE OR REPLACE TEMP VIEW counts AS
SELECT "row", subject_id, "time", value FROM standing WHERE code = 'LOINC//751-8' AND value IS NOT NULL;

CREATE OR REPLACE TEMP TABLE doses AS
SELECT
    subject_id, "time", "time"::DATE AS day, value AS amount_mg,
    CASE code WHEN 'ATC//L04AG06' THEN 'alemtuzumab' WHEN 'ATC//H02AB06' THEN 'corticosteroid:prednisolone'
         ELSE 'g_csf:filgrastim' END AS given
FROM standing WHERE code IN ('ATC//L04AG06', 'ATC//H02AB06', 'ATC//L03AA02');
