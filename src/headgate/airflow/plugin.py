"""What Headgate adds to Airflow: links, pages and the making of pools."""

from __future__ import annotations

from airflow.plugins_manager import AirflowPlugin

from headgate.airflow import pools
from headgate.airflow.links import (
    LearnedRunLink,
    ModelReportLink,
    ModelRunLink,
    PublishedVersionsLink,
    ValidationReportLink,
)
from headgate.airflow.pages.mounted import MountedPages
from headgate.airflow.pages.paths import PREFIX

LINKS = [
    ValidationReportLink(),
    PublishedVersionsLink(),
    LearnedRunLink(),
    ModelReportLink(),
    ModelRunLink(),
]
LISTENERS: list[object] = [pools]
PAGES = [{"name": "headgate", "url_prefix": PREFIX, "app": MountedPages()}]
VIEWS = [
    {
        "name": "Pipelines",
        "href": f"{PREFIX}/pipelines",
        "destination": "nav",
        "url_route": "headgate-pipelines",
    },
    {
        "name": "Pipeline",
        "href": f"{PREFIX}/pipeline?dag={{DAG_ID}}",
        "destination": "dag",
        "url_route": "headgate-pipeline",
    },
    {
        "name": "Quarantine",
        "href": f"{PREFIX}/quarantine",
        "destination": "nav",
        "category": "browse",
        "url_route": "headgate-quarantine",
    },
    {
        "name": "Releases",
        "href": f"{PREFIX}/releases",
        "destination": "nav",
        "category": "browse",
        "url_route": "headgate-releases",
    },
    {
        "name": "Catalog",
        "href": f"{PREFIX}/catalog",
        "destination": "nav",
        "category": "browse",
        "url_route": "headgate-catalog",
    },
    {
        "name": "Reports",
        "href": f"{PREFIX}/reports",
        "destination": "nav",
        "category": "browse",
        "url_route": "headgate-reports",
    },
    {
        "name": "Validation",
        "href": f"{PREFIX}/validation?dag={{DAG_ID}}&run={{RUN_ID}}&task={{TASK_ID}}",
        "destination": "task_instance",
        "url_route": "headgate-validation",
    },
]


class HeadgatePlugin(AirflowPlugin):
    """Registers everything under the name `headgate`."""

    name = "headgate"
    operator_extra_links = LINKS
    listeners = LISTENERS
    fastapi_apps = PAGES
    external_views = VIEWS
