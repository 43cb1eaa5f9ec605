# greenlint: engine celery-gevent
import subprocess
from celery import Celery

app = Celery("shop")


@app.task
def task():
    subprocess.run(["sleep", "0.3"])
