-- A dose more than 30 days after the one before opens a course. `next_start` is that of the subject's next one.
CREATE OR REPLACE TEMP TABLE all_courses AS
WITH marked AS (
    SELECT *, coalesce(day - lag(day) OVER of_subject > 30, true) AS opens
    FROM doses WHERE given = 'alemtuzumab'
    WINDOW of_subject AS (PARTITION BY subject_id ORDER BY "time")
), numbered AS (
    SELECT *, sum(opens::INT) OVER (PARTITION BY subject_id ORDER BY "time")::INT AS course FROM marked
), found AS (
    SELECT
        subject_id, 'alemtuzumab' AS drug, course, min("time") AS start_time, max("time") AS last_dose_time,
        count(*) AS doses, CASE WHEN count(*) = count(amount_mg) THEN sum(amount_mg) END AS total_dose_mg
    FROM numbered GROUP BY subject_id, course
)
SELECT *, lead(start_time) OVER (PARTITION BY subject_id ORDER BY start_time) AS next_start
FROM found ORDER BY subject_id, course;

CREATE OR REPLACE TEMP VIEW courses AS
SELECT * EXCLUDE (next_start) FROM all_courses ORDER BY subject_id, course;
