from gevent import monkey
monkey.patch_all()
import os


def task():
    reader, writer = os.pipe()
    os.read(reader, 10)  # holds: raw-syscall read
