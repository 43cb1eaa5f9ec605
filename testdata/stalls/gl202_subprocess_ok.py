from gevent import monkey
monkey.patch_all()
import subprocess


def task():
    subprocess.run(["sleep", "0.3"])
