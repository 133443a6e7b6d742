"""A Vega-Lite specification to a file: SVG, PNG, PDF, or HTML that fetches nothing."""

import json
from html import escape
from pathlib import Path
from typing import Any

import vl_convert

from leukon.errors import UnknownName, UnwritableFolder

VL_VERSION = "6.4"
_LESS = "\ue000less-than\ue000"
FORMS = (".svg", ".png", ".pdf", ".html")


def write_picture(spec: dict[str, Any], path: Path) -> Path:
    """Write the picture in the form its suffix names; a PNG has twice the pixels, for paper and sharp screens.

    Raises
    ------
    UnknownName
        If the suffix is none of .svg, .png, .pdf and .html.
    UnwritableFolder
        If the file cannot be written.
    """
    picture = render_picture(spec, path.suffix)
    try:
        path.write_bytes(picture)
    except OSError:
        raise UnwritableFolder(path) from None
    return path


def render_picture(spec: dict[str, Any], form: str) -> bytes:
    """The picture as bytes of one of FORMS."""
    match form.lower():
        case ".svg":
            return _to_svg(spec).encode()
        case ".png":
            return vl_convert.vegalite_to_png(spec, vl_version=VL_VERSION, scale=2, allowed_base_urls=[])
        case ".pdf":
            return vl_convert.vegalite_to_pdf(spec, vl_version=VL_VERSION, allowed_base_urls=[])
        case ".html":
            return _to_html(spec).encode()
    raise UnknownName("form of a picture", form, FORMS)


def _to_svg(spec: dict[str, Any]) -> str:
    """SVG that says in words what it shows; each mark has words of its own besides."""
    svg: str = vl_convert.vegalite_to_svg(spec, vl_version=VL_VERSION, allowed_base_urls=[])
    said = escape(str(spec.get("description", "")), quote=True)
    return svg.replace("<svg ", f'<svg role="graphics-document" aria-label="{said}" ', 1)


def _to_html(spec: dict[str, Any]) -> str:
    """One page with the scripts inside.

    Words of the input stand in a script there: a `<` in them is written so that they cannot end it.
    """
    guarded = json.loads(json.dumps(spec, ensure_ascii=False).replace("<", _LESS))
    page: str = vl_convert.vegalite_to_html(guarded, vl_version=VL_VERSION, bundle=True, renderer="svg")
    page = page.replace(_LESS, "\\u003c")
    viewport = '<meta name="viewport" content="width=device-width, initial-scale=1">'
    name = escape(str(spec.get("usermeta", {}).get("page", "Timeline")))
    return page.replace("<html>", '<html lang="en">', 1).replace("<title>Chart", f"{viewport}<title>{name}", 1)
