"""The system user that PostgreSQL runs as: the caller's own, or one made for it, since it refuses root."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from headgate.stack.errors import PostgresOutOfReach

NAME = "headgate-postgres"
OTHERS_MAY_ENTER = 0o001


@dataclass(frozen=True)
class SystemUser:
    """Who PostgreSQL runs as, and what to put in front of a command to run it so."""

    uid: int
    gid: int
    prefix: tuple[str, ...]

    def own(self, folder: Path) -> None:
        """Make `folder`, if need be, and give it to this user alone."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)
        if os.geteuid() == 0:
            os.chown(folder, self.uid, self.gid)


def closed_to_others(paths: list[Path]) -> list[Path]:
    """The folders on the way to `paths` that another user may not enter."""
    way = {parent for path in paths for parent in path.resolve().parents}
    return sorted(folder for folder in way if not folder.stat().st_mode & OTHERS_MAY_ENTER)


def system_user(paths: list[Path]) -> SystemUser:
    """The user for PostgreSQL, who must be able to reach `paths`.

    For root that is a system user of our own, made when first needed. Where `paths` lie in a folder that
    only root may enter, its processes get the capability to pass, and no folder's mode is changed.

    Raises PostgresOutOfReach.
    """
    if os.geteuid() != 0:
        return SystemUser(uid=os.getuid(), gid=os.getgid(), prefix=())
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        raise PostgresOutOfReach(
            "PostgreSQL refuses to run as root, and `setpriv` is not there to run it as another user",
            "install util-linux, or run as an ordinary user, then ./headgate up",
        )
    try:
        entry = pwd.getpwnam(NAME)
    except KeyError:
        entry = _make_user()
    prefix = [setpriv, f"--reuid={entry.pw_uid}", f"--regid={entry.pw_gid}", "--clear-groups"]
    if closed_to_others(paths):
        # The last one: PostgreSQL looks for its files by access(2), which else forgets the capability.
        prefix += ["--inh-caps=+dac_override", "--ambient-caps=+dac_override"]
        prefix += ["--securebits=+no_setuid_fixup"]
    return SystemUser(uid=entry.pw_uid, gid=entry.pw_gid, prefix=(*prefix, "--"))


def _make_user() -> pwd.struct_passwd:
    command = [
        "useradd",
        "--system",
        "--user-group",
        "--no-create-home",
        "--shell",
        "/usr/sbin/nologin",
        NAME,
    ]
    try:
        subprocess.run(command, check=True, capture_output=True, text=True)
    except (OSError, subprocess.CalledProcessError) as error:
        if any(entry.pw_name == NAME for entry in pwd.getpwall()):  # made by a stack that started beside us
            return pwd.getpwnam(NAME)
        raise PostgresOutOfReach(
            f"PostgreSQL refuses to run as root, and the system user {NAME} could not be made: {error}",
            f"{' '.join(command)}, or run as an ordinary user, then ./headgate up",
        ) from error
    return pwd.getpwnam(NAME)
