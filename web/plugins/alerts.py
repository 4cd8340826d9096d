"""The alerts: notes by e-mail, off unless they are set (docs/alerts.md).

Their pages live in `pages.alerts`, what they do in the package `alerts`; both lie in the folder above this one.
"""

import asyncio
import os
import re
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from datasette import hookimpl
from datasette.app import Datasette
from datasette.utils import StartupError

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from alerts.sending import Worker
from alerts.settings import DATABASE, Settings, SettingsError, from_environment
from pages.alerts import PAGES, Desk

App = Callable[..., Awaitable[None]]
Scope = dict[str, Any]


@hookimpl  # type: ignore[untyped-decorator] # Datasette ships no types
def register_routes(datasette: Datasette) -> list[tuple[str, Callable[..., Any]]]:
    """Give Datasette the addresses of the alerts, or none where they are off."""
    settings = _settings(datasette)
    return Desk(settings, _now).routes() if settings else []


@hookimpl  # type: ignore[untyped-decorator] # Datasette ships no types
def extra_template_vars() -> dict[str, bool]:
    """Tell every page whether there are alerts."""
    return {"alerts": bool(os.environ.get(DATABASE))}


@hookimpl(optionalhook=True)  # type: ignore[untyped-decorator] # Datasette 1.0 needs it no more
def skip_csrf(datasette: Datasette, scope: Scope) -> bool:
    """Let our forms do without a token, since a page with one is not cached; `pages.alerts` sees who sends them."""
    return _is_ours(datasette, scope)


@hookimpl  # type: ignore[untyped-decorator] # Datasette ships no types
def asgi_wrapper(datasette: Datasette) -> Callable[[App], App]:
    """Send mails beside the site for as long as a server serves it, and at once when a form was sent."""
    settings = _settings(datasette)

    def wrap(app: App) -> App:
        if settings is None:
            return app
        worker = Worker(settings, _now)

        async def served(scope: Scope, receive: App, send: App) -> None:
            if scope["type"] != "lifespan":
                await app(scope, receive, send)
                if scope["type"] == "http" and scope["method"] == "POST" and _is_ours(datasette, scope):
                    worker.wake()
                return
            worker.start()
            try:
                await app(scope, receive, send)
            finally:
                worker.end()
                await asyncio.to_thread(worker.join)

        return served

    return wrap


def _settings(datasette: Datasette) -> Settings | None:
    """Return the settings. Raises StartupError where they make no sense, or the site would serve what they guard."""
    try:
        settings = from_environment(os.environ)
    except SettingsError as error:
        raise StartupError(str(error)) from None
    if settings is None:
        return None
    kept = [settings.database, *([settings.mail] if isinstance(settings.mail, Path) else [])]
    served = [datasette.config_dir, *(folder for _, folder in datasette.static_mounts)]
    served += [database.path for database in datasette.databases.values() if database.path]
    for path in (path.resolve() for path in kept):
        for place in (Path(place).resolve() for place in served if place):
            if path.is_relative_to(place):
                raise StartupError(f"{path} lies in {place}, which the site serves. Keep it in another folder.")
    return settings


def _is_ours(datasette: Datasette, scope: Scope) -> bool:
    base = re.escape(datasette.setting("base_url").rstrip("/"))
    return bool(re.match(rf"{base}/alerts/({'|'.join(PAGES)})(/[^/]+)?$", scope.get("path", "")))


def _now() -> int:
    return int(time.time())
