"""Build the release and serve the site: ``python -m scripts.serve``."""

import socket
import sys
import tempfile
import webbrowser
from pathlib import Path

import click

from scripts.build import build
from scripts.cli import CONTEXT, reports_mistakes, root_option
from scripts.database import DATABASE
from scripts.dataset import CannotRunError
from scripts.instance import write_instance
from scripts.report import as_text

CONNECTIONS = 500  # at a time; more are answered with 503


@click.command(context_settings=CONTEXT)
@root_option
@click.option(
    "--out", type=click.Path(path_type=Path), default=Path("dist"), show_default=True, help="Folder to build in."
)
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8001, show_default=True, help="Port; 0 takes a free one."
)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--open", "open_", is_flag=True, help="Open the site in the browser.")
@click.option("--allow-findings", is_flag=True, help="Serve even if the check finds something.")
@reports_mistakes
def main(*, root: Path, out: Path, port: int, host: str, open_: bool, allow_findings: bool) -> None:  # noqa: PLR0913 one parameter per option
    """Build the release and serve the site until interrupted; prints the address.

    Exit code 0: interrupted. 1: the check found something and nothing was built. 2: cannot run.

    Example: python -m scripts.serve --port 8001 --open
    """
    report = build(root, out, allow_findings=allow_findings)
    if not report.clean:
        click.echo(as_text(report), err=True)
        if not allow_findings:
            sys.exit(1)
    with tempfile.TemporaryDirectory() as folder, _listen(host, port) as listener:
        write_instance(out / DATABASE, Path(folder))
        address = f"http://{host}:{listener.getsockname()[1]}/"
        click.echo(f"serving {address}")
        if open_:
            webbrowser.open(address)
        _serve(Path(folder), listener)


def _listen(host: str, port: int) -> socket.socket:
    try:
        listener = socket.create_server((host, port))
    except OSError as error:
        raise CannotRunError(f"cannot listen on {host}:{port} ({error.strerror}). Choose another --port.") from None
    # Connections inherit it. Without it asyncio, which does not know this socket as one of TCP, sends the last part of
    # an answer only after the reader has acknowledged the first, 40 ms later.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def _serve(folder: Path, listener: socket.socket) -> None:  # pragma: no cover - tested in a process of its own
    import uvicorn  # noqa: PLC0415 the environment `check` lacks the web server
    from datasette.app import Datasette  # noqa: PLC0415 likewise
    from datasette.utils import StartupError  # noqa: PLC0415 likewise

    try:
        app = Datasette(files=[], config_dir=folder).app()
    except StartupError as error:
        raise CannotRunError(str(error)) from None
    config = uvicorn.Config(app, log_level="warning", server_header=False, limit_concurrency=CONNECTIONS)
    uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main()
