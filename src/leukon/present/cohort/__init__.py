"""The page of a cohort: pictures, sections and the methods in words."""
