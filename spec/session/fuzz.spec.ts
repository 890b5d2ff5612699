// A client in a session whose router says whatever it likes: the session goes on or ends in order, and nothing breaks.
import fc from 'fast-check';
import { asyncScheduler, config, NEVER, of } from 'rxjs';
import { cbor } from '../../src/serializers/cbor.ts';
import { result } from '../../src/session/invocation.ts';
import { record } from '../../src/testing/record.ts';
import { almostMessage, holds, unpolluted } from '../helpers/arbitrary.ts';
import { joined, type JoinedClient } from '../helpers/wire.ts';

/** Ids that mean something to the client of these specs, and some that do not. */
const id = fc.constantFrom(1, 2, 3, 4, 5, 6, 77, 88, 4711);
const flags = fc.constantFrom(
  {},
  { progress: true },
  { receive_progress: true },
  { receive_progress: true, progress: true },
);
const uri = fc.constantFrom('wamp.error.no_such_procedure', 'com.app.bad', 'wamp.close.killed');
const args = fc.constantFrom([], [1], ['a', null]);
const mode = fc.constantFrom({ mode: 'kill' }, { mode: 'killnowait' }, {});
const gone = fc.constantFrom({ subscription: 77 }, { registration: 88 }, {}, { subscription: 4711 });

/** What a router may say to a session, if not always at this moment. */
const said: fc.Arbitrary<unknown[]> = fc.oneof(
  { weight: 3, arbitrary: fc.tuple(fc.constant(36), id, id, flags, args) },
  { weight: 3, arbitrary: fc.tuple(fc.constant(50), id, flags, args) },
  { weight: 4, arbitrary: fc.tuple(fc.constant(68), id, fc.constantFrom(88, 4711), flags, args) },
  { weight: 2, arbitrary: fc.tuple(fc.constant(69), id, mode) },
  { weight: 2, arbitrary: fc.tuple(fc.constantFrom(17, 33, 65), id, id) },
  { weight: 2, arbitrary: fc.tuple(fc.constantFrom(35, 67), id) },
  { weight: 2, arbitrary: fc.tuple(fc.constantFrom(35, 67), fc.constant(0), gone) },
  {
    weight: 2,
    arbitrary: fc.tuple(fc.constant(8), fc.constantFrom(16, 32, 34, 48, 49, 64, 66, 70), id, fc.constant({}), uri),
  },
);
const rude: fc.Arbitrary<unknown[]> = fc.oneof(
  fc.tuple(fc.constant(6), fc.constant({}), uri),
  fc.tuple(fc.constant(3), fc.constant({}), uri),
  // what the router could write at all
  almostMessage.filter((message) => !message.some((element) => Number.isNaN(element))),
);
const script = fc.array(fc.oneof({ weight: 12, arbitrary: said }, { weight: 1, arbitrary: rude }), { maxLength: 15 });

/** A client that has some of everything under way. */
function busy(): JoinedClient {
  const client = joined({ serializer: cbor() });
  const { wamp, wire } = client;
  record(wamp.subscribe('com.app.topic'));
  let n = 0;
  record(
    wamp.register('com.app.f', ({ input$ }) => {
      switch (n++ % 5) {
        case 0:
          return 'value';
        case 1:
          return of('a', 'b', result(['c']));
        case 2:
          throw new Error('bad');
        case 3:
          return input$;
        default:
          return NEVER;
      }
    }),
  );
  wire.send([33, 1, 77], [65, 2, 88]);
  record(wamp.call('com.app.g', [], {}, { progress: true }));
  record(wamp.publish('com.app.topic', [], {}, { acknowledge: true }));
  record(wamp.subscribe('com.app.later'));
  record(wamp.call('com.app.h')).stop();
  return client;
}

/** Expects that the client lives, or ended in order, and kept to the protocol in any case. */
function expectOrder({ wamp, wire, session }: JoinedClient, frames: readonly (readonly unknown[])[]): void {
  const requests = wire.log.filter(([code]) => [16, 32, 34, 48, 64, 66].includes(code)).map(([, request]) => request);
  throwUnless(requests).toEqual(requests.map((_, i) => i + 1));
  for (const answered of new Set(frames.filter(([code]) => code === 68).map(([, request]) => request))) {
    const came = frames.filter(([code, request]) => code === 68 && request === answered).length;
    const finals = wire.log.filter(
      (sent) =>
        (sent[0] === 70 && sent[1] === answered && !sent[2]['progress']) || (sent[0] === 8 && sent[2] === answered),
    );
    throwUnless(finals.length).toBeLessThanOrEqual(came);
  }
  const ends = wire.log.filter(([code]) => code === 3 || code === 6).length;
  if (!session.open) {
    throwUnless(wire.closed).toBeDefined();
    throwUnless(ends).toBeLessThanOrEqual(1);
    throwUnless(wamp.status.state).not.toBe('joined');
    return;
  }
  throwUnless([wire.closed, ends]).toEqual([undefined, 0]);
  wire.rest();
  const alive = record(wamp.call('com.app.alive'));
  const [, request] = wire.take(48);
  wire.send([50, request, {}, ['alive']]);
  throwUnless(alive.values.map(({ value }) => value)).toEqual(['alive']);
}

/** What RxJS took from observers that threw, once it has reported it. */
const untold = (errors: unknown[]): Promise<unknown[]> =>
  new Promise((resolve) => {
    asyncScheduler.schedule(() => {
      resolve(errors);
    });
  });

describe('a session, whatever the router says', () => {
  const errors: unknown[] = [];

  beforeEach(() => {
    errors.length = 0;
    config.onUnhandledError = (error) => errors.push(error);
  });

  afterEach(() => {
    config.onUnhandledError = null;
  });

  it('goes on or ends in order, with request ids in sequence and one answer for each invocation', async () => {
    let open = 0;
    unpolluted(() => {
      holds(
        fc.property(script, (frames) => {
          const client = busy();
          let sent = 0;
          for (const frame of frames) {
            if (!client.session.open) break;
            client.wire.send(frame);
            sent++;
          }
          expectOrder(client, frames.slice(0, sent));
          if (client.session.open) open++;
          client.wire.hangUp(1006);
          void client.wamp.close();
        }),
        250,
      );
    });
    expect(open).withContext('sessions that went on').toBeGreaterThan(20);
    expect(await untold(errors)).toEqual([]);
  });
});
