"""A small client of Airflow's REST API, with the stack's admin account."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import httpx

from headgate.spec.settings import Settings
from headgate.stack.addresses import airflow_server
from headgate.stack.errors import AirflowOutOfReach, AirflowRefused

TIMEOUT = 30.0
RETRIES = 5
PAGE = 100


class AirflowClient:
    """Talks to the API server of the stack that `addresses` finds.

    Paths are those below `/api/v2`, such as `/dags`. Answers are the decoded JSON (None where there is
    none). A server that restarts is waited for; raises AirflowRefused for an answer of 400 and above,
    AirflowOutOfReach when there is none, StackNotRunning where no stack was ever started.
    """

    def __init__(self, settings: Settings) -> None:
        self._server = airflow_server(settings)
        self._url = self._server.address
        self._client = httpx.Client(base_url=self._url, timeout=TIMEOUT, trust_env=False)
        self._token = ""

    def __enter__(self) -> AirflowClient:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def get(self, path: str, **parameters: Any) -> Any:
        """GET `path` with query `parameters`."""
        return self._request("GET", path, parameters, None)

    def post(self, path: str, body: Mapping[str, Any]) -> Any:
        """POST `body` to `path`."""
        return self._request("POST", path, {}, body)

    def patch(self, path: str, body: Mapping[str, Any]) -> Any:
        """PATCH `path` with `body`."""
        return self._request("PATCH", path, {}, body)

    def put(self, path: str, body: Mapping[str, Any]) -> Any:
        """PUT `body` to `path`."""
        return self._request("PUT", path, {}, body)

    def delete(self, path: str) -> Any:
        """DELETE `path`."""
        return self._request("DELETE", path, {}, None)

    def all(self, path: str, field: str, **parameters: Any) -> list[dict[str, Any]]:
        """Every item of a paged listing, whose answer holds them in `field`."""
        items: list[dict[str, Any]] = []
        while True:
            answer = self.get(path, limit=PAGE, offset=len(items), **parameters)
            items += answer[field]
            if not answer[field] or len(items) >= answer["total_entries"]:
                return items

    def health(self) -> dict[str, Any]:
        """What `/monitor/health` says of metadatabase, scheduler and dag_processor; one try, no token."""
        try:
            answer = self._client.get("/api/v2/monitor/health", timeout=5.0)
        except httpx.HTTPError as error:
            raise AirflowOutOfReach(self._url, str(error)) from error
        if answer.status_code >= 400:
            raise AirflowRefused("GET", str(answer.request.url), answer.status_code, answer.text)
        health: dict[str, Any] = answer.json()
        return health

    def _log_in(self) -> None:
        account = {
            "username": self._server.user,
            "password": self._server.password.get_secret_value(),
        }
        answer = self._send("POST", "/auth/token", {}, account, {})
        if answer.status_code >= 400:
            raise AirflowRefused("POST", str(answer.request.url), answer.status_code, answer.text)
        self._token = answer.json()["access_token"]

    def _request(
        self, method: str, path: str, parameters: Mapping[str, Any], body: Mapping[str, Any] | None
    ) -> Any:
        if not self._token:
            self._log_in()
        answer = self._send(method, f"/api/v2{path}", parameters, body, self._authorization())
        if answer.status_code == 401:  # the token has expired
            self._log_in()
            answer = self._send(method, f"/api/v2{path}", parameters, body, self._authorization())
        if answer.status_code >= 400:
            raise AirflowRefused(method, str(answer.request.url), answer.status_code, answer.text)
        return answer.json() if answer.content else None

    def _authorization(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._token}"}

    def _send(
        self,
        method: str,
        path: str,
        parameters: Mapping[str, Any],
        body: Mapping[str, Any] | None,
        headers: Mapping[str, str],
    ) -> httpx.Response:
        """Send once, and again while no connection is made; what got through is repeated only if a GET."""
        for again in range(RETRIES):
            try:
                return self._client.request(method, path, params=parameters, json=body, headers=headers)
            except httpx.ConnectError as error:
                if again == RETRIES - 1:
                    raise AirflowOutOfReach(self._url, str(error)) from error
                time.sleep(2**again / 2)
            except httpx.HTTPError as error:
                if method != "GET" or again == RETRIES - 1:
                    raise AirflowOutOfReach(self._url, str(error)) from error
                time.sleep(2**again / 2)
        raise AssertionError("unreachable")
