-- Counts and doses of clean rows.
CREATE OR REPLACE TEMP VIEW counts AS
SELECT row, subject_id, time, value FROM known WHERE code = 'LOINC//751-8';

CREATE OR REPLACE TEMP VIEW doses AS
SELECT
    subject_id, time, date(time) AS day, value AS amount_mg,
    CASE code WHEN 'ATC//L04AG06' THEN 'alemtuzumab' WHEN 'ATC//H02AB06' THEN 'corticosteroid:prednisolone'
         ELSE 'g_csf:filgrastim' END AS given
FROM known WHERE code IN ('ATC//L04AG06', 'ATC//H02AB06', 'ATC//L03AA02');
