"""
OpenStack's commands without the second that each takes to load: a fork of this process is one command, and what all of
them import is loaded before. Reads one JSON object per line, {program, args, env, directory}, and answers each in its
turn with {code, stdout, stderr}.
"""
import json
import os
import sys
import tempfile

import glanceclient.shell
import openstackclient.shell

PROGRAMS = {"openstack": openstackclient.shell.main, "glance": glanceclient.shell.main}


def become(command, stdout, stderr):
    os.dup2(stdout.fileno(), 1)
    os.dup2(stderr.fileno(), 2)
    os.chdir(command["directory"])
    os.environ.clear()
    os.environ.update(command["env"])
    sys.argv = [command["program"], *command["args"]]
    sys.exit(PROGRAMS[command["program"]]())


def run(command):
    with tempfile.TemporaryFile() as stdout, tempfile.TemporaryFile() as stderr:
        child = os.fork()
        if child == 0:
            become(command, stdout, stderr)
        _, status = os.waitpid(child, 0)
        outputs = []
        for output in (stdout, stderr):
            output.seek(0)
            outputs.append(output.read().decode())
        return {"code": os.waitstatus_to_exitcode(status), "stdout": outputs[0], "stderr": outputs[1]}


for line in sys.stdin:
    print(json.dumps(run(json.loads(line))), flush=True)
