"""OpenStack Keystone on one directory and in one process: its public API, as it is, on a port.

Takes a directory that holds keystone.conf, the port, and the password of the administrator. Database and keys are made at
the first start.
"""

import os
import socketserver
import sys
from wsgiref import simple_server

from keystone.cmd import manage as program
from keystone.server.flask import core

directory, port, password = sys.argv[1], int(sys.argv[2]), sys.argv[3]
configuration = ['--config-file', os.path.join(directory, 'keystone.conf')]


def manage(*command):
    """As the command keystone-manage, which reads its arguments from the process."""
    sys.argv = ['keystone-manage', *configuration, *command]
    program.main()


def in_a_process(*command):
    """Commands keep what they read for the rest of their process."""
    child = os.fork()
    if child == 0:
        try:
            manage(*command)
            os._exit(0)
        except BaseException as error:
            print(error, file=sys.stderr)
            os._exit(1)
    if os.waitpid(child, 0)[1] != 0:
        sys.exit('keystone-manage ' + command[0] + ' failed')


class Server(socketserver.ThreadingMixIn, simple_server.WSGIServer):
    daemon_threads = True


class Handler(simple_server.WSGIRequestHandler):
    def address_string(self):
        return self.client_address[0]  # no look-up of a name for a line of a log


user, group = str(os.getuid()), str(os.getgid())
keys = ['--keystone-user', user, '--keystone-group', group]
if not os.path.exists(os.path.join(directory, 'ready')):
    in_a_process('db_sync')
    in_a_process('fernet_setup', *keys)
    in_a_process('credential_setup', *keys)
    in_a_process(
        'bootstrap', '--bootstrap-password', password, '--bootstrap-region-id', 'region-1',
        '--bootstrap-public-url', 'http://127.0.0.1:%d/v3' % port,
    )
    open(os.path.join(directory, 'ready'), 'w').close()

sys.argv = sys.argv[:1]
application = core.initialize_application('public', config_files=[configuration[1]])
simple_server.make_server('127.0.0.1', port, application, Server, Handler).serve_forever()
