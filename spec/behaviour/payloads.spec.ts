import { firstValueFrom } from 'rxjs';
import { Client } from '../../src/client/client.ts';
import { Key, KeyRing } from '../../src/payload/keyring.ts';
import { passthru } from '../../src/payload/passthru.ts';
import { cbor } from '../../src/serializers/cbor.ts';
import { json } from '../../src/serializers/json.ts';
import { msgpack } from '../../src/serializers/msgpack.ts';
import { record } from '../../src/testing/record.ts';
import { createTestRouter } from '../../src/testing/test-router.ts';
import { fresh, live, provided } from '../helpers/live.ts';
import { payloads } from '../helpers/payloads.ts';

for (const serializer of [json(), cbor(), msgpack()]) {
  const router = createTestRouter();
  payloads(
    `${serializer.id} in memory`,
    (options) => new Client({ realm: 'realm1', transports: [router.transport({ serializer })], ...options }),
  );
}

describe('packed payloads', () => {
  const ring = new KeyRing();
  const [own] = ring.generateKey();
  const both = new Key({ originatorPriv: own, responderPriv: own });
  let clients: Client[] = [];

  const client = (router: ReturnType<typeof createTestRouter>, shape?: 'auto' | 'ppt'): Client => {
    const made = new Client({
      realm: 'realm1',
      transports: [router.transport()],
      reconnect: { initialDelay: 1 },
      interceptors: [passthru({ codecs: [new KeyRing(both)], shape })],
    });
    clients.push(made);
    return made;
  };

  afterEach(async () => {
    await Promise.all(clients.map((each) => each.close()));
    clients = [];
  });

  for (const [like, mark] of [
    ['crossbar', 'encAlgo'],
    ['nexus', 'pptScheme'],
  ] as const) {
    it(`go in the shape that the router knows (${like})`, async () => {
      const router = createTestRouter({ like });
      const [alice, bob] = [client(router, 'auto'), client(router, 'auto')];
      const [topic, procedure] = [fresh('topic'), fresh('f')];
      const events = await live(bob, topic);
      await provided(bob, procedure, ({ value }) => value);
      alice.publish(topic, [1]);
      const [event] = await events.next();
      expect([event?.value, event?.details[mark]]).toEqual([1, 'cryptobox']);
      const answer = await firstValueFrom(alice.call(procedure, [2]));
      expect([answer.value, answer.details[mark]]).toEqual([2, 'cryptobox']);
    });
  }

  it('are refused here where the router knows another shape alone', async () => {
    const alice = client(createTestRouter({ like: 'crossbar' }), 'ppt');
    await expectAsync(firstValueFrom(alice.call('com.p', [1]))).toBeRejectedWithError(/payload_passthru_mode/);
    expect(alice.status.state).toBe('joined');
  });

  it('wait with their publications and calls for a session, and heal with topics and procedures', async () => {
    const router = createTestRouter();
    const [alice, bob] = [client(router), client(router)];
    const [topic, procedure] = [fresh('topic'), fresh('f')];
    const answer = record(alice.call('wamp.session.count'));
    await answer.next();
    const events = await live(bob, topic);
    const registrations = await provided(bob, procedure, ({ value }) => value);
    router.dropAll();
    await registrations.next();
    expect((await firstValueFrom(alice.call(procedure, ['again']))).value).toBe('again');
    alice.publish(topic, ['again']);
    expect((await events.next())[0]?.value).toBe('again');
  });
});
