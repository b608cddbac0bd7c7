"""nginx from the files that its container gets, with other ports, as an account without rights."""

import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from runner import ports
from runner.children import end, launch
from runner.paths import ROOT, runs_as_root
from tests.ship.composed import nginx_variables
from tests.workers.processes import eventually

FILES = ROOT / "nginx"
SUFFIX = ".template"
NOBODY = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--")


def fill_in(template: str, variables: dict[str, str]) -> str:
    """As the image's entrypoint does it: names that are given, nothing else."""
    for name, value in variables.items():
        template = template.replace(f"${{{name}}}", value)
    return template


def server_lines(composed: str, name: str, addresses: Sequence[int]) -> str:
    """The line of docker-compose.yml for a name, as one for each of these ports of this machine."""
    (before, after) = composed.split(f"{name} resolve")
    return "\n".join(f"{before}127.0.0.1:{port}{after}" for port in addresses)


class Front:
    """One nginx in a folder of its own. `web` and `realtime` are ports; `changes` are variables of the templates."""

    def __init__(self, web: Sequence[int], realtime: Sequence[int], **changes: str) -> None:
        self.port, self.tls_port, self.own_port = ports.pick(), ports.pick(), ports.pick()
        self.folder = Path(tempfile.mkdtemp(prefix="smartstay-nginx-"))
        self.log = self.folder / "nginx.log"
        self._child: subprocess.Popen[bytes] | None = None
        told = nginx_variables()
        self.variables = told | {
            "NGINX_LOCAL_RESOLVERS": "127.0.0.1",
            "NGINX_HTTP_PORT": f"127.0.0.1:{self.port}",
            "NGINX_HTTPS_PORT": f"127.0.0.1:{self.tls_port}",
            "NGINX_OWN_PORT": str(self.own_port),
            "NGINX_TEMP": str(self.folder),
            "NGINX_WEB": server_lines(told["NGINX_WEB"], "web:8000", web),
            "NGINX_REALTIME": server_lines(told["NGINX_REALTIME"], "realtime:8001", realtime),
            **changes,
        }

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def tls_url(self) -> str:
        return f"https://127.0.0.1:{self.tls_port}"

    def write(self, rewritten: Callable[[str], str] = str) -> None:
        """The files; `rewritten` may change what the templates say."""
        shutil.copy(FILES / "nginx.conf", self.folder)
        shutil.copytree(FILES / "snippets", self.folder / "snippets")
        for template in sorted((FILES / "templates").rglob("*" + SUFFIX)):
            filled = self.folder / "conf.d" / template.relative_to(FILES / "templates").with_suffix("")
            filled.parent.mkdir(parents=True, exist_ok=True)
            filled.write_text(rewritten(fill_in(template.read_text(), self.variables)))
        self.log.touch()
        self._hand_over()

    def _hand_over(self) -> None:
        for path in (self.folder, *self.folder.rglob("*")):
            if runs_as_root():
                os.chown(path, 65534, 65534)

    def command(self, *arguments: str) -> list[str]:
        nginx = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
        assert nginx, "nginx is not installed; ./dev test --slow installs it"
        frame = ["-e", "stderr", "-p", f"{self.folder}/", "-c", str(self.folder / "nginx.conf")]
        rest = ["-g", f"daemon off; pid {self.folder}/nginx.pid;", *arguments]
        return [*(NOBODY if runs_as_root() else ()), nginx, *frame, *rest]

    def test(self) -> subprocess.CompletedProcess[str]:
        """`nginx -t`: what it says is on stderr."""
        with self.log.open("ab") as output:
            return subprocess.run(self.command("-t"), check=False, stdout=output, stderr=subprocess.PIPE, text=True)

    def start(self) -> None:
        self._child = launch(self.command(), log=self.log, cwd=self.folder)
        eventually(self._answers)

    def _answers(self) -> bool:
        assert self._child is not None
        assert self._child.poll() is None, self.log.read_text()
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def stop(self) -> None:
        if self._child is not None:
            end(self._child, signal.SIGTERM, patience=5)
        shutil.rmtree(self.folder)

    def lines(self, **facts: object) -> list[dict[str, Any]]:
        """The access log so far: the lines with these facts."""
        told = (json.loads(line) for line in self.log.read_text().splitlines() if line.startswith("{"))
        return [line for line in told if facts.items() <= line.items()]

    def line_of(self, request_id: str) -> dict[str, Any]:
        """The line of this request, which is written when its connection is done with: some time after the answer."""
        eventually(lambda: self.lines(request_id=request_id) != [])
        (line,) = self.lines(request_id=request_id)
        return line


@contextmanager
def front(
    web: Sequence[int], realtime: Sequence[int], rewritten: Callable[[str], str] = str, **changes: str
) -> Iterator[Front]:
    """One that serves; gone afterwards."""
    nginx = Front(web, realtime, **changes)
    try:
        nginx.write(rewritten)
        nginx.start()
        yield nginx
    finally:
        nginx.stop()
