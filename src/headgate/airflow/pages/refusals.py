"""Refusals as pages: what was refused, and what to do next; nobody reads JSON in a frame of Airflow."""

from __future__ import annotations

from urllib.parse import unquote

from fastapi import FastAPI, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException as AnyHTTPException

from headgate.airflow.pages.render import page

TITLES = {
    401: "You are not signed in",
    403: "Not for this account",
    404: "No such page",
    422: "This address says something that the page does not take",
    500: "The page could not be made",
}
"""What the heading says, by status; of others `Not taken`."""

NUL = "\0"
"""The one character that Airflow's database takes in no text."""


def refuse_in_pages(app: FastAPI) -> None:
    """Answer whatever the application refuses, or fails at, with a page."""
    app.exception_handler(AnyHTTPException)(refused)
    app.exception_handler(RequestValidationError)(not_understood)
    app.exception_handler(Exception)(failed)


def plain_address(request: Request) -> None:
    """Answer 422 to addresses that name nothing because of a NUL in them."""
    if NUL in unquote(f"{request.url.path}?{request.url.query}"):
        raise HTTPException(422, "A name in it has a character that no name has.")


def refused(request: Request, error: AnyHTTPException) -> Response:
    """A page for an answer of 400 and above."""
    answer = _page(request, error.status_code, [error.detail])
    answer.headers.update(error.headers or {})
    return answer


def not_understood(request: Request, error: RequestValidationError) -> Response:
    """A page that names what in the address, or in the form, is none of its kind."""
    found = [(str(one["loc"][-1]), one.get("input")) for one in error.errors()]
    return _page(request, 422, [_said(name, value) for name, value in found])


def failed(request: Request, error: Exception) -> Response:
    """A page for what nobody foresaw; the error goes on to the log of the API server."""
    return _page(request, 500, [])


def _said(name: str, value: object) -> str:
    if isinstance(value, str | int):
        return f"{name} cannot be “{str(value)[:80]}”."
    return f"{name} is missing."


def _page(request: Request, status: int, said: list[str]) -> Response:
    path = request.url.path.removeprefix(request.scope.get("root_path", ""))
    return page(
        "refused.html",
        status,
        number=status,
        title=TITLES.get(status, "Not taken"),
        said=said,
        again=path.strip("/").split("/") if request.method == "POST" else None,
        here="refused",
    )
