"""The supervisor's configuration, made from the table of parts."""

from __future__ import annotations

import getpass
import os
import shlex
import sys

from headgate.stack.layout import Layout
from headgate.stack.parts import PARTS, Part

# Parts that need PostgreSQL fail until it is back; waits grow by a second a try.
START_RETRIES = 10
LOG_SIZE = "20MB"
LOG_BACKUPS = 2


def _literal(value: object) -> str:
    """A value without meaning to the supervisor's `%(name)s` expansion."""
    return str(value).replace("%", "%%")


def _program(part: Part, layout: Layout) -> str:
    command = shlex.join([sys.executable, "-m", "headgate.stack.run_part", part.name])
    return f"""
[program:{part.name}]
command={_literal(command)}
directory={_literal(layout.run)}
priority={part.order}
autostart=false
autorestart=true
startsecs=3
startretries={START_RETRIES}
stopsignal={part.stop_signal}
stopwaitsecs={part.stop_seconds}
stopasgroup=false
killasgroup=true
redirect_stderr=true
stdout_logfile={_literal(part.log(layout))}
stdout_logfile_maxbytes={LOG_SIZE}
stdout_logfile_backups={LOG_BACKUPS}
"""


def supervisor_conf(layout: Layout) -> str:
    """The text of `supervisord.conf`. It holds no secret: each part reads its own when it starts.

    Nothing starts by itself: `up` starts the parts in order, once the databases are ready.
    """
    user = f"user={getpass.getuser()}\n" if os.geteuid() == 0 else ""
    return f"""; written by `headgate up`
[supervisord]
nodaemon=true
{user}logfile={_literal(layout.logs / "supervisor.log")}
logfile_maxbytes={LOG_SIZE}
logfile_backups={LOG_BACKUPS}
pidfile={_literal(layout.run / "supervisor.pid")}
childlogdir={_literal(layout.logs)}

[unix_http_server]
file={_literal(layout.supervisor_socket)}
chmod=0700

[rpcinterface:supervisor]
supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface
{"".join(_program(part, layout) for part in PARTS)}"""
