-- Every count with its day and its grades; there is no LLN and no comparator in this input.
CREATE OR REPLACE TEMP VIEW results AS
SELECT
    "row", subject_id, "time", "time"::DATE - start_time::DATE AS day, course, 'anc'::word AS analyte, value,
    '10^9/L'::word AS unit, NULL::VARCHAR AS comparator, NULL::DOUBLE AS lln, NULL::DOUBLE AS uln,
    NULL::VARCHAR AS lln_source, 'measured'::word AS origin,
    (CASE WHEN value >= 1.5 THEN NULL WHEN value >= 1.0 THEN 2 WHEN value >= 0.5 THEN 3 ELSE 4 END)::TINYINT AS grade_v5,
    CASE WHEN value >= 1.5 THEN 'no_lln'::word END AS reason_v5,
    (CASE WHEN value >= 1.5 THEN 0 WHEN value >= 1.0 THEN 1 WHEN value >= 0.5 THEN 2 WHEN value >= 0.1 THEN 3
          ELSE 4 END)::TINYINT AS grade_v6,
    NULL::VARCHAR AS reason_v6, NULL::TINYINT AS high_grade
-- Sorted while it is narrow.
FROM (FROM in_force ORDER BY subject_id, "time", value DESC);
