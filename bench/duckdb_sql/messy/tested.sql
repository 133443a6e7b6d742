-- The first test of each slot's days, and whether one belongs to it; white cells alone are half a blood count.
-- Up to and with the day on which the next course starts.
CREATE OR REPLACE TEMP TABLE tested AS
SELECT
    tests.subject_id, course, due_day, min("time") FILTER (does AND whole) AS done_time,
    bool_or(is_near AND whole) AS is_near, bool_or(does AND NOT whole) AS half_does,
    bool_or(is_near AND NOT whole) AS half_near
FROM (SELECT subject_id, "time", analyte = 'anc' AS whole FROM measured WHERE analyte IN ('anc', 'wbc')) AS tests
JOIN each_course ON tests.subject_id = each_course.subject_id
    AND "time"::DATE - start >= -30 AND "time"::DATE - start <= reach
JOIN days ON days.first_course = each_course.first_course AND days.day = "time"::DATE - start
GROUP BY tests.subject_id, course, due_day;
