# greenlint: engine cpython
# greenlint: confirm task("{slow_postgres}")
import eventlet
eventlet.monkey_patch()
import psycopg2


def task(server):
    host, port = server.split(":")
    psycopg2.connect(host=host, port=port, user="shop", dbname="shop")
