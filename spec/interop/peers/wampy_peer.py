"""A client by wampy (Python) that runs the commands of a spec: a line of JSON in, a line of JSON out. Argument: URL.

It has JSON and no binary, no progress and no cancelling; an event that it publishes has keyword values alone, and what
it answers a call with is its own arrangement of one value.
"""

import json
import sys

import gevent
import gevent.monkey

gevent.monkey.patch_all()

from gevent.fileobject import FileObject  # noqa: E402
from wampy.messages import Error  # noqa: E402
from wampy.peers import Client  # noqa: E402
from wampy.roles.callee import callee  # noqa: E402
from wampy.roles.subscriber import subscribe  # noqa: E402

URL, PREFIX = sys.argv[1:3]


def say(**line):
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


class Peer(Client):
    @callee
    def wampy_echo(self, *args, **kwargs):
        return {"args": list(args), "kwargs": kwargs}

    @callee
    def wampy_fail(self):
        raise ValueError("why")

    @subscribe(topic=PREFIX + ".told")
    def told(self, **kwargs):
        kwargs.pop("meta", None)
        say(event=PREFIX + ".told", args=[], kwargs=kwargs)


def do(client, order):
    if order["do"] == "publish":
        client.publish(topic=order["topic"], **order["kwargs"])
        return None
    result = client.call(order["uri"], *order["args"], **order["kwargs"])
    if isinstance(result, Error):
        return {"error": {"uri": result.error, "args": result.args_list, "kwargs": result.kwargs_dict}}
    return result


with Peer(url=URL, realm="realm1") as client:
    say(ready=client.session.id)
    for line in FileObject(sys.stdin.buffer):
        order = json.loads(line)
        try:
            say(id=order["id"], value=do(client, order))
        except Exception as e:
            say(id=order["id"], error={"uri": repr(e), "args": [], "kwargs": {}})
