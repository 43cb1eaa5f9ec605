"""The relay takes length-prefixed frames and answers each with one byte."""

from __future__ import annotations

import select
import socket
import struct

from feedhub.config import settings
from feedhub.notify.base import Channel

ACK = b"\x06"
ACK_TIMEOUT = 5.0


class RelayError(OSError):
    pass


def _await_ack(conn: socket.socket) -> None:
    poller = select.epoll()  # expect: GL511
    try:
        poller.register(conn.fileno(), select.EPOLLIN)
        if not poller.poll(ACK_TIMEOUT):
            raise RelayError("the relay did not answer")
    finally:
        poller.close()
    if conn.recv(1) != ACK:
        raise RelayError("the relay refused the frame")


class RelayChannel(Channel):
    """The target is the name of the topic."""

    def send(self, payload: bytes) -> None:
        topic = self.target.encode()
        address = (settings.relay_host, settings.relay_port)
        with socket.create_connection(address, timeout=5.0) as conn:
            conn.sendall(struct.pack("!HI", len(topic), len(payload)) + topic + payload)
            _await_ack(conn)
