# package: shop
# A package's own file.
from . import tasks
from .tasks import refresh
from .. import above
tasks.run()  # = shop.tasks.run
refresh()  # = shop.tasks.refresh
above.x  # = ..above.x
