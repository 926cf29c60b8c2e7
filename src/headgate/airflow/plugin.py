"""What Headgate adds to Airflow: links, pages and the making of pools."""

from __future__ import annotations

from typing import Any, ClassVar

from airflow.plugins_manager import AirflowPlugin

from headgate.airflow import pools
from headgate.airflow.links import ModelRunLink, ValidationReportLink
from headgate.airflow.pages.mounted import MountedPages
from headgate.airflow.pages.paths import PREFIX


class HeadgatePlugin(AirflowPlugin):
    """Registers everything under the name `headgate`."""

    name = "headgate"
    operator_extra_links: ClassVar[list[Any]] = [ValidationReportLink(), ModelRunLink()]
    listeners: ClassVar[list[Any]] = [pools]
    fastapi_apps: ClassVar[list[Any]] = [{"name": "headgate", "url_prefix": PREFIX, "app": MountedPages()}]
    external_views: ClassVar[list[Any]] = [
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
