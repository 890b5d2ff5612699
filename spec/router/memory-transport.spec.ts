import { TestScheduler } from 'rxjs/testing';
import { isConnectionLostError, isProtocolError } from '../../src/protocol/errors.ts';
import type { Message } from '../../src/protocol/messages.ts';
import { cbor } from '../../src/serializers/cbor.ts';
import { json } from '../../src/serializers/json.ts';
import { msgpack } from '../../src/serializers/msgpack.ts';
import { createTestRouter, record } from '../../src/testing/index.ts';
import { memoryPair, MemoryQueue } from '../../src/router/memory-transport.ts';

const goodbye = (n: unknown): Message => [6, { n }, 'com.reason'] as Message;

describe('memory transport', () => {
  for (const serializer of [json(), cbor(), msgpack()]) {
    it(`carries messages in order through ${serializer.id}, as copies`, () => {
      const queue = new MemoryQueue(true);
      const [left, right] = memoryPair({ serializer, queue, url: 'memory://x' });
      expect(left.details).toEqual({
        type: 'memory',
        url: 'memory://x',
        serializer: serializer.id,
        subprotocol: serializer.subprotocol,
      });
      const came = record(right.incoming);
      const shared = [1];
      left.send(goodbye(shared));
      left.send(goodbye(2 ** 53 - 1));
      left.send(goodbye(new Uint8Array([1, 2])));
      shared.push(2);
      expect(came.values).toEqual([]);
      expect(left.bufferedAmount).toBeGreaterThan(0);
      queue.flush();
      expect(left.bufferedAmount).toBe(0);
      expect(right.received).toBeGreaterThan(10);
      expect(came.values).toEqual([goodbye([1]), goodbye(2 ** 53 - 1), goodbye(new Uint8Array([1, 2]))]);
    });
  }

  it('never delivers inside send, and what an answer brings comes in a later turn', () => {
    const queue = new MemoryQueue(true);
    const [left, right] = memoryPair({ serializer: json(), queue });
    const order: string[] = [];
    right.incoming.subscribe(() => {
      order.push('right begins');
      right.send(goodbye(2));
      order.push('right ends');
    });
    left.incoming.subscribe(() => order.push('left'));
    left.send(goodbye(1));
    order.push('sent');
    queue.flush();
    expect(order).toEqual(['sent', 'right begins', 'right ends', 'left']);
  });

  it('flush inside a delivery does nothing', () => {
    const queue = new MemoryQueue(true);
    const [left, right] = memoryPair({ serializer: json(), queue });
    const came: unknown[] = [];
    right.incoming.subscribe((value) => {
      queue.flush();
      came.push(value);
    });
    left.send(goodbye(1));
    left.send(goodbye(2));
    queue.flush();
    expect(came.length).toBe(2);
  });

  it('moves by itself through asapScheduler, which virtual time drives', () => {
    new TestScheduler(() => undefined).run(({ flush }) => {
      const [left, right] = memoryPair({ serializer: json(), queue: new MemoryQueue() });
      const came = record(right.incoming);
      left.send(goodbye(1));
      expect(came.values.length).toBe(0);
      flush();
      expect(came.values.length).toBe(1);
    });
  });

  it('keeps what comes for an observer who subscribes later in the turn', () => {
    const queue = new MemoryQueue(true);
    const [left, right] = memoryPair({ serializer: json(), queue });
    left.send(goodbye(1));
    left.close();
    queue.flush();
    const came = record(right.incoming);
    expect([came.values.length, came.completed]).toEqual([1, true]);
  });

  it('completes at a close in order after what was sent, errors at any other, and delivers no more', () => {
    const queue = new MemoryQueue(true);
    for (const code of [1000, 1001, 1006]) {
      const [left, right] = memoryPair({ serializer: json(), queue });
      const [here, there] = [record(left.incoming), record(right.incoming)];
      left.send(goodbye(1));
      if (code === 1006) left.drop();
      else left.close(code, 'why');
      expect(here.completed)
        .withContext('at once after drop()')
        .toBe(code === 1006);
      right.send(goodbye(2));
      expect(() => left.send(goodbye(3))).toThrowMatching(isConnectionLostError);
      left.sendFrame('x');
      left.close();
      left.drop();
      queue.flush();
      right.close();
      queue.flush();
      expect([here.values.length, here.completed, there.values.length]).toEqual([0, true, 1]);
      expect(there.completed).toBe(code === 1000);
      if (code !== 1000) expect(isConnectionLostError(there.error) && there.error.code).toBe(code);
    }
  });

  it('completes at its own close once the other end knows, and when both close at once', () => {
    const queue = new MemoryQueue(true);
    const [left, right] = memoryPair({ serializer: json(), queue });
    const [here, there] = [record(left.incoming), record(right.incoming)];
    left.close();
    right.close(1011);
    expect([here.ended, there.ended]).toEqual([false, false]);
    queue.flush();
    expect([here.completed, there.completed]).toEqual([true, true]);
  });

  it('sends nothing that cannot be written', () => {
    const [left] = memoryPair({ serializer: json(), queue: new MemoryQueue(true) });
    const circle: { self?: unknown } = {};
    circle.self = circle;
    expect(() => left.send(goodbye(circle))).toThrowMatching((error: Error) => error.name === 'SerializationError');
    expect(left.bufferedAmount).toBe(0);
  });

  it('errors for a frame that cannot be read, and ends at one that is too large', () => {
    const queue = new MemoryQueue(true);
    const [left, right] = memoryPair({ serializer: json(), queue, maxMessageSize: 100 });
    const came = record(right.incoming);
    left.sendFrame('{');
    queue.flush();
    expect(isProtocolError(came.error)).toBeTrue();
    const [again, back] = [record(right.incoming), record(left.incoming)];
    left.send(goodbye('x'.repeat(200)));
    queue.flush();
    for (const { error } of [again, back]) expect(isConnectionLostError(error) && error.code).toBe(1009);
  });

  it('loses nothing behind a task that throws', () => {
    const queue = new MemoryQueue(true);
    const done: number[] = [];
    queue.post(() => done.push(1));
    queue.post(() => {
      throw new Error('broken');
    });
    queue.post(() => done.push(2));
    expect(() => queue.flush()).toThrowError('broken');
    queue.flush();
    expect(done).toEqual([1, 2]);
  });

  it('opens through the router: cold, one channel, given up by unsubscribing', () => {
    const router = createTestRouter({ delivery: 'flush' });
    const transport = router.transport({ name: 'in here', serializer: cbor() });
    expect(transport.name).toBe('in here');
    const opened = transport.open();
    const [kept, given] = [record(opened), record(opened)];
    given.stop();
    expect(kept.values.length).toBe(0);
    router.flush();
    expect([kept.values.length, kept.completed, given.values.length]).toEqual([1, true, 0]);
    const [channel] = kept.values;
    const came = record(channel?.incoming ?? opened);
    channel?.send([1, 'realm1', { roles: { caller: {} } }]);
    router.flush();
    expect(router.sessions[0]?.link).toEqual({ type: 'memory', serializer: 'cbor' });
    expect(came.values.length).toBe(1);
    channel?.drop();
    router.flush();
    expect(router.sessions).toEqual([]);
  });

  it('has the router abort what it cannot read, or ignore it like nexus', () => {
    for (const like of [undefined, 'nexus'] as const) {
      const router = createTestRouter({ delivery: 'flush', ...(like ? { like } : {}) });
      const clients = record(router.transport().open());
      router.flush();
      const [client] = clients.values as unknown as [ReturnType<typeof memoryPair>[0]];
      const came = record(client.incoming);
      client.sendFrame('rubbish');
      router.flush();
      if (like) client.send([1, 'realm1', { roles: { caller: {} } }]);
      router.flush();
      expect((came.values[0] as unknown[])[0]).toBe(like ? 2 : 3);
    }
  });
});
