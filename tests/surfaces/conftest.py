"""Fixtures of all surfaces."""

from tests.surfaces.process import command as command
from tests.surfaces.process import process as process
