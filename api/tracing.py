"""Traces by OpenTelemetry, where it is installed and told where to send them; else nothing."""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Any, cast

from starlette.middleware import Middleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.routes.observing import Observed

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider

# OpenTelemetry's own variables; without one of them nothing is traced.
_ENDPOINTS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
_PROTOCOLS = ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL")
_EXPORTERS = {"grpc": "otlp_proto_grpc"}  # by protocol; any other is HTTP
_TOLD = ("type", "asgi", "http_version", "method", "scheme", "server")
_PROPAGATED = {b"traceparent", b"tracestate"}
_WHOLE, _FAILED = "fundstelle.scope", "fundstelle.errors"
_log = logging.getLogger("fundstelle")


def provider_from_environment() -> TracerProvider | None:
    """What sends spans to the endpoint of the environment; None where there is none.

    Where an endpoint is given and a package is missing, a warning names it.
    """
    if not any(os.environ.get(name) for name in _ENDPOINTS):
        return None
    protocols = [os.environ[name] for name in _PROTOCOLS if os.environ.get(name)]
    exporter = _EXPORTERS.get(protocols[0] if protocols else "", "otlp_proto_http")
    found = list(entry_points(group="opentelemetry_traces_exporter", name=exporter))
    try:
        import opentelemetry.instrumentation.asgi  # noqa: F401
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor

        if not found:
            raise ImportError(f"opentelemetry-exporter-{exporter.replace('_', '-')} is missing")
        os.environ.setdefault("OTEL_SERVICE_NAME", "fundstelle")
        provider = TracerProvider(resource=Resource.create())
        provider.add_span_processor(BatchSpanProcessor(found[0].load()()))
    except ImportError as error:
        _log.warning("no traces, although an endpoint is given: %s", error)
        return None
    return provider


def traced(layers: Sequence[Middleware], provider: TracerProvider | None) -> list[Middleware]:
    """Put the layer that makes a span of each request before the one that counts it."""
    if provider is None:
        return [*layers]
    place = next(
        number for number, layer in enumerate(layers) if cast(object, layer.cls) is Observed
    )
    return [*layers[:place], Middleware(Traced, provider=provider), *layers[place:]]


class Traced:
    """One span for each request: method, route, status, time; no query, no header, no address."""

    def __init__(self, app: ASGIApp, provider: TracerProvider) -> None:
        from opentelemetry.instrumentation.asgi import OpenTelemetryMiddleware

        self.spanned: ASGIApp = OpenTelemetryMiddleware(
            _Named(app), tracer_provider=provider, exclude_spans=["receive", "send"]
        )
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        # What the library does not see it cannot tell, whichever attributes its versions have.
        shown: dict[str, Any] = {
            **{name: scope[name] for name in _TOLD if name in scope},
            "path": "",
            "raw_path": b"",
            "query_string": b"",
            "client": None,
            "headers": [pair for pair in scope["headers"] if pair[0] in _PROPAGATED],
            _WHOLE: scope,
            _FAILED: [],
        }
        await self.spanned(shown, receive, send)
        for error in shown[_FAILED]:
            raise error


class _Named:
    """Gives the app its whole scope again, and the span the route's template as its name."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        from opentelemetry.trace import get_current_span

        whole: Scope = scope[_WHOLE]
        span = get_current_span()

        async def send_and_name(message: Message) -> None:
            route = getattr(whole.get("route"), "path", None)
            if message["type"] == "http.response.start" and route is not None:
                span.update_name(f"{whole['method']} {route}")
                span.set_attribute("http.route", route)
            await send(message)

        try:
            await self.app(whole, receive, send_and_name)
        except Exception as error:  # past the library, which would keep what it says
            span.set_attribute("error.type", type(error).__qualname__)
            scope[_FAILED].append(error)
