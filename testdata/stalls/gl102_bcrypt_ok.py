# greenlint: engine cpython
from gevent import monkey
monkey.patch_all()
import bcrypt
import gevent

salt = bcrypt.gensalt(12)


def task():
    gevent.get_hub().threadpool.apply(bcrypt.hashpw, (b"secret", salt))
