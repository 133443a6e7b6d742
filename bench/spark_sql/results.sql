-- Every count with its day and its grades; there is no LLN and no comparator in this input.
CREATE OR REPLACE TEMP VIEW results AS
SELECT
    row, subject_id, time, datediff(time, start_time) AS day, course, 'anc' AS analyte, value, '10^9/L' AS unit,
    CAST(NULL AS STRING) AS comparator, CAST(NULL AS DOUBLE) AS lln, CAST(NULL AS DOUBLE) AS uln,
    CAST(NULL AS STRING) AS lln_source, 'measured' AS origin,
    CAST(CASE WHEN value >= 1.5D THEN NULL WHEN value >= 1.0D THEN 2 WHEN value >= 0.5D THEN 3 ELSE 4 END AS TINYINT)
        AS grade_v5,
    CASE WHEN value >= 1.5D THEN 'no_lln' END AS reason_v5,
    CAST(CASE WHEN value >= 1.5D THEN 0 WHEN value >= 1.0D THEN 1 WHEN value >= 0.5D THEN 2 WHEN value >= 0.1D THEN 3
              ELSE 4 END AS TINYINT) AS grade_v6,
    CAST(NULL AS STRING) AS reason_v6, CAST(NULL AS TINYINT) AS high_grade
FROM in_force
ORDER BY subject_id, time, value DESC;
