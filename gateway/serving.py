"""The HTTP server's protocol, with a way to end a connection at once."""

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from gateway.api.stream import ABORT


class Abortable(HttpToolsProtocol):
    """Lets an answer end its connection although the reader hasn't taken what is in its buffer."""

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope["extensions"] = {ABORT: self.transport.abort}  # type: ignore[dict-item]
