"""`access.yaml` says who may do what; what it cannot mean is refused with its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from headgate.spec.settings import REPOSITORY
from headgate.stack.access import AccessRefused, MlflowRights, passwords_of, read_access
from headgate.stack.account_passwords import ensure_passwords

ROLE = "roles: {Viewer: {airflow: {like: [Viewer]}, mlflow: {experiment: READ, registered_model: READ}}}\n"


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "access.yaml"
    path.write_text(text)
    return path


def test_the_bundled_file_has_the_four_roles_and_no_account() -> None:
    access = read_access(REPOSITORY / "access.yaml")
    assert list(access.roles) == ["Admin", "Engineer", "Scientist", "Viewer"]
    assert access.accounts == {}
    assert access.roles["Admin"].mlflow == "admin"
    assert access.roles["Viewer"].airflow.like == ["Viewer"]
    assert access.roles["Viewer"].mlflow == MlflowRights(experiment="READ", registered_model="READ")
    also = access.roles["Viewer"].airflow.also
    assert {words.split(" on ")[0] for words in also} == {"can_read", "menu_access"}


def test_accounts_are_held_or_taken_away(tmp_path: Path) -> None:
    access = read_access(written(tmp_path, ROLE + "accounts: {ana: Viewer, ben.b: none}"))
    assert (access.held, access.taken_away) == ({"ana": "Viewer"}, ["ben.b"])


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        (ROLE + "accounts: {ana: Boss}", "account ana: no role 'Boss'; there are Viewer"),
        (ROLE + "accounts: {admin: Viewer}", "accounts.admin: Value error, an account's name begins"),
        (ROLE + "accounts: {'a b': Viewer}", "accounts.a b: Value error, an account's name begins"),
        (ROLE + "groups: {}", "groups: Extra inputs are not permitted"),
        (ROLE.replace("like", "same"), "roles.Viewer.airflow.same: Extra inputs are not permitted"),
        (ROLE.replace("[Viewer]", "[Boss]"), "roles.Viewer.airflow.like.0: Input should be 'Admin', 'Op'"),
        (ROLE.replace("like", "also: [read], like"), "roles.Viewer.airflow.also.0: Value error, write it as"),
        ("roles: [", "while parsing a flow"),
    ],
)
def test_what_it_cannot_mean_is_refused(tmp_path: Path, text: str, mistake: str) -> None:
    path = written(tmp_path, text)
    with pytest.raises(AccessRefused) as refused:
        read_access(path)
    assert mistake in str(refused.value)
    assert str(refused.value).startswith("the roles and accounts cannot be taken:\n")
    assert str(refused.value).endswith(
        f"  where: {path}\n  left behind: no account was changed\n"
        "  next: mend the file, then ./headgate compose accounts"
    )


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(AccessRefused, match="there is no such file"):
        read_access(tmp_path / "access.yaml")


def test_passwords_are_made_once_kept_and_dropped(tmp_path: Path) -> None:
    env = tmp_path / ".env"
    env.write_text("A=1\n")
    both = read_access(written(tmp_path, ROLE + "accounts: {ana: Viewer, ben: Viewer}"))
    assert ensure_passwords(env, both) == ["ana", "ben"]
    lines = env.read_text().splitlines()
    first = passwords_of(lines[1].removeprefix("ACCOUNT_PASSWORDS="))
    assert lines[0] == "A=1"
    assert all(len(word) >= 20 for word in first.values()) and len(set(first.values())) == 2
    assert env.stat().st_mode & 0o777 == 0o600
    assert ensure_passwords(env, both) == []
    one = read_access(written(tmp_path, ROLE + "accounts: {ana: none, ben: Viewer}"))
    assert ensure_passwords(env, one) == []
    assert env.read_text() == f"A=1\nACCOUNT_PASSWORDS=ben:{first['ben']}\n"
