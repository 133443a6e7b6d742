"""leukon watches the blood of people whose treatment depletes their immune cells."""

__version__ = "0.1.0"
