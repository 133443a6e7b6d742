-- Every slot of every course that exists and is not later than the next one of its test; `slots` is the template.
CREATE OR REPLACE TEMP VIEW each_course AS
SELECT
    subject_id, course, course = 1 AS first_course, date(start_time) AS start,
    datediff(TIMESTAMP_NTZ '{as_of}', start_time) AS age,
    coalesce(datediff(next_start, start_time), 1000000) AS reach,
    least(reach - 1, datediff(last_dose_time, start_time) + 1461) AS last_day
FROM all_courses;

-- Days of a course, and the blood count that a test on that day does or belongs to: no day has two.
CREATE OR REPLACE TEMP VIEW days AS
SELECT first_course, due_day, day, day BETWEEN done_from AND done_to AS does, day BETWEEN off_from AND off_to AS is_near
FROM slots LATERAL VIEW explode(sequence(least(done_from, off_from), greatest(done_to, off_to))) AS day
WHERE test = 'cbc';

-- Up to and with the day on which the next course starts.
CREATE OR REPLACE TEMP VIEW tested AS
SELECT /*+ BROADCAST(days) */
    counts.subject_id, course, due_day, min(time) FILTER (WHERE does) AS done_time, bool_or(is_near) AS is_near
FROM counts
JOIN each_course ON counts.subject_id = each_course.subject_id
    AND datediff(time, start) >= -30 AND datediff(time, start) <= reach
JOIN days ON days.first_course = each_course.first_course AND days.day = datediff(time, start)
GROUP BY counts.subject_id, course, due_day;

CREATE OR REPLACE TEMP VIEW schedule AS
WITH listed AS (
    SELECT /*+ BROADCAST(slots) */
        each_course.subject_id, each_course.course, slots.test, slots.due_day, start, slots.phase, done_time, is_near,
        CASE WHEN age >= over_from OR age > reach THEN 'missed' WHEN age > due_to THEN 'overdue'
             WHEN age >= done_from THEN 'due' ELSE 'upcoming' END AS by_age
    FROM each_course JOIN slots ON slots.first_course = each_course.first_course
    LEFT JOIN tested ON slots.test = 'cbc' AND each_course.subject_id = tested.subject_id
        AND each_course.course = tested.course AND slots.due_day = tested.due_day
    WHERE slots.due_day <= last_day AND listed_from <= age
)
SELECT
    subject_id, course, test, due_day, CAST(date_add(start, due_day) AS TIMESTAMP_NTZ) AS due_time,
    CASE WHEN done_time IS NOT NULL THEN 'done' WHEN is_near AND by_age = 'missed' THEN 'off_time'
         ELSE by_age END AS status,
    done_time, phase
FROM listed
ORDER BY subject_id, course, due_day, test;
