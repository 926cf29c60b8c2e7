"""Serves the log of a running task to Airflow's UI, on 127.0.0.1 instead of on every interface."""

from __future__ import annotations

from headgate.stack.ports import HOST


def host() -> str:
    """The name under which Airflow's parts look for each other's logs."""
    return HOST


def serve() -> None:
    """Serve until ended by a signal."""
    import uvicorn
    from airflow.configuration import conf
    from airflow.utils.serve_logs import create_app

    port = conf.getint("logging", "WORKER_LOG_SERVER_PORT")
    app = create_app()  # type: ignore[no-untyped-call]  # Airflow's, without annotations
    uvicorn.run(app, host=HOST, port=port, log_level="warning", access_log=False)


if __name__ == "__main__":
    serve()
