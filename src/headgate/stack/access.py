"""`access.yaml`: the compose stack's roles, what each may do in Airflow and MLflow, and who has which."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from headgate.spec.errors import HeadgateError

NO_ROLE = "none"
"""Instead of a role: the account is taken away."""
OWN_ACCOUNTS = frozenset({"admin", "pipelines"})
"""Accounts that the stack itself has and `access.yaml` does not speak of."""


class AccessRefused(HeadgateError):
    """`access.yaml` is not what it must be."""

    def __init__(self, path: Path, mistakes: list[str]) -> None:
        listed = "\n".join(f"  {mistake}" for mistake in mistakes)
        super().__init__(
            f"the roles and accounts cannot be taken:\n{listed}",
            str(path),
            "no account was changed",
            "mend the file, then ./headgate compose accounts",
        )


def _permission(text: str) -> str:
    if not re.fullmatch(r"\w+ on \w[\w .:-]*", text):
        raise ValueError("write it as Airflow lists it, such as 'can_read on Plugins'")
    return text


def _account(text: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9._-]*", text) or text in OWN_ACCOUNTS:
        raise ValueError(
            "an account's name begins with a small letter and goes on with small letters, digits, . _ -, "
            f"and is none of {', '.join(sorted(OWN_ACCOUNTS))}"
        )
    return text


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class AirflowRights(_Strict):
    """What a role may do in Airflow: what Airflow's own roles `like` may, and `also` these permissions."""

    like: list[Literal["Admin", "Op", "User", "Viewer"]] = Field(min_length=1)
    also: list[Annotated[str, AfterValidator(_permission)]] = []


class MlflowRights(_Strict):
    """What a role may do in MLflow: a level on all experiments with their runs, and on all models.

    READ on both changes nothing. USE reads what others made, and makes experiments and models of one's own.
    """

    experiment: Literal["READ", "USE", "EDIT", "MANAGE"]
    registered_model: Literal["READ", "USE", "EDIT", "MANAGE"]


class Role(_Strict):
    """One role. `mlflow: admin` may do everything there."""

    airflow: AirflowRights
    mlflow: MlflowRights | Literal["admin"]


class Access(_Strict):
    """The whole file. Every account has one role, or `none`."""

    roles: dict[str, Role] = Field(min_length=1)
    accounts: dict[Annotated[str, AfterValidator(_account)], str] = {}

    @model_validator(mode="after")
    def _roles_are_known(self) -> Access:
        for name, role in self.accounts.items():
            if role != NO_ROLE and role not in self.roles:
                raise ValueError(f"account {name}: no role {role!r}; there are {', '.join(self.roles)}")
        return self

    @property
    def held(self) -> dict[str, str]:
        """The accounts that have a role, with it."""
        return {name: role for name, role in self.accounts.items() if role != NO_ROLE}

    @property
    def taken_away(self) -> list[str]:
        """The accounts that are to go."""
        return [name for name, role in self.accounts.items() if role == NO_ROLE]


def read_access(path: Path) -> Access:
    """Read the file; raises AccessRefused with every mistake."""
    try:
        return Access.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        raise AccessRefused(path, ["there is no such file"]) from None
    except yaml.YAMLError as error:
        raise AccessRefused(path, [" ".join(str(error).split())]) from None
    except ValidationError as errors:
        raise AccessRefused(
            path, [_sentence(error["loc"], error["msg"]) for error in errors.errors()]
        ) from None


def _sentence(place: tuple[int | str, ...], message: str) -> str:
    where = ".".join(str(part) for part in place if part != "[key]")
    return f"{where}: {message}" if where else message.removeprefix("Value error, ")


def passwords_of(text: str) -> dict[str, str]:
    """The first passwords of accounts, out of `ana:secret,ben:secret`."""
    return dict(pair.split(":", 1) for pair in text.split(",") if pair)
