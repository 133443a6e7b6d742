-- Courses with what the schedule asks of them, and the days on which a blood count does a slot or belongs to it.
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
