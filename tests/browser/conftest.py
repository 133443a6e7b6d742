"""The browser of all pages."""

import os
import shutil

import pytest
from playwright.sync_api import sync_playwright

QUIET = (
    "--no-sandbox", "--headless", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--no-first-run",
)  # fmt: skip


@pytest.fixture(scope="session")
def chromium():
    path = shutil.which("chromium")
    if path is None:
        why = "no chromium: `make test` installs it as root with apt-get; elsewhere install it by hand"
        if os.environ.get("CI") == "true":
            pytest.fail(why)
        pytest.skip(why)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(QUIET))
        yield browser
        browser.close()
