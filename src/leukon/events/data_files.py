"""Read one TOML file into a checked model: every complaint names the file, the key and the fix."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from leukon.errors import InvalidFile, MissingFile

Model = TypeVar("Model", bound=BaseModel)
Text = Annotated[str, Field(min_length=1)]


class Strict(BaseModel):
    """A frozen model that refuses keys it does not know, and numbers that are none or endless."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


def load_toml(path: Path, model: type[Model], beneath: Mapping[str, Any] | None = None) -> Model:
    """Read `path` and check it against `model`; what it does not say is taken from `beneath`, key by key.

    Raises
    ------
    MissingFile, InvalidFile
        If the file cannot be opened; if it is not TOML or breaks a rule of the model.
    """
    return check_model(_over(beneath or {}, read_toml(path)), path.name, model)


def read_toml(path: Path) -> dict[str, Any]:
    """Read `path` as it is.

    Raises
    ------
    MissingFile, InvalidFile
        If the file cannot be opened, or is not TOML.
    """
    try:
        return _parse(path.read_text(encoding="utf-8"), path.name)
    except OSError:
        raise MissingFile(path.name) from None
    except UnicodeDecodeError:
        raise InvalidFile(path.name, "the text", "it is not UTF-8.", "save it as UTF-8.") from None


def parse_toml(text: str, file: str, model: type[Model]) -> Model:
    """Check TOML text against `model`; `file` is the name that errors show."""
    return check_model(_parse(text, file), file, model)


def _parse(text: str, file: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InvalidFile(file, "the text", f"it is not TOML: {error}.", "mend the line it names.") from None


def check_model(content: Mapping[str, Any], file: str, model: type[Model]) -> Model:
    """Check what stands in a TOML file against `model`; `file` is the name that errors show.

    Raises
    ------
    InvalidFile
        If it breaks a rule of the model.
    """
    try:
        return model.model_validate(content)
    except ValidationError as error:
        raise _first_complaint(file, error) from None


def _over(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """`above`, and what only `below` says; tables are merged, everything else is taken whole."""
    both = {key: _over(below[key], above[key]) for key in below if _is_table(below[key]) and _is_table(above.get(key))}
    return {**below, **above, **both}


def _is_table(value: object) -> bool:
    return isinstance(value, Mapping)


def _first_complaint(file: str, error: ValidationError) -> InvalidFile:
    complaint = error.errors()[0]
    key = ".".join(str(part) for part in complaint["loc"]) or "the whole file"
    if complaint["type"] == "extra_forbidden":
        return InvalidFile(file, key, "this key is not known.", "remove it, or correct its spelling.")
    if complaint["type"] == "missing":
        return InvalidFile(file, key, "this key is needed and missing.", f"add {complaint['loc'][-1]}.")
    why = complaint["msg"].removeprefix("Value error, ").rstrip(".")
    return InvalidFile(file, key, f"{why}.", "correct this key; `leukon protocols show ID` prints a valid file.")
