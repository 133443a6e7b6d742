-- The first test of each slot's days, and whether one belongs to it.
-- Up to and with the day on which the next course starts.
CREATE OR REPLACE TEMP VIEW tested AS
SELECT /*+ BROADCAST(days) */
    counts.subject_id, course, due_day, min(time) FILTER (WHERE does) AS done_time, bool_or(is_near) AS is_near,
    false AS half_does, false AS half_near
FROM counts
JOIN each_course ON counts.subject_id = each_course.subject_id
    AND datediff(time, start) >= -30 AND datediff(time, start) <= reach
JOIN days ON days.first_course = each_course.first_course AND days.day = datediff(time, start)
GROUP BY counts.subject_id, course, due_day;
