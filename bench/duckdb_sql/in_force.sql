-- Every count with the course in force.
-- A person has few courses: a hash join with a condition streams through the counts, an ASOF join would sort them.
CREATE OR REPLACE TEMP VIEW in_force AS
SELECT counts.*, coalesce(course, 0) AS course, start_time
FROM counts LEFT JOIN all_courses
    ON counts.subject_id = all_courses.subject_id AND counts."time" >= all_courses.start_time
    AND counts."time" < coalesce(all_courses.next_start, 'infinity');
