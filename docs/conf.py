"""Sphinx settings: MyST pages, and the reference of Python names read from their docstrings."""

from importlib.metadata import version as installed_version

project = "leukon"
author = "the leukon contributors"
project_copyright = author
version = release = installed_version("leukon")

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3

autodoc_typehints = "none"  # numpydoc docstrings already say them, with units and nulls
napoleon_google_docstring = False

exclude_patterns = ["_build"]
html_theme = "alabaster"
html_theme_options = {"description": "From blood counts and doses to episodes of neutropenia."}
