"""One Airflow pool of one slot for each pipeline: its runs write one at a time."""

from __future__ import annotations

from collections.abc import Iterable

from headgate.stack.airflow_client import AirflowClient


def create_pools(client: AirflowClient, pipelines: Iterable[str]) -> list[str]:
    """Create the pools that are not there yet; returns their names. A pool that somebody resized stays so."""
    present = {pool["name"] for pool in client.all("/pools", "pools")}
    created: list[str] = []
    for pipeline in pipelines:
        name = f"headgate_{pipeline}"
        if name not in present:
            description = f"one run of pipeline {pipeline} writes at a time"
            client.post(
                "/pools", {"name": name, "slots": 1, "description": description, "include_deferred": False}
            )
            created.append(name)
    return created
