# greenlint: engine celery-gevent
import os
from celery import Celery

app = Celery("shop")


@app.task
def task():
    os.system("sleep 0.3")  # holds: raw-syscall wait4
