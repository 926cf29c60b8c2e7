"""A headless Chromium that looks at the pages as people see them."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TypeVar

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.select import Select
from selenium.webdriver.support.wait import WebDriverWait

from headgate.stack.secrets import AIRFLOW_USER
from tests.integration.headgate_stack import HeadgateStack

Found = TypeVar("Found")
SECONDS = 120
FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
    "--no-proxy-server",
)
PAINTED = """
const canvas = document.createElement("canvas").getContext("2d");
canvas.fillStyle = arguments[0];
canvas.fillRect(0, 0, 1, 1);
return Array.from(canvas.getImageData(0, 0, 1, 1).data).slice(0, 3);
"""
INSIDE = """
const [inner, outer] = [...arguments].map((element) => element.getBoundingClientRect());
const [below, beside] = [inner.bottom <= outer.bottom, inner.right <= outer.right];
return inner.width > 1 && inner.top >= outer.top && below && beside;
"""
MOMENT = '[data-testid="datetime-input"]'
DAY, TIME = 'input[placeholder="YYYY/MM/DD"]', 'input[placeholder="HH:mm"]'
PROGRAMS = ("chromium", "chromedriver")
PAYLOAD = "<script>document.title='hacked'</script>\"'><img src=x onerror=\"document.title='hacked'\">"
"""A text that gives the page another title where it is taken for more than text."""


@contextmanager
def open_browser(profile: Path, width: int = 1440, height: int = 900) -> Iterator[Browser]:
    """A browser with a profile of its own; the test fails where there is no Chromium."""
    programs = [shutil.which(name) for name in PROGRAMS]
    if not all(programs):
        pytest.fail(f"needs {' and '.join(PROGRAMS)}: apt-get install chromium chromium-driver")
    options = webdriver.ChromeOptions()
    options.binary_location = str(programs[0])
    for flag in (*FLAGS, f"--user-data-dir={profile}", f"--window-size={width},{height}"):
        options.add_argument(flag)
    driver = webdriver.Chrome(options=options, service=Service(str(programs[1])))
    try:
        yield Browser(driver)
    finally:
        driver.quit()


@contextmanager
def logged_in(stack: HeadgateStack, profile: Path) -> Iterator[Browser]:
    """A browser that is logged in to a stack's Airflow, as its administrator."""
    password = (stack.home / "secrets" / "airflow_password").read_text().strip()
    with open_browser(profile) as browser:
        browser.log_in(stack.addresses.airflow, AIRFLOW_USER, password)
        yield browser


