"""Roles and databases of a served stack: makes what is missing, sets the passwords, keeps what is there."""

from __future__ import annotations

import os

import psycopg2
from psycopg2 import sql
from psycopg2.extensions import ISOLATION_LEVEL_AUTOCOMMIT, cursor

HOST = "postgres"
DATABASES = {"airflow": ("airflow",), "mlflow": ("mlflow", "mlflow_accounts")}
"""Each role and what it owns; no role may so much as connect to another's."""


def create_databases(at: cursor, passwords: dict[str, str]) -> None:
    """Create the roles and databases that `at`, a superuser's cursor outside of transactions, does not find.

    `passwords` are the roles'; those that exist get them too.
    """
    # Should the server fail at a password, the statement stays out of its log.
    at.execute("SET log_min_error_statement = 'panic'")
    for role, databases in DATABASES.items():
        name = sql.Identifier(role)
        if not _exists(at, "SELECT 1 FROM pg_roles WHERE rolname = %s", role):
            at.execute(sql.SQL("CREATE ROLE {} LOGIN").format(name))
        at.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(name, sql.Literal(passwords[role])))
        for database in databases:
            if not _exists(at, "SELECT 1 FROM pg_database WHERE datname = %s", database):
                at.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(database), name))
            at.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(sql.Identifier(database)))


def _exists(at: cursor, query: str, name: str) -> bool:
    at.execute(query, (name,))
    return at.fetchone() is not None


def main() -> None:
    """Do it, with the passwords of the environment."""
    password = os.environ["POSTGRES_PASSWORD"]
    connection = psycopg2.connect(host=HOST, user="postgres", password=password, connect_timeout=10)
    try:
        connection.set_isolation_level(ISOLATION_LEVEL_AUTOCOMMIT)
        with connection.cursor() as at:
            passwords = {role: os.environ[f"{role.upper()}_DATABASE_PASSWORD"] for role in DATABASES}
            create_databases(at, passwords)
    finally:
        connection.close()


if __name__ == "__main__":
    main()
