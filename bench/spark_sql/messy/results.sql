-- Every result with the course in force, its day and its grades by the term of its analyte.
CREATE OR REPLACE TEMP VIEW results AS
WITH in_force AS (
    SELECT measured.*, coalesce(course, 0) AS course, start_time
    FROM measured LEFT JOIN all_courses
        ON measured.subject_id = all_courses.subject_id AND measured.time >= all_courses.start_time
        AND (measured.time < all_courses.next_start OR all_courses.next_start IS NULL)
), graded AS (
    SELECT /*+ BROADCAST(limits) */
        in_force.*, unit, reason_v6,
        CAST(CASE WHEN value < v5_4 THEN 4 WHEN value < v5_3 THEN 3 WHEN value < v5_2 THEN 2 END AS TINYINT) AS grade_v5,
        CAST(CASE WHEN value < v6_4 THEN 4 WHEN value < v6_3 THEN 3 WHEN value < v6_2 THEN 2 WHEN value < v6_1 THEN 1
                  ELSE least_v6 END AS TINYINT) AS grade_v6,
        CAST(CASE WHEN value > high_3 THEN 3 WHEN value > high_2 THEN 2 WHEN high_3 IS NOT NULL THEN 0 END AS TINYINT)
            AS high_grade
    FROM in_force JOIN limits USING (analyte)
)
SELECT
    row, subject_id, time, datediff(time, start_time) AS day, course, analyte, value, unit,
    CAST(NULL AS STRING) AS comparator, CAST(NULL AS DOUBLE) AS lln, CAST(NULL AS DOUBLE) AS uln,
    CAST(NULL AS STRING) AS lln_source, 'measured' AS origin, grade_v5,
    CASE WHEN grade_v5 IS NULL THEN 'no_lln' END AS reason_v5, grade_v6,
    CASE WHEN grade_v6 IS NULL THEN reason_v6 END AS reason_v6, high_grade
FROM graded
ORDER BY subject_id, time, analyte, value DESC;
