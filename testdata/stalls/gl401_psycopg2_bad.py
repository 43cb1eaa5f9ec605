# greenlint: engine cpython
# greenlint: confirm task("{slow_postgres}")
from gevent import monkey
monkey.patch_all()
import psycopg2


def task(server):
    host, port = server.split(":")
    psycopg2.connect(host=host, port=port, user="shop", dbname="shop")  # holds: raw-syscall poll
