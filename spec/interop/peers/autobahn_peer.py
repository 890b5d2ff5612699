"""A client by Autobahn|Python that runs the commands of a spec: a line of JSON in, a line of JSON out.

Arguments: URL, serializer, and optionally a key pair for cryptobox as JSON. Bytes travel as {"$bytes": hex}.
"""

import asyncio
import json
import sys

from autobahn.asyncio.wamp import ApplicationRunner, ApplicationSession
from autobahn.wamp import serializer, types
from autobahn.wamp.cryptobox import Key, KeyRing
from autobahn.wamp.exception import ApplicationError

SERIALIZERS = {
    "json": serializer.JsonSerializer,
    "msgpack": serializer.MsgPackSerializer,
    "cbor": serializer.CBORSerializer,
}


def packed(value):
    if isinstance(value, (bytes, bytearray)):
        return {"$bytes": value.hex()}
    if isinstance(value, (list, tuple)):
        return [packed(each) for each in value]
    if isinstance(value, dict):
        return {key: packed(each) for key, each in value.items()}
    return value


def unpacked(value):
    if isinstance(value, list):
        return [unpacked(each) for each in value]
    if isinstance(value, dict):
        if "$bytes" in value:
            return bytes.fromhex(value["$bytes"])
        return {key: unpacked(each) for key, each in value.items()}
    return value


def say(**line):
    sys.stdout.write(json.dumps(packed(line)) + "\n")
    sys.stdout.flush()


def whole(result):
    """What came back from a call, with all its positional and keyword values."""
    if isinstance(result, types.CallResult):
        return {"args": list(result.results), "kwargs": result.kwresults or {}}
    return {"args": [] if result is None else [result], "kwargs": {}}


class Peer(ApplicationSession):
    async def onJoin(self, details):
        keys = self.config.extra
        if keys:
            ring = KeyRing()
            for prefix, parts in keys.items():
                ring.set_key(prefix, Key(**parts))
            self.set_payload_codec(ring)
        say(ready=details.session)
        # asyncio holds tasks by weak references alone
        self.tasks = {asyncio.ensure_future(self.obey())}

    async def obey(self):
        self.reader = asyncio.StreamReader()
        protocol = asyncio.StreamReaderProtocol(self.reader)
        self.pipe = await asyncio.get_running_loop().connect_read_pipe(lambda: protocol, sys.stdin)
        while line := await self.reader.readline():
            self.tasks.add(asyncio.ensure_future(self.do(unpacked(json.loads(line)))))
        self.leave()

    async def do(self, order):
        try:
            say(id=order["id"], value=await getattr(self, "do_" + order["do"])(order))
        except ApplicationError as e:
            say(id=order["id"], error={"uri": e.error, "args": list(e.args), "kwargs": e.kwargs})
        except asyncio.CancelledError:
            say(id=order["id"], error={"uri": "canceled", "args": [], "kwargs": {}})
        except Exception as e:
            say(id=order["id"], error={"uri": repr(e), "args": [], "kwargs": {}})

    async def do_serve(self, order):
        async def fail():
            raise ApplicationError("com.app.bad", "why", [1], a={"b": 1})

        async def count(n, details):
            for i in range(1, n + 1):
                details.progress(i)
            return n

        async def slow():
            try:
                await asyncio.sleep(3600)
            except asyncio.CancelledError:
                say(event="canceled", args=[], kwargs={})
                raise

        def echo(*args, **kwargs):
            return types.CallResult(*args, **kwargs)

        prefix = order["prefix"]
        await self.register(echo, prefix + ".echo")
        await self.register(fail, prefix + ".fail")
        await self.register(count, prefix + ".count", types.RegisterOptions(details=True))
        await self.register(slow, prefix + ".slow")

    async def do_subscribe(self, order):
        def on_event(*args, **kwargs):
            say(event=order["topic"], args=list(args), kwargs=kwargs)

        await self.subscribe(on_event, order["topic"])

    async def do_publish(self, order):
        options = types.PublishOptions(acknowledge=True)
        await self.publish(order["topic"], *order["args"], options=options, **order["kwargs"])

    async def do_call(self, order):
        progress = []
        options = None
        if order.get("progress"):
            options = types.CallOptions(on_progress=progress.append)
        call = self.call(order["uri"], *order["args"], options=options, **order["kwargs"])
        if order.get("cancel"):
            asyncio.get_running_loop().call_later(0.2, call.cancel)
        return {**whole(await call), "progress": progress}

    def onLeave(self, details):
        self.disconnect()

    def onDisconnect(self):
        asyncio.get_event_loop().stop()


if __name__ == "__main__":
    url, kind = sys.argv[1:3]
    keys = json.loads(sys.argv[3]) if len(sys.argv) > 3 else None
    ApplicationRunner(url, "realm1", extra=keys, serializers=[SERIALIZERS[kind]()]).run(Peer)
