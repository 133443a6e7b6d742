"""leukon beside the two usual ways of doing its work: the same tables from Polars and from pandas."""
