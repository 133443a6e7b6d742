CREATE OR REPLACE MACRO in_result_units(value, unit) AS
    -- Rounded to 3 decimals (MEDS has 32 bits); one division of two whole numbers rounds once.
    round(value::DOUBLE * 1e3)
    / CASE unit WHEN '10*9/L' THEN 1e3 WHEN '/uL' THEN 1e6 WHEN 'g/L' THEN 1e3 WHEN 'g/dL' THEN 1e2
                WHEN '10*3/uL' THEN 1e3 WHEN 'mg' THEN 1e3 WHEN 'ug' THEN 1e6 END;
