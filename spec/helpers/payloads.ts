// Packed payloads from end to end, whatever carries them: the same specs for every serializer and transport.
import { concat, firstValueFrom, map, of, throwError } from 'rxjs';
import type { Client } from '../../src/client/client.ts';
import { aes256gcm } from '../../src/payload/ciphers.ts';
import { Key, KeyRing } from '../../src/payload/keyring.ts';
import { passthru, type PassthruConfig } from '../../src/payload/passthru.ts';
import { payloadCodec } from '../../src/payload/serialized.ts';
import { ApplicationError } from '../../src/protocol/errors.ts';
import { cbor } from '../../src/serializers/cbor.ts';
import { json } from '../../src/serializers/json.ts';
import { msgpack } from '../../src/serializers/msgpack.ts';
import { result } from '../../src/session/invocation.ts';
import type { Invocation } from '../../src/session/events.ts';
import type { PassthruOptions } from '../../src/session/options.ts';
import { record } from '../../src/testing/record.ts';
import type { Connect } from './behaviour.ts';
import { fresh, live, provided } from './live.ts';

const ring = new KeyRing();
const [originatorPriv, originatorPub] = ring.generateKey();
const [responderPriv, responderPub] = ring.generateKeyHex();
/** What either side is given: the other's private key is not in it. */
const originators = new KeyRing(new Key({ originatorPriv, responderPub }));
const responders = new KeyRing(new Key({ responderPriv, originatorPub }));
const [key] = ring.generateKey();
const packing = payloadCodec({ serializers: [json(), cbor(), msgpack()], ciphers: [aes256gcm({ k1: key })] });

interface Case {
  readonly name: string;
  readonly options: PassthruOptions;
  /** What the one who asks and the one who answers are given. */
  readonly asking: PassthruConfig;
  readonly answering: PassthruConfig;
  /** What details tell. */
  readonly reported: object;
  /** The attributes on the wire. */
  readonly mark: 'ppt_scheme' | 'enc_algo';
}

const packed = (pptSerializer: string, more: PassthruOptions = {}): Case => ({
  name: `packed as ${pptSerializer}${more.pptCipher === undefined ? '' : `, sealed with ${more.pptCipher}`}`,
  options: { pptScheme: 'x_spec', pptSerializer, ...more },
  asking: { codecs: [packing] },
  answering: { codecs: [packing] },
  reported: { pptScheme: 'x_spec', pptSerializer, ...more },
  mark: 'ppt_scheme',
});

const CASES: readonly Case[] = [
  packed('json'),
  packed('cbor'),
  packed('msgpack'),
  packed('cbor', { pptCipher: 'aes256gcm', pptKeyid: 'k1' }),
  {
    name: 'sealed in a box',
    options: {},
    asking: { codecs: [originators] },
    answering: { codecs: [responders] },
    reported: { pptScheme: 'cryptobox', pptSerializer: 'json', pptCipher: 'xsalsa20poly1305' },
    mark: 'ppt_scheme',
  },
  {
    name: "sealed in a box in Autobahn's shape",
    options: {},
    asking: { codecs: [originators], shape: 'enc' },
    answering: { codecs: [responders] },
    reported: { encAlgo: 'cryptobox', encSerializer: 'json' },
    mark: 'enc_algo',
  },
];

const VALUES = ['s3cret', -1, 2.5, true, null, [{ a: 'ä' }], Uint8Array.of(0, 255)];

