"""``sim app``: the planner's page."""

from __future__ import annotations

import socket
from importlib.util import find_spec
from pathlib import Path

import click

from sim.cli.common import Whole

_PORT = 8712


@click.command()
@click.option("--port", type=Whole(1024, 65535), default=_PORT, show_default=True, help="On 127.0.0.1.")
@click.option("--browser/--no-browser", default=True, show_default=True, help="Open the page in the browser.")
@click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    default=Path(),
    help="Folder whose scenarios may be chosen, besides those shipped.  [default: this one]",
)
def app(port: int, browser: bool, folder: Path) -> None:
    """Open the planner's page in the browser; it answers on this machine only."""
    if find_spec("nicegui") is None:
        raise click.UsageError("the page needs NiceGUI; install it with: pip install 'helpline-sim[app]'")
    if not _free(port):
        raise click.UsageError(f"port {port} is taken, perhaps by another sim app; choose another with --port")
    click.echo(f"The page is at http://127.0.0.1:{port} (end with Ctrl-C).")
    from sim.app.server import serve

    serve(folder=folder, port=port, show=browser)


def _free(port: int) -> bool:
    with socket.socket() as found:
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            found.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
