"""OpenStack Swift on one directory and in one process: its four servers, as they are, each on a port of its own.

Takes a directory that holds swift.conf, proxy.conf, account.conf, container.conf and object.conf and, as JSON, the port
of each server. The rings are made anew at every start, because the ports are; where objects lie does not depend on them.
"""

import json
import os
import sys
import traceback

import eventlet

eventlet.monkey_patch()

from eventlet import wsgi
from swift.common import utils
from swift.common.ring import RingBuilder
from swift.common.wsgi import SwiftHttpProtocol, loadapp

directory, ports = sys.argv[1], json.loads(sys.argv[2])


def make_ring(kind):
    builder = RingBuilder(part_power=4, replicas=1, min_part_hours=0)
    builder.add_dev({
        'region': 1, 'zone': 1, 'ip': '127.0.0.1', 'port': ports[kind], 'device': 'disk', 'weight': 1,
    })
    builder.rebalance(seed=1)
    builder.get_ring().save(os.path.join(directory, kind + '.ring.gz'))


def serve(kind):
    socket = eventlet.listen(('127.0.0.1', ports[kind]), backlog=512)
    app = loadapp(os.path.join(directory, kind + '.conf'), global_conf={'log_name': kind})
    # As Swift itself serves: the AWS SDK wants the names of headers as they are.
    wsgi.server(
        socket, app, utils.NullLogger(), protocol=SwiftHttpProtocol, socket_timeout=60, capitalize_response_headers=False
    )


def serve_or_end(kind):
    """When one of them fails, all end: the others are of no use without it."""
    try:
        serve(kind)
    except Exception:
        traceback.print_exc()
        os._exit(1)


utils.set_swift_dir(directory)
for kind in ('account', 'container', 'object'):
    make_ring(kind)
for kind in ('account', 'container', 'object'):
    eventlet.spawn(serve_or_end, kind)
serve_or_end('proxy')
