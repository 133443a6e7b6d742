-- The first test of each slot's days, and whether one belongs to it.
-- Up to and with the day on which the next course starts.
CREATE OR REPLACE TEMP TABLE tested AS
SELECT counts.subject_id, course, due_day, min("time") FILTER (does) AS done_time, bool_or(is_near) AS is_near,
    false AS half_does, false AS half_near
FROM counts
JOIN each_course ON counts.subject_id = each_course.subject_id
    AND "time"::DATE - start >= -30 AND "time"::DATE - start <= reach
JOIN days ON days.first_course = each_course.first_course AND days.day = "time"::DATE - start
GROUP BY counts.subject_id, course, due_day;
