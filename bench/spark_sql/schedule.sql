-- Every slot of every course that exists and is not later than the next one of its test; `slots` is the template.
CREATE OR REPLACE TEMP VIEW schedule AS
WITH listed AS (
    SELECT /*+ BROADCAST(slots) */
        each_course.subject_id, each_course.course, slots.test, slots.due_day, start, slots.phase, done_time, is_near,
        half_does, half_near,
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
         WHEN half_does OR (half_near AND by_age = 'missed') THEN 'incomplete' ELSE by_age END AS status,
    done_time, phase
FROM listed
ORDER BY subject_id, course, due_day, test;
