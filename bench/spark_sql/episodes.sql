-- Gaps and islands: counts to runs of lows and highs, runs to episodes, treatments last.
-- Only people with a low count are looked at.
CREATE OR REPLACE TEMP VIEW runs AS
WITH marked AS (
    SELECT
        subject_id, course, time, value, value < 1.5D AS low, datediff(time, lag(time) OVER of_course) AS gap,
        NOT (lag(value < 1.5D) OVER of_course <=> (value < 1.5D)) AS changes
    FROM in_force
    LEFT SEMI JOIN (SELECT subject_id FROM counts WHERE value < 1.5D) AS has_low USING (subject_id)
    WINDOW of_course AS (PARTITION BY subject_id, course ORDER BY time, value DESC)
), numbered AS (
    SELECT *, sum(int(changes)) OVER (
        PARTITION BY subject_id, course ORDER BY time, value DESC ROWS UNBOUNDED PRECEDING) AS run
    FROM marked
), folded AS (
    SELECT
        subject_id, course, run, any_value(low) AS low, count(*) AS n, min(time) AS first_time,
        max(time) AS last_time, min(struct(value, time)) AS nadir,
        max(gap) FILTER (WHERE changes) AS gap_in, max(gap) FILTER (WHERE NOT changes) AS gap_inside
    FROM numbered GROUP BY subject_id, course, run
)
SELECT *, NOT low AND n >= 2 AND datediff(last_time, first_time) >= 7 AS holds FROM folded;

CREATE OR REPLACE TEMP VIEW found_episodes AS
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
        subject_id, course, run, low, n, first_time, last_time, nadir, gap_inside, holds, last_high,
        CASE WHEN NOT opens THEN gap_in END AS gap_in,
        sum(int(opens)) OVER of_course AS of_episode,
        coalesce(lead(opens) OVER of_course, true) AS closes
    FROM opened WINDOW of_course AS (PARTITION BY subject_id, course ORDER BY run)
), folded AS (
    SELECT
        subject_id, course, min_by(last_high, run) AS onset_after_time, min(first_time) AS onset_by_time,
        min(nadir) AS nadir, sum(n) FILTER (WHERE low) AS results,
        max(last_time) FILTER (WHERE low) AS recovered_after_time, max(first_time) AS last_run_time,
        bool_or(closes AND low) AS ends_low, bool_or(holds) AS holds,
        max(greatest(gap_in, gap_inside)) AS longest_gap,
        max(greatest(gap_in, CASE WHEN low OR NOT closes THEN gap_inside END)) AS longest_gap_to_recovery
    FROM numbered WHERE of_episode > 0 GROUP BY subject_id, course, of_episode
), with_status AS (
    SELECT
        folded.*, date(mine.start_time) AS start, date(following_course.start_time) AS next_start,
        CASE WHEN holds THEN 'recovered' WHEN following_course.start_time IS NOT NULL THEN 'carried_over'
             WHEN ends_low THEN 'ongoing' ELSE 'recovering' END AS status
    FROM folded
    LEFT JOIN all_courses AS mine ON folded.subject_id = mine.subject_id AND folded.course = mine.course
    LEFT JOIN all_courses AS following_course
        ON folded.subject_id = following_course.subject_id AND folded.course + 1 = following_course.course
)
SELECT
    *, row_number() OVER (PARTITION BY subject_id ORDER BY onset_by_time) AS episode,
    CASE WHEN status IN ('recovered', 'recovering') THEN last_run_time END AS recovered_by_time
FROM with_status;

CACHE TABLE bare_episodes AS SELECT * FROM found_episodes;

-- A corticosteroid on a day of a dose of the drug is premedication, never a treatment.
CREATE OR REPLACE TEMP VIEW treated AS
WITH given AS (
    SELECT subject_id, episode, given, min(time) AS first_time
    FROM doses JOIN bare_episodes USING (subject_id)
    LEFT ANTI JOIN (
        SELECT subject_id, day, 'corticosteroid:prednisolone' AS given FROM doses WHERE given = 'alemtuzumab'
    ) AS prepared USING (subject_id, day, given)
    WHERE given <> 'alemtuzumab'
      AND day BETWEEN date(onset_by_time)
          AND coalesce(date(recovered_by_time), next_start, date(TIMESTAMP_NTZ '{as_of}'))
    GROUP BY subject_id, episode, given
)
SELECT subject_id, episode, listagg(given, ';') WITHIN GROUP (ORDER BY first_time, given) AS treatments,
       date(min(first_time)) AS treated_on
FROM given GROUP BY subject_id, episode;

CREATE OR REPLACE TEMP VIEW episodes AS
SELECT
    subject_id, episode, course, onset_after_time, onset_by_time, datediff(onset_after_time, start) AS onset_after_day,
    datediff(onset_by_time, start) AS onset_by_day, nadir.value AS nadir, CAST(NULL AS STRING) AS nadir_comparator,
    nadir.time AS nadir_time, datediff(nadir.time, start) AS nadir_day,
    CAST(CASE WHEN nadir.value >= 1.0D THEN 2 WHEN nadir.value >= 0.5D THEN 3 ELSE 4 END AS TINYINT) AS worst_grade_v5,
    CAST(CASE WHEN nadir.value >= 1.0D THEN 1 WHEN nadir.value >= 0.5D THEN 2 WHEN nadir.value >= 0.1D THEN 3
              ELSE 4 END AS TINYINT) AS worst_grade_v6,
    results, 0 AS derived_results, recovered_after_time, recovered_by_time,
    datediff(recovered_by_time, start) AS recovered_by_day,
    datediff(recovered_by_time, onset_by_time) AS observed_days,
    datediff(recovered_after_time, onset_by_time) AS least_days,
    datediff(recovered_by_time, onset_after_time) AS most_days,
    CASE WHEN status = 'carried_over' THEN longest_gap ELSE longest_gap_to_recovery END AS longest_gap_days,
    status, treatments, datediff(treated_on, start) AS treatment_start_day,
    datediff(recovered_by_time, treated_on) AS days_to_recovery_after_treatment
FROM bare_episodes LEFT JOIN treated USING (subject_id, episode)
ORDER BY subject_id, episode;
