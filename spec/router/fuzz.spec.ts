import fc from 'fast-check';
import type { RouterOptions } from '../../src/router/index.ts';
import { createTestRouter } from '../../src/testing/index.ts';
import { id, joined, ROLES, setUp, type RawPeer } from './raw.ts';

const uri = fc.constantFrom(
  'com.a',
  'com.',
  'com..b',
  '',
  'com a',
  'wamp.session.kill_all',
  'wamp.session.get',
  'wamp.x',
);
const anId = fc.oneof(fc.integer({ min: 0, max: 8 }), fc.constantFrom(2 ** 53, -1, 1.5, '1', null));
const key = fc.constantFrom(
  'match',
  'acknowledge',
  'progress',
  'receive_progress',
  'timeout',
  'mode',
  'invoke',
  'eligible',
  'exclude_me',
  'ppt_scheme',
  'retain',
  'get_retained',
  'force_reregister',
  '__proto__',
  'x_own',
);
const setting = fc.constantFrom(
  true,
  false,
  'prefix',
  'wildcard',
  'kill',
  'skip',
  'roundrobin',
  [],
  [1],
  0,
  5,
  'x',
  null,
);
const options = fc.dictionary(key, setting, { maxKeys: 3 });
const payload = fc.array(fc.oneof(fc.jsonValue(), fc.uint8Array()), { maxLength: 3 });
const frame = fc.oneof(
  fc.anything({ withNullPrototype: true, withBigInt: true }),
  fc.array(fc.anything(), { maxLength: 6 }),
  fc.tuple(fc.constantFrom(16, 32, 48, 64), anId, options, uri, payload),
  fc.tuple(fc.constantFrom(34, 66), anId, anId),
  fc.tuple(fc.constantFrom(49, 70), anId, options, payload),
  fc.tuple(fc.constant(8), fc.constantFrom(68, 48, 1), anId, options, uri, payload),
  fc.tuple(fc.constantFrom(1, 6), uri, options),
  fc.tuple(fc.constantFrom(3, 6), options, uri),
);

/** Two bystanders still call each other. */
function goOn(caller: RawPeer, callee: RawPeer, request: number): boolean {
  caller.take();
  callee.take();
  caller.send([48, request, {}, 'org.bystander', [request]]);
  callee.send([70, callee.last(1), {}, [request]]);
  return caller.take().some(([type, of]) => type === 50 && of === request);
}

describe('test router, whatever clients send', () => {
  for (const options of [{}, { like: 'crossbar' }, { like: 'nexus' }] satisfies RouterOptions[]) {
    it(`does not die, and serves the others: ${JSON.stringify(options)}`, () => {
      let request = 0;
      const router = createTestRouter({ ...options, quirks: { badUriCloses: false } });
      const wild: RawPeer[] = [];
      let [caller, callee] = [joined(router), joined(router)];
      callee.send([64, 1, {}, 'org.bystander']);
      fc.assert(
        fc.property(fc.array(frame, { minLength: 1, maxLength: 12 }), fc.boolean(), (frames, ordered) => {
          const peer = joined(router, { roles: ROLES });
          wild.push(peer);
          peer.send([64, 1, {}, 'com.a'], [32, 2, {}, 'com.a']);
          // most random requests fail at their id: repair some of them, so that they get further
          let next = 2;
          for (const each of frames) {
            const repaired = ordered && Array.isArray(each) && [16, 32, 34, 48, 64, 66].includes(each[0] as number);
            peer.send(repaired ? [each[0], ++next, ...(each as unknown[]).slice(2)] : each);
          }
          peer.link.lost();
          if (!router.sessions.some((session) => session.id === caller.session)) {
            // a wild one has used wamp.session.kill_all, which is its right
            [caller, callee] = [joined(router), joined(router)];
            callee.send([64, 1, {}, 'org.bystander']);
            request = 0;
          }
          expect(goOn(caller, callee, ++request)).toBeTrue();
        }),
        { numRuns: 300 },
      );
      const crashed = wild.flatMap(({ frames }) => frames).filter((frame) => frame[2] === 'wamp.error.runtime_error');
      expect(crashed).toEqual([]);
      expect(router.sessions.length).toBe(2);
      expect(router.registrations.map(({ procedure }) => procedure)).toEqual(['org.bystander']);
      expect(router.subscriptions).toEqual([]);
    });
  }

  it('does not die of anything before HELLO', () => {
    fc.assert(
      fc.property(fc.array(frame, { maxLength: 4 }), (frames) => {
        const [router, peer] = setUp(1);
        const link = router.attach({ send: () => undefined, close: () => undefined });
        for (const each of frames) link.receive(each);
        link.undecodable('rubbish');
        link.lost();
        link.lost();
        link.receive([]);
        peer.send([32, 1, {}, 'com.a']);
        expect(peer.take()).toEqual([[33, 1, id()]]);
      }),
      { numRuns: 200 },
    );
  });

  it('does not die of frames in memory that no serializer wrote', () => {
    const router = createTestRouter({ delivery: 'flush' });
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json(), fc.uint8Array()), (data) => {
        router
          .transport()
          .open()
          .subscribe((channel) => {
            channel.incoming.subscribe({ error: () => undefined });
            (channel as unknown as { sendFrame(frame: string | Uint8Array): void }).sendFrame(data);
          });
        router.flush();
        expect(router.sessions).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });
});
