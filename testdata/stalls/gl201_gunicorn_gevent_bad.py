# greenlint: engine gunicorn-gevent
# greenlint: confirm application("/export")
import os


def application(environ, start_response):
    if environ["PATH_INFO"] == "/export":
        os.system("sleep 0.3")  # holds: raw-syscall wait4
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"done"]
