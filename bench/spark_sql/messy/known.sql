-- The door: each result once. Of the versions of one result that one stands which was recorded last, of equal rows
-- without source_id the first.
CREATE OR REPLACE TEMP VIEW standing AS
WITH ranked AS (
    SELECT *, row_number() OVER (
        PARTITION BY subject_id, time, code, source_id,
            CASE WHEN source_id IS NULL THEN struct(numeric_value, unit, status, recorded_time) END
        ORDER BY recorded_time DESC NULLS LAST, status = 'corrected' DESC NULLS LAST, value NULLS LAST, row) AS place
    FROM known
)
SELECT row, subject_id, time, code, value FROM ranked WHERE place = 1;

-- A count without a unit is not used.
CREATE OR REPLACE TEMP VIEW measured AS
SELECT /*+ BROADCAST(limits) */ row, subject_id, time, analyte, value
FROM standing JOIN limits USING (code) WHERE value IS NOT NULL;

CREATE OR REPLACE TEMP VIEW counts AS
SELECT row, subject_id, time, value FROM standing WHERE code = 'LOINC//751-8' AND value IS NOT NULL;

CREATE OR REPLACE TEMP VIEW doses AS
SELECT
    subject_id, time, date(time) AS day, value AS amount_mg,
    CASE code WHEN 'ATC//L04AG06' THEN 'alemtuzumab' WHEN 'ATC//H02AB06' THEN 'corticosteroid:prednisolone'
         ELSE 'g_csf:filgrastim' END AS given
FROM standing WHERE code IN ('ATC//L04AG06', 'ATC//H02AB06', 'ATC//L03AA02');
