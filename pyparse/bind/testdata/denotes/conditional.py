# module: m
# What may be bound on one way or another is a union.
import sys
import six

try:
    import cPickle as pickle
except ImportError:
    import pickle
pickle.loads()  # = cPickle.loads | pickle.loads

try:
    import pycurl
except ImportError:
    pycurl = None
pycurl.Curl()  # = pycurl.Curl

try:
    import simplejson as json
except ImportError:
    raise
json.loads()  # = simplejson.loads

try:
    from time import monotonic
except ImportError:
    monotonic = make()
monotonic()  # = time.monotonic | ?

if c:
    from time import sleep
elif d:
    from gevent import sleep
else:
    from eventlet import sleep
sleep(1)  # = eventlet.sleep | gevent.sleep | time.sleep

if c:
    def fetch(): pass
else:
    def fetch(): pass
fetch()  # = m.fetch | m.fetch

if c:
    from a import run
else:
    raise RuntimeError
run()  # = a.run

if c:
    from b import run
    run()  # = b.run
else:
    run()  # = a.run
run()  # = a.run | b.run

if six.PY2:
    import urllib2 as request
else:
    import urllib.request as request
request.urlopen()  # = urllib.request.urlopen

if sys.version_info[0] == 2:
    import Queue as queue
elif sys.version_info >= (3, 7):
    import queue
else:
    import nothing as queue
queue.Queue()  # = queue.Queue

if sys.version_info < (3, 11):
    import tomli as toml
else:
    import tomllib as toml
toml.load()  # = tomli.load | tomllib.load

if not six.PY3:
    raise SystemExit
toml.load()  # = tomli.load | tomllib.load

for name in names:
    from x import loop
    loop()  # = x.loop
    from y import loop
loop()  # = y.loop

from p import each
while c:
    each()  # = p.each | q.each
    from q import each
    if d:
        continue
    each()  # = q.each
else:
    each()  # = p.each | q.each

match c:
    case 1:
        from a import way
    case 2:
        from b import way
    case _:
        from c import way
way()  # = a.way | b.way | c.way

match c:
    case 1:
        from a import path
    case way:
        pass
way()  # = a.way | b.way | c.way | ?
path()  # = a.path

try:
    from a import thing
    thing()  # = a.thing
    from b import thing
except E:
    thing()  # = a.thing | b.thing
else:
    thing()  # = b.thing
finally:
    thing()  # = a.thing | b.thing
thing()  # = a.thing | b.thing

with suppress(ImportError):
    from fast import thing
thing()  # = a.thing | b.thing | fast.thing

try:
    from a import e
except E as e:
    e()  # = ?
e()  # = a.e

f = time_sleep if c else e
f()  # = a.e | ?
from a import f
c and (f := e)
f()  # = a.e | a.f
open = open if c else e
open()  # = a.e | builtins.open

try:
    unicode
except NameError:
    unicode = str
unicode()  # = builtins.str
