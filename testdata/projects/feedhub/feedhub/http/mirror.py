"""The mirror speaks FTP over TLS, which requests does not."""

from __future__ import annotations

import io

import pycurl


class MirrorError(OSError):
    pass


def _new_handle(url: str, sink: io.BytesIO) -> pycurl.Curl:
    handle = pycurl.Curl()
    handle.setopt(pycurl.URL, url)
    handle.setopt(pycurl.CONNECTTIMEOUT, 10)
    handle.setopt(pycurl.TIMEOUT, 60)
    handle.setopt(pycurl.USE_SSL, pycurl.USESSL_TRY)
    handle.setopt(pycurl.NOSIGNAL, 1)
    handle.setopt(pycurl.WRITEDATA, sink)
    return handle


class MirrorClient:
    def __init__(self, root: str) -> None:
        self.root = root.rstrip("/")

    def read(self, path: str) -> bytes:
        return self._transfer(f"{self.root}/{path}")

    def _transfer(self, url: str) -> bytes:
        sink = io.BytesIO()
        handle = _new_handle(url, sink)
        try:
            handle.perform()  # expect: GL401
        except pycurl.error as exc:
            code, text = exc.args
            raise MirrorError(code, f"{url}: {text}") from exc
        finally:
            handle.close()
        return sink.getvalue()


def read_file(url: str) -> bytes:
    """Reads one file by its full address, in whatever thread this is."""
    sink = io.BytesIO()
    handle = _new_handle(url, sink)
    try:
        handle.perform()
    finally:
        handle.close()
    return sink.getvalue()

# greenlint: confirm MirrorClient("http://{slow_http}/").read("feeds.xml")
