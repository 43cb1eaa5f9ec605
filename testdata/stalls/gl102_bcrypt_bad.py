# greenlint: engine cpython
from gevent import monkey
monkey.patch_all()
import bcrypt

salt = bcrypt.gensalt(12)


def task():
    bcrypt.hashpw(b"secret", salt)  # holds: cpu
