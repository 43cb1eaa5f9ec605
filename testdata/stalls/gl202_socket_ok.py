# greenlint: confirm task("{slow_tcp}".split(":"))
from gevent import monkey
monkey.patch_all()
import socket


def task(address):
    connection = socket.create_connection(address)
    connection.recv(100)
