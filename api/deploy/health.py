"""`python -m api.deploy.health`: does the service of this machine answer? Exit 0 or 1.

For a container's health check; it asks by the settings that the service itself has.
"""

from __future__ import annotations

import http.client
import sys

from indexer.settings import Settings

WITHIN_S = 5.0
_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  not listened on, but replaced


def _path(settings: Settings) -> str:
    mounted = settings.root_path.strip("/")
    return f"/{mounted}/healthz" if mounted else "/healthz"


def main() -> None:
    """Ask for /healthz: an index that is still being made is no reason to start again."""
    settings = Settings.load()
    address = _EVERYWHERE.get(settings.host, settings.host)
    # The service may refuse names that it is not known by, so it is asked by one of its own.
    named = {"Host": settings.allowed_hosts[0]} if settings.allowed_hosts else {}
    connection = http.client.HTTPConnection(address, settings.port, timeout=WITHIN_S)
    try:
        connection.request("GET", _path(settings), headers=named)
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        sys.exit(f"{address} port {settings.port} does not answer: {error}")
    finally:
        connection.close()
    if status != http.HTTPStatus.OK:
        sys.exit(f"{address} port {settings.port} answers with {status}")


if __name__ == "__main__":
    main()
