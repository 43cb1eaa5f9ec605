# greenlint: loop gevent
# greenlint: confirm task("{slow_tcp}".split(":"))
import socket


def task(address):
    connection = socket.create_connection(address)
    connection.recv(100)  # holds: raw-syscall recvfrom
