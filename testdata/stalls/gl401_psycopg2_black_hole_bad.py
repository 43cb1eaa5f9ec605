# greenlint: engine cpython
# greenlint: confirm task("{black_hole}")
from gevent import monkey
monkey.patch_all()
import psycopg2


def task(server):
    host, port = server.split(":")
    psycopg2.connect(host=host, port=port, user="shop", dbname="shop", connect_timeout=2)  # holds: raw-syscall poll
