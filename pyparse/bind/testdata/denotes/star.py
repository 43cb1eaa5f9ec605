# module: m
# What a star import may give is a guess.
from time import sleep
sleep()  # = time.sleep
from gevent import *
sleep()  # = gevent.sleep* | time.sleep | ?
spawn()  # = gevent.spawn* | ?
_late()  # = ?
open()  # = builtins.open | gevent.open* | ?
from time import sleep
sleep()  # = time.sleep


def f(x):
    spawn()  # = gevent.spawn* | other.spawn* | ?
    sleep()  # = other.sleep* | time.sleep | ?
    x()  # = ?


from other import *
