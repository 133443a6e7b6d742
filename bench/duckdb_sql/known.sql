-- What was known at as_of, in result units. `row` runs on from file to file.
CREATE OR REPLACE TEMP VIEW counts AS
SELECT
    file_row_number + getvariable('first_rows')[file_index::BIGINT + 1] AS "row",
    subject_id, "time", in_result_units(numeric_value, unit) AS value
FROM read_parquet(getvariable('files'), file_row_number = true)
WHERE code = 'LOINC//751-8' AND "time" <= getvariable('as_of');

CREATE OR REPLACE TEMP TABLE doses AS
SELECT
    subject_id, "time", "time"::DATE AS day, in_result_units(numeric_value, unit) AS amount_mg,
    CASE code WHEN 'ATC//L04AG06' THEN 'alemtuzumab' WHEN 'ATC//H02AB06' THEN 'corticosteroid:prednisolone'
         ELSE 'g_csf:filgrastim' END AS given
FROM read_parquet(getvariable('files'))
WHERE code IN ('ATC//L04AG06', 'ATC//H02AB06', 'ATC//L03AA02') AND "time" <= getvariable('as_of');