class Browser:
    """The few things that a visitor does."""

    def __init__(self, driver: webdriver.Chrome) -> None:
        self.driver = driver

    def visit(self, address: str) -> None:
        """Open a page."""
        self.driver.get(address)

    def wait_for(self, selector: str) -> WebElement:
        """The first element of a CSS selector, as soon as it is to be seen."""
        return self._wait(lambda: next(e for e in self.all(selector) if e.is_displayed()), selector)

    def wait_for_text(self, *texts: str, seconds: float = SECONDS) -> str:
        """The page's text, as soon as it holds all `texts`."""

        def found() -> str:
            page = self.driver.find_element(By.TAG_NAME, "body").text
            return page if all(text in page for text in texts) else ""

        return self._wait(found, " and ".join(texts), seconds)

    def all(self, selector: str) -> list[WebElement]:
        """All elements of a CSS selector."""
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def log_in(self, airflow: str, user: str, password: str) -> None:
        """Log in to Airflow through its form."""
        self.visit(airflow)
        self.wait_for("input[name=username]").send_keys(user)
        self.wait_for("input[name=password]").send_keys(password)
        self.wait_for("button[type=submit]").click()
        self._wait(lambda: "/auth/" not in self.driver.current_url, "the page behind the form")

    def type_into(self, selector: str, text: str) -> None:
        """Type a line into a field."""
        self.wait_for(selector).send_keys(text, Keys.ENTER)

    def type_text(self, selector: str, text: str) -> None:
        """Type into a field, and stay there."""
        self.wait_for(selector).send_keys(text)

    def address_of(self, text: str) -> str:
        """Where the link with this text leads."""
        link = self._wait(lambda: next(e for e in self.all("a") if e.text.strip() == text), text)
        return str(link.get_attribute("href"))

    def follow(self, text: str) -> None:
        """Click the link with this text and look at the page that it opens, here or in a new tab."""
        tabs, address = self.driver.window_handles, self.driver.current_url
        self._wait(lambda: next(e for e in self.all("a") if e.text.strip() == text), text).click()
        self._wait(
            lambda: self.driver.window_handles != tabs or self.driver.current_url != address,
            f"the page behind {text}",
        )
        self.driver.switch_to.window(self.driver.window_handles[-1])

    def press(self, text: str) -> None:
        """Click the button with this text, as soon as it can be pressed."""

        def button() -> WebElement:
            return next(
                e
                for e in self.all("button")
                if e.text.strip() == text and e.is_displayed() and e.is_enabled()
            )

        self._wait(button, text).click()

    def choose(self, value: str) -> None:
        """Choose the option with this value; what is clicked may be hidden below its label."""
        option = self._wait(lambda: next(iter(self.all(f'input[value="{value}"]'))), value)
        self.driver.execute_script("arguments[0].click()", option)

    def focus(self, selector: str) -> WebElement:
        """Bring the keyboard to the first element of a CSS selector."""
        found = self.wait_for(selector)
        self.driver.execute_script("arguments[0].focus()", found)
        return found

    def is_inside(self, inner: str, outer: str) -> bool:
        """Whether an element lies within another one's edges, so that nothing of it is cut off."""
        return bool(self.driver.execute_script(INSIDE, *(self.all(one)[0] for one in (inner, outer))))

    def select(self, selector: str, text: str) -> None:
        """Choose the entry with this text of a list."""
        Select(self.wait_for(selector)).select_by_visible_text(text)

    def fill_moments(self, *moments: datetime) -> None:
        """Fill Airflow's fields for a moment, in their order, by typing into what each of them opens."""
        for place, moment in enumerate(moments):
            field = self._wait(lambda place=place: self.all(MOMENT)[place : place + 1], MOMENT)[0]
            field.click()
            for part, text in ((DAY, f"{moment:%Y/%m/%d}"), (TIME, f"{moment:%H:%M}")):
                self.wait_for(part).send_keys(Keys.CONTROL, "a", Keys.NULL, text)
            field.click()
            self._wait(lambda: not self.all(DAY), f"{MOMENT} closed")

    def wait_until(self, holds: Callable[[], bool], what: str, seconds: float = SECONDS) -> None:
        """Wait for something that is not to be seen on the page."""
        self._wait(holds, what, seconds)

    def look_into_frame(self) -> None:
        """Look at the page in Airflow's frame; `visit` and `follow` lead out of it."""
        self.driver.switch_to.frame(self.wait_for("iframe"))

    def leave_frame(self, text: str, place: str) -> None:
        """Click the link with this text in the frame, and look at the page with `place` in its address."""
        tabs = self.driver.window_handles
        self._wait(lambda: next(e for e in self.all("a") if e.text.strip() == text), text).click()

        def arrived() -> bool:
            self.driver.switch_to.window(self.driver.window_handles[-1])
            return place in self.driver.current_url

        self._wait(arrived, f"{place} behind {text}")
        if len(self.driver.window_handles) > len(tabs):
            self.driver.close()
        self.driver.switch_to.window(tabs[0])

    def grid_colours(self, cells: int) -> set[tuple[int, ...]]:
        """The colours (red, green, blue) of the grid's cells, as soon as there are `cells` of them."""
        selector = 'a[id^="grid-"] [data-testid="task-state-badge"]'
        found = self._wait(
            lambda: found if len(found := self.all(selector)) >= cells else None, f"{cells} cells"
        )
        named = {cell.value_of_css_property("background-color") for cell in found or []}
        return {tuple(self.driver.execute_script(PAINTED, colour)) for colour in named}

    def errors(self) -> list[str]:
        """What the browser complained about since the last call."""
        return [entry["message"] for entry in self.driver.get_log("browser") if entry["level"] == "SEVERE"]

    def picture(self, path: Path) -> None:
        """Save what is to be seen."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self.driver.save_screenshot(str(path))

    def _wait(self, look: Callable[[], Found], what: str, seconds: float = SECONDS) -> Found:
        from selenium.common.exceptions import StaleElementReferenceException

        def looked(_: object) -> Found | None:
            try:
                return look()
            except (StopIteration, StaleElementReferenceException):
                return None

        waiting = WebDriverWait(self.driver, seconds, poll_frequency=0.3)
        found: Found = waiting.until(looked, f"{what} did not show at {self.driver.current_url}")
        return found
