"""A PostgreSQL server of the tests' own: it may be restarted, crashed and starved."""

import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from tests.journeys.parts import free_port

BINARIES = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
SETTINGS = {"fsync": "on", "max_connections": "60", "listen_addresses": "127.0.0.1", "wal_keep_size": "0"}


def find(name: str) -> str:
    """Return the path of one of the server's programs, empty where it is missing."""
    folders = [str(one) for one in reversed(BINARIES)]
    return shutil.which(name, path=os.pathsep.join([*folders, os.environ.get("PATH", "")])) or ""


@dataclass
class Cluster:
    """One server, its data in a folder that goes with the tests."""

    folder: Path
    port: int = field(default_factory=free_port)

    def __post_init__(self) -> None:
        # PostgreSQL refuses to run as root; its own user may not look into root's temporary folders.
        self.user = "postgres" if os.geteuid() == 0 else None
        self.data = self.folder / "data"

    def make(self) -> None:
        """Make the server's files."""
        self.folder.mkdir(parents=True, exist_ok=True)
        if self.user:
            os.chown(self.folder, pwd.getpwnam(self.user).pw_uid, -1)
        self._run("initdb", "-D", str(self.data), "-A", "trust", "-U", "fault", "-E", "UTF8", "--no-sync")
        lines = {**SETTINGS, "port": str(self.port), "unix_socket_directories": str(self.folder)}
        with (self.data / "postgresql.conf").open("a") as file:
            file.writelines(f"{name} = '{value}'\n" for name, value in lines.items())

    def start(self) -> None:
        """Start it and wait until it answers."""
        self._run("pg_ctl", "-D", str(self.data), "-l", str(self.folder / "log"), "-w", "start")

    def stop(self, mode: str = "fast") -> None:
        """Stop it: ``fast`` cleanly, ``immediate`` as a crash would."""
        self._run("pg_ctl", "-D", str(self.data), "-m", mode, "-w", "stop")

    def revive(self) -> None:
        """Start it again if it has given up."""
        if not self.is_up():
            self.start()

    def is_up(self) -> bool:
        """Say whether the server runs."""
        command = [find("pg_ctl"), "-D", str(self.data), "status"]
        return (
            subprocess.run(command, user=self.user, cwd="/", capture_output=True, check=False).returncode == 0
        )

    def url(self, name: str) -> str:
        """Return the address of one of its databases."""
        return f"postgresql://fault@127.0.0.1:{self.port}/{name}"

    @property
    def pid(self) -> int:
        """Return the process id of the server."""
        return int((self.data / "postmaster.pid").read_text().split()[0])

    def _run(self, program: str, *words: str) -> None:
        done = subprocess.run(
            [find(program), *words],
            user=self.user,
            cwd="/",
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            timeout=60,
        )
        assert done.returncode == 0, done.stderr