/** Specifies packed payloads over one kind of connection; in the shapes that the router announces. */
export function payloads(
  name: string,
  connect: Connect,
  shapes: readonly ('ppt_scheme' | 'enc_algo')[] = ['ppt_scheme', 'enc_algo'],
): void {
  describe(`packed payloads over ${name}`, () => {
    let clients: Client[] = [];
    const client = (config?: PassthruConfig): Client => {
      const made = connect(config && { interceptors: [passthru(config)] });
      clients.push(made);
      return made;
    };

    afterEach(async () => {
      await Promise.all(clients.map((each) => each.close()));
      clients = [];
    });

    for (const { name: how, options, asking, answering, reported, mark } of CASES) {
      if (!shapes.includes(mark)) continue;
      describe(how, () => {
        it('events and their details', async () => {
          const [alice, bob] = [client(asking), client(answering)];
          const topic = fresh('topic');
          const events = await live(bob, topic);
          const sent = record(alice.messages$);
          alice.publish(topic, VALUES, { text: 's3cret' }, options);
          const [event] = await events.next();
          expect([event?.args, event?.kwargs]).toEqual([VALUES, { text: 's3cret' }]);
          expect(event?.details).toEqual(jasmine.objectContaining({ ...reported, topic }));
          const published = sent.values.find(({ message }) => message[0] === 16)?.message;
          expect(published?.[2]).toEqual(jasmine.objectContaining({ [mark]: jasmine.any(String) }));
          expect(published?.length).toBe(5);
          expect(JSON.stringify(published)).not.toContain('s3cret');
        });

        it('calls and results', async () => {
          const [alice, bob] = [client(asking), client(answering)];
          const procedure = fresh('f');
          let details: unknown;
          await provided(bob, procedure, (invocation) => {
            ({ details } = invocation);
            return result(invocation.args, invocation.kwargs);
          });
          const [asked, answered] = [record(alice.messages$), record(bob.messages$)];
          const answer = await firstValueFrom(alice.call(procedure, VALUES, { text: 's3cret' }, options));
          expect([answer.args, answer.kwargs]).toEqual([VALUES, { text: 's3cret' }]);
          expect(answer.details).toEqual(jasmine.objectContaining({ ...reported, procedure }));
          expect(details).toEqual(jasmine.objectContaining({ ...reported, procedure }));
          expect(JSON.stringify([asked.values, answered.values])).not.toContain('s3cret');
        });

        it('errors', async () => {
          const [alice, bob] = [client(asking), client(answering)];
          const procedure = fresh('f');
          await provided(bob, procedure, () => {
            throw new ApplicationError('com.app.error.bad', ['s3cret', 2], { unit: 'kB' });
          });
          const answered = record(bob.messages$);
          await expectAsync(firstValueFrom(alice.call(procedure, [], {}, options))).toBeRejectedWith(
            jasmine.objectContaining({
              uri: 'com.app.error.bad',
              args: ['s3cret', 2],
              kwargs: { unit: 'kB' },
              procedure,
            }),
          );
          expect(JSON.stringify(answered.values)).not.toContain('s3cret');
        });

        it('progressive results, and an error behind them', async () => {
          const [alice, bob] = [client(asking), client(answering)];
          const procedure = fresh('f');
          await provided(bob, procedure, ({ value }) =>
            value === 'fail'
              ? concat(
                  of('p1'),
                  throwError(() => new ApplicationError('com.app.bad', ['late'])),
                )
              : of('p1', 'p2', result(['end'], { a: 1 })),
          );
          const all = await record(alice.call(procedure, [], {}, { ...options, progress: true })).done();
          expect(all.map(({ args, kwargs, progress }) => [args, kwargs, progress])).toEqual([
            [['p1'], {}, true],
            [['p2'], {}, true],
            [['end'], { a: 1 }, false],
          ]);
          const failed = record(alice.call(procedure, ['fail'], {}, { ...options, progress: true }));
          await expectAsync(failed.done()).toBeRejectedWith(
            jasmine.objectContaining({ uri: 'com.app.bad', args: ['late'] }),
          );
          expect(failed.values.map(({ value }) => value)).toEqual(['p1']);
        });

        it('arguments that come in chunks', async () => {
          const [alice, bob] = [client(asking), client(answering)];
          const procedure = fresh('sum');
          await provided(bob, procedure, ({ input$ }: Invocation) => {
            let sum = 0;
            return input$.pipe(map(({ args }) => (sum += Number(args[0]))));
          });
          const lists = of([1], [2], [3]);
          const all = await record(alice.call(procedure, lists, {}, { ...options, progress: true })).done();
          expect(all.map(({ value }) => value)).toEqual([1, 3, 6]);
        });

        it('a client without a codec sees the bare binary, and how it was packed', async () => {
          const [alice, carol] = [client(asking), client()];
          const topic = fresh('topic');
          const events = await live(carol, topic);
          alice.publish(topic, [1], {}, options);
          const [event] = await events.next();
          expect([event?.args, event?.kwargs]).toEqual([[jasmine.any(Uint8Array)], {}]);
          expect(event?.details).toEqual(jasmine.objectContaining(reported));
        });

        it('a client with another codec drops the event and refuses the call', async () => {
          const [alice, mallory] = [
            client(asking),
            client({ codecs: [payloadCodec({ serializers: [], schemes: [] })] }),
          ];
          const [topic, procedure] = [fresh('topic'), fresh('f')];
          const errors = record(mallory.userErrors$);
          const events = await live(mallory, topic);
          await provided(mallory, procedure, () => 1);
          alice.publish(topic, [1], {}, options);
          await errors.next();
          await expectAsync(firstValueFrom(alice.call(procedure, [], {}, options))).toBeRejectedWith(
            jasmine.objectContaining({ uri: 'wamp.error.no_payload_codec', procedure }),
          );
          expect(errors.values.map(({ context }) => context)).toEqual([
            `payload codec: event of ${topic}`,
            `payload codec: invocation of ${procedure}`,
          ]);
          expect(events.values).toEqual([]);
        });
      });
    }

    it('the wrong key reads nothing', async () => {
      const [alice, bob] = [
        client({ codecs: [originators] }),
        client({ codecs: [new KeyRing(ring.generateKey()[0])] }),
      ];
      const procedure = fresh('f');
      await provided(bob, procedure, () => 1);
      await expectAsync(firstValueFrom(alice.call(procedure, ['s3cret']))).toBeRejectedWith(
        jasmine.objectContaining({ uri: 'wamp.error.encryption.decrypt_error', procedure }),
      );
    });

    it('what the router itself answers goes in the open', async () => {
      const alice = client({ codecs: [originators] });
      expect((await firstValueFrom(alice.call<number>('wamp.session.count'))).value).toBeGreaterThan(0);
    });

    it('clients with and without a codec talk in the open as ever', async () => {
      const [alice, carol] = [client({ codecs: [packing] }), client()];
      const procedure = fresh('f');
      await provided(alice, procedure, ({ value }) => value);
      expect((await firstValueFrom(carol.call(procedure, [7]))).value).toBe(7);
    });

    it('a call in passthru mode to a callee without it is refused by the router', async () => {
      const [alice, carol] = [client({ codecs: [packing] }), client()];
      const procedure = fresh('f');
      await provided(carol, procedure, () => 1);
      const call = alice.call(procedure, [], {}, { pptScheme: 'x_spec', pptSerializer: 'json' });
      await expectAsync(firstValueFrom(call)).toBeRejectedWith(
        jasmine.objectContaining({ uri: 'wamp.error.feature_not_supported' }),
      );
    });
  });
}
