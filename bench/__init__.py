"""leukon beside the usual ways of doing its work: the same tables from Polars, pandas, and pandas with NumPy."""
