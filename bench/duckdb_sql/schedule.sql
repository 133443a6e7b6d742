-- Every slot of every course that exists and is not later than the next one of its test; `slots` is the template.
CREATE OR REPLACE TEMP VIEW each_course AS
SELECT
    subject_id, course, course = 1 AS first_course, start_time::DATE AS start,
    getvariable('as_of')::DATE - start_time::DATE AS age,
    coalesce(next_start::DATE - start_time::DATE, 1000000) AS reach,
    least(reach - 1, last_dose_time::DATE - start_time::DATE + 1461) AS last_day
FROM all_courses;

-- Days of a course, and the blood count that a test on that day does or belongs to: no day has two.
CREATE OR REPLACE TEMP TABLE days AS
SELECT first_course, due_day, day, day BETWEEN done_from AND done_to AS does, day BETWEEN off_from AND off_to AS is_near
FROM slots, unnest(range(least(done_from, off_from), greatest(done_to, off_to) + 1)) AS of_slot(day)
WHERE test = 'cbc';

-- Up to and with the day on which the next course starts.
CREATE OR REPLACE TEMP TABLE tested AS
SELECT counts.subject_id, course, due_day, min("time") FILTER (does) AS done_time, bool_or(is_near) AS is_near
FROM counts
JOIN each_course ON counts.subject_id = each_course.subject_id
    AND "time"::DATE - start >= -30 AND "time"::DATE - start <= reach
JOIN days ON days.first_course = each_course.first_course AND days.day = "time"::DATE - start
GROUP BY counts.subject_id, course, due_day;

CREATE OR REPLACE TEMP VIEW schedule AS
WITH listed AS (
    SELECT
        each_course.subject_id, each_course.course, slots.test, slots.due_day, start, slots.phase, done_time, is_near,
        CASE WHEN age >= over_from OR age > reach THEN 'missed' WHEN age > due_to THEN 'overdue'
             WHEN age >= done_from THEN 'due' ELSE 'upcoming' END::status AS by_age
    FROM each_course JOIN slots USING (first_course)
    LEFT JOIN tested ON slots.test = 'cbc' AND each_course.subject_id = tested.subject_id
        AND each_course.course = tested.course AND slots.due_day = tested.due_day
    WHERE slots.due_day <= last_day AND listed_from <= age
)
SELECT
    subject_id, course, test, due_day, (start + due_day)::TIMESTAMP AS due_time,
    CASE WHEN done_time IS NOT NULL THEN 'done' WHEN is_near AND by_age = 'missed' THEN 'off_time'
         ELSE by_age END::status AS status,
    done_time, phase
FROM (FROM listed ORDER BY subject_id, course, due_day, test);
