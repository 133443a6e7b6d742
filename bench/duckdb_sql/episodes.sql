-- Gaps and islands: counts to runs of lows and highs, runs to episodes, treatments last.
-- Only people with a low count are looked at.
CREATE OR REPLACE TEMP TABLE runs AS
WITH marked AS (
    SELECT
        subject_id, course, "time", value, value < 1.5 AS low,
        "time"::DATE - lag("time"::DATE) OVER of_course AS gap,
        lag(value < 1.5) OVER of_course IS DISTINCT FROM (value < 1.5) AS changes
    FROM in_force
    WHERE subject_id IN (SELECT subject_id FROM counts WHERE value < 1.5)
    WINDOW of_course AS (PARTITION BY subject_id, course ORDER BY "time", value DESC)
), numbered AS (
    SELECT *, sum(changes::INT) OVER (
        PARTITION BY subject_id, course ORDER BY "time", value DESC ROWS UNBOUNDED PRECEDING) AS run
    FROM marked
), folded AS (
    SELECT
        subject_id, course, run, any_value(low) AS low, count(*) AS n, min("time") AS first_time,
        max("time") AS last_time, min({value: value, "time": "time"}) AS nadir,
        max(gap) FILTER (changes) AS gap_in, max(gap) FILTER (NOT changes) AS gap_inside
    FROM numbered GROUP BY subject_id, course, run
)
SELECT *, NOT low AND n >= 2 AND last_time::DATE - first_time::DATE >= 7 AS holds FROM folded;

CREATE OR REPLACE TEMP TABLE bare_episodes AS
WITH opened AS (
    SELECT
        *,
        -- A low run goes on with the episode if only a high run too short to end it lies before it.
        low AND (run <= 2 OR lag(holds) OVER of_course) AS opens,
        max(CASE WHEN NOT low THEN last_time END) OVER (
            PARTITION BY subject_id ORDER BY first_time ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS last_high
    FROM runs WINDOW of_course AS (PARTITION BY subject_id, course ORDER BY run)
), numbered AS (
    SELECT
        * REPLACE (CASE WHEN NOT opens THEN gap_in END AS gap_in),
        sum(opens::INT) OVER of_course AS of_episode,
        coalesce(lead(opens) OVER of_course, true) AS closes
    FROM opened WINDOW of_course AS (PARTITION BY subject_id, course ORDER BY run)
), folded AS (
    SELECT
        subject_id, course, arg_min_null(last_high, run) AS onset_after_time, min(first_time) AS onset_by_time,
        min(nadir) AS nadir, sum(n) FILTER (low)::BIGINT AS results,
        max(last_time) FILTER (low) AS recovered_after_time, max(first_time) AS last_run_time,
        bool_or(closes AND low) AS ends_low, bool_or(holds) AS holds,
        max(greatest(gap_in, gap_inside)) AS longest_gap,
        max(greatest(gap_in, CASE WHEN low OR NOT closes THEN gap_inside END)) AS longest_gap_to_recovery
    FROM numbered WHERE of_episode > 0 GROUP BY subject_id, course, of_episode
), with_status AS (
    SELECT
        folded.*, mine.start_time::DATE AS start, following.start_time::DATE AS next_start,
        CASE WHEN holds THEN 'recovered' WHEN following.start_time IS NOT NULL THEN 'carried_over'
             WHEN ends_low THEN 'ongoing' ELSE 'recovering' END AS status
    FROM folded
    LEFT JOIN all_courses AS mine ON folded.subject_id = mine.subject_id AND folded.course = mine.course
    LEFT JOIN all_courses AS following
        ON folded.subject_id = following.subject_id AND folded.course + 1 = following.course
)
SELECT
    *, row_number() OVER (PARTITION BY subject_id ORDER BY onset_by_time) AS episode,
    CASE WHEN status IN ('recovered', 'recovering') THEN last_run_time END AS recovered_by_time
FROM with_status;

-- A corticosteroid on a day of a dose of the drug is premedication, never a treatment.
CREATE OR REPLACE TEMP TABLE treated AS
WITH given AS (
    SELECT subject_id, episode, given, min("time") AS first_time
    FROM doses JOIN bare_episodes USING (subject_id)
    WHERE given <> 'alemtuzumab'
      AND day BETWEEN onset_by_time::DATE AND coalesce(recovered_by_time::DATE, next_start, getvariable('as_of')::DATE)
      AND NOT (given LIKE 'corticosteroid:%' AND (subject_id, day) IN (
          SELECT (subject_id, day) FROM doses WHERE given = 'alemtuzumab'))
    GROUP BY subject_id, episode, given
)
SELECT subject_id, episode, string_agg(given, ';' ORDER BY first_time, given) AS treatments,
       min(first_time)::DATE AS treated_on
FROM given GROUP BY subject_id, episode;

CREATE OR REPLACE TEMP VIEW episodes AS
SELECT
    subject_id, episode, course, onset_after_time, onset_by_time, onset_after_time::DATE - start AS onset_after_day,
    onset_by_time::DATE - start AS onset_by_day, nadir.value AS nadir, NULL::VARCHAR AS nadir_comparator,
    nadir."time" AS nadir_time, nadir."time"::DATE - start AS nadir_day,
    (CASE WHEN nadir.value >= 1.0 THEN 2 WHEN nadir.value >= 0.5 THEN 3 ELSE 4 END)::TINYINT AS worst_grade_v5,
    (CASE WHEN nadir.value >= 1.0 THEN 1 WHEN nadir.value >= 0.5 THEN 2 WHEN nadir.value >= 0.1 THEN 3
          ELSE 4 END)::TINYINT AS worst_grade_v6,
    results, 0 AS derived_results, recovered_after_time, recovered_by_time,
    recovered_by_time::DATE - start AS recovered_by_day,
    recovered_by_time::DATE - onset_by_time::DATE AS observed_days,
    recovered_after_time::DATE - onset_by_time::DATE AS least_days,
    recovered_by_time::DATE - onset_after_time::DATE AS most_days,
    CASE WHEN status = 'carried_over' THEN longest_gap ELSE longest_gap_to_recovery END AS longest_gap_days,
    status, treatments, treated_on - start AS treatment_start_day,
    recovered_by_time::DATE - treated_on AS days_to_recovery_after_treatment
FROM bare_episodes LEFT JOIN treated USING (subject_id, episode)
ORDER BY subject_id, episode;
