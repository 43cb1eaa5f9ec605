# greenlint: engine celery-eventlet
import time
from celery import shared_task


@shared_task(bind=True, ignore_result=False)
def task(self):
    time.sleep(0.3)
