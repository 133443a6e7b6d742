"""Read one TOML file into a checked model: every complaint names the file, the key and the fix."""

import tomllib
from pathlib import Path
from typing import Annotated, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from leukon.errors import InvalidFile, MissingFile

Model = TypeVar("Model", bound=BaseModel)
Text = Annotated[str, Field(min_length=1)]


class Strict(BaseModel):
    """A frozen model that refuses keys it does not know, and numbers that are none or endless."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


def load_toml(path: Path, model: type[Model]) -> Model:
    """Read `path` and check it against `model`.

    Raises
    ------
    MissingFile, InvalidFile
        If the file cannot be opened; if it is not TOML or breaks a rule of the model.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError:
        raise MissingFile(path.name) from None
    except UnicodeDecodeError:
        raise InvalidFile(path.name, "the text", "it is not UTF-8.", "save it as UTF-8.") from None
    return parse_toml(text, path.name, model)


def parse_toml(text: str, file: str, model: type[Model]) -> Model:
    """Check TOML text against `model`; `file` is the name that errors show."""
    try:
        return model.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise InvalidFile(file, "the text", f"it is not TOML: {error}.", "mend the line it names.") from None
    except ValidationError as error:
        raise _first_complaint(file, error) from None


def _first_complaint(file: str, error: ValidationError) -> InvalidFile:
    complaint = error.errors()[0]
    key = ".".join(str(part) for part in complaint["loc"]) or "the whole file"
    if complaint["type"] == "extra_forbidden":
        return InvalidFile(file, key, "this key is not known.", "remove it, or correct its spelling.")
    if complaint["type"] == "missing":
        return InvalidFile(file, key, "this key is needed and missing.", f"add {complaint['loc'][-1]}.")
    why = complaint["msg"].removeprefix("Value error, ").rstrip(".")
    return InvalidFile(file, key, f"{why}.", "correct this key; `leukon protocols show ID` prints a valid file.")
