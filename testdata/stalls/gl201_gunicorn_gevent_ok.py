# greenlint: engine gunicorn-gevent
# greenlint: confirm application("/export")
import subprocess


def application(environ, start_response):
    if environ["PATH_INFO"] == "/export":
        subprocess.run(["sleep", "0.3"])
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"done"]
