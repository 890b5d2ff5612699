// Clients by others beside ours: each registers what we call and calls what we register, and events go both ways.
import { firstValueFrom, NEVER, of, Subject } from 'rxjs';
import { passthru } from '../../../src/payload/passthru.ts';
import { Key, KeyRing } from '../../../src/payload/keyring.ts';
import { ApplicationError } from '../../../src/protocol/errors.ts';
import type { Invocation } from '../../../src/session/events.ts';
import { result } from '../../../src/session/invocation.ts';
import { describeErrors } from '../../../src/session/remote-error.ts';
import { record } from '../../../src/testing/record.ts';
import { fresh, live, provided } from '../../helpers/live.ts';
import { type PeerKind, Peer } from '../peer.ts';
import { type Scene, joined, refusal, soon } from '../scene.ts';

/** Arguments and what they are called. */
const SHAPES: readonly [name: string, args: readonly unknown[], kwargs: Readonly<Record<string, unknown>>][] = [
  ['nothing', [], {}],
  ['one value', ['ü€𝄞'], {}],
  ['many kinds of values', [1, 'zwei', true, 2.5, null, [], {}, [[1, 2]], { a: { b: [] } }], {}],
  ['keyword values alone', [], { a: 1, b: { c: ['d'] } }],
  ['both', [1, [2]], { a: 'b' }],
  ['53-bit integers', [2 ** 40, Number.MAX_SAFE_INTEGER], {}],
  ['negative 53-bit integers', [-(2 ** 33), Number.MIN_SAFE_INTEGER], {}],
  ['bytes', [Uint8Array.of(0, 1, 127, 128, 255)], {}],
];

/** What a peer is given to run with. */
export interface PeerScene extends Scene {
  readonly kind: PeerKind;
  readonly serializer: string;
}

/** Specifies a client with the whole of RPC and PubSub. */
export function fullPeer({ router, client, kind, serializer }: PeerScene): void {
  let peer: Peer;
  let prefix: string;

  beforeAll(async () => {
    peer = await Peer.start(kind, router.at.ws, serializer);
    prefix = fresh('peer');
    await peer.ask({ do: 'serve', prefix });
  }, 30_000);

  afterAll(() => (peer as Peer | undefined)?.stop());

  for (const [name, args, kwargs] of SHAPES) {
    it(`it answers our call, with ${name}`, async () => {
      const answer = await soon(client().call(`${prefix}.echo`, args, kwargs));
      expect([answer.args, answer.kwargs]).toEqual([args, kwargs]);
    });

    it(`we answer its call, with ${name}`, async () => {
      const procedure = fresh('ours');
      let came: unknown;
      await provided(client(), procedure, (invocation) => {
        came = [invocation.args, invocation.kwargs];
        return result(invocation.args, invocation.kwargs);
      });
      const answer = await peer.ask({ do: 'call', uri: procedure, args, kwargs });
      expect(came).toEqual([args, kwargs]);
      // a single null is no result to some
      expect(answer).toEqual(jasmine.objectContaining({ args, kwargs }));
    });
  }

  for (const [name, args, kwargs] of SHAPES.filter(([name]) => /both|bytes|integers/.test(name))) {
    it(`events both ways, with ${name}`, async () => {
      const [theirs, ours] = [fresh('theirs'), fresh('ours')];
      const wamp = client();
      await peer.ask({ do: 'subscribe', topic: ours });
      await soon(wamp.publish(ours, args, kwargs, { acknowledge: true }));
      expect(await peer.heard(ours)).toEqual(jasmine.objectContaining({ args, kwargs }));
      const events = await live(wamp, theirs);
      await peer.ask({ do: 'publish', topic: theirs, args, kwargs });
      const [event] = await events.next();
      expect([event?.args, event?.kwargs]).toEqual([args, kwargs]);
    });
  }

  it('its error reaches us with URI and arguments', async () => {
    const error = await refusal(firstValueFrom(client().call(`${prefix}.fail`)));
    expect(error).toEqual(
      jasmine.objectContaining({ uri: 'com.app.bad', args: ['why', [1]], kwargs: { a: { b: 1 } } }),
    );
  });

  it('our error reaches it with URI and arguments', async () => {
    const procedure = fresh('ours');
    await provided(client(), procedure, () => {
      throw new ApplicationError('com.app.bad', ['why', [1]], { a: { b: 1 } });
    });
    const asked = peer.ask({ do: 'call', uri: procedure, args: [], kwargs: {} });
    expect(await refusal(asked)).toEqual(
      jasmine.objectContaining({ uri: 'com.app.bad', args: ['why', [1]], kwargs: { a: { b: 1 } } }),
    );
  });

  it('its progressive results reach us', async () => {
    const all = await record(client().call(`${prefix}.count`, [3], {}, { progress: true })).done({ timeout: 5000 });
    expect(all.map(({ value, progress }) => [value, progress])).toEqual([
      [1, true],
      [2, true],
      [3, true],
      [3, false],
    ]);
  });

  it('our progressive results reach it', async () => {
    const procedure = fresh('ours');
    await provided(client(), procedure, () => of(1, 2, result(['end'])));
    const answer = await peer.ask({ do: 'call', uri: procedure, args: [], kwargs: {}, progress: true });
    expect(answer).toEqual(jasmine.objectContaining({ args: ['end'], progress: [1, 2] }));
  });

  it('it cancels a call to us', async () => {
    const procedure = fresh('ours');
    const started = new Subject<Invocation>();
    await provided(client(), procedure, (invocation) => {
      started.next(invocation);
      return NEVER;
    });
    const start = firstValueFrom(started);
    const asked = refusal(peer.ask({ do: 'call', uri: procedure, args: [], kwargs: {}, cancel: true }));
    const { signal } = await start;
    await new Promise<void>((resolve) => {
      if (signal.aborted) resolve();
      else
        signal.addEventListener('abort', () => {
          resolve();
        });
    });
    expect(await asked).toEqual(jasmine.objectContaining({ uri: jasmine.stringContaining('canceled') }));
  });

  it('we cancel a call to it, and go on with it', async () => {
    const wamp = client();
    await joined(wamp);
    const call = record(wamp.call(`${prefix}.slow`));
    await soon(wamp.call(`${prefix}.echo`, ['meanwhile']));
    call.stop();
    expect((await soon(wamp.call(`${prefix}.echo`, ['after']))).value).toBe('after');
    if (kind.part === 'python') expect(await peer.heard('canceled')).toEqual(jasmine.anything());
  });
}

/** Specifies payloads that only the two ends can read, with Autobahn|Python at one of them. */
export function sealed({ router, client, kind, serializer }: PeerScene): void {
  const ring = new KeyRing();
  const [originatorPriv] = ring.generateKey();
  const [responderPriv] = ring.generateKey();
  // both halves of both keys, so that either may ask
  const codec = new KeyRing(new Key({ originatorPriv, responderPriv }));
  const interceptors = [passthru({ codecs: [codec], shape: 'enc' })];
  let peer: Peer;
  let prefix: string;

  beforeAll(async () => {
    const keys = { 'spec.': { originator_priv: originatorPriv, responder_priv: responderPriv } };
    peer = await Peer.start(kind, router.at.ws, serializer, [JSON.stringify(keys)]);
    prefix = fresh('sealed');
    await peer.ask({ do: 'serve', prefix });
  }, 30_000);

  afterAll(() => (peer as Peer | undefined)?.stop());

  it('events both ways', async () => {
    const wamp = client({ interceptors });
    const [theirs, ours] = [fresh('theirs'), fresh('ours')];
    const wire = record(wamp.messages$);
    await peer.ask({ do: 'subscribe', topic: ours });
    await soon(wamp.publish(ours, ['s3cret'], { a: 's3cret' }, { acknowledge: true }));
    expect(await peer.heard(ours)).toEqual(jasmine.objectContaining({ args: ['s3cret'], kwargs: { a: 's3cret' } }));
    const events = await live(wamp, theirs);
    await peer.ask({ do: 'publish', topic: theirs, args: ['s3cret'], kwargs: { a: 's3cret' } });
    const [event] = await events.next();
    expect([event?.args, event?.kwargs, event?.details.encAlgo]).toEqual([['s3cret'], { a: 's3cret' }, 'cryptobox']);
    expect(JSON.stringify(wire.values)).not.toContain('s3cret');
  });

  it('calls and results both ways', async () => {
    const wamp = client({ interceptors });
    const wire = record(wamp.messages$);
    const answer = await soon(wamp.call(`${prefix}.echo`, ['s3cret'], { a: 's3cret' }));
    expect([answer.args, answer.kwargs]).toEqual([['s3cret'], { a: 's3cret' }]);
    const procedure = fresh('ours');
    await provided(wamp, procedure, ({ args, kwargs }) => result(args, kwargs));
    const back = await peer.ask({ do: 'call', uri: procedure, args: ['s3cret'], kwargs: { a: 's3cret' } });
    expect(back).toEqual(jasmine.objectContaining({ args: ['s3cret'], kwargs: { a: 's3cret' } }));
    expect(JSON.stringify(wire.values)).not.toContain('s3cret');
  });

  it('errors both ways', async () => {
    const wamp = client({ interceptors });
    const error = await refusal(firstValueFrom(wamp.call(`${prefix}.fail`, ['x'])));
    expect(error.name).toBe('ApplicationError');
    const procedure = fresh('ours');
    await provided(wamp, procedure, () => {
      throw new ApplicationError('spec.app.bad', ['s3cret'], { a: 1 });
    });
    const reported = await refusal(peer.ask({ do: 'call', uri: procedure, args: ['x'], kwargs: {} }));
    expect(reported).toEqual(jasmine.objectContaining({ uri: 'spec.app.bad' }));
  });
}

/** Specifies wampy (Python), which knows keyword values in events, and arranges results its own way. */
export function wampyPython({ router, client, kind }: PeerScene): void {
  let peer: Peer;
  let topic: string;

  beforeAll(async () => {
    const prefix = fresh('wampy');
    topic = `${prefix}.told`;
    peer = await Peer.start(kind, router.at.ws, 'json', [prefix]);
  }, 30_000);

  afterAll(() => (peer as Peer | undefined)?.stop());

  it('it answers our call, with positional and keyword values', async () => {
    const [args, kwargs] = [[1, 'ü', 2 ** 40, [null, { b: [] }]], { a: -(2 ** 33) }];
    const answer = await soon(client().call('wampy_echo', args, kwargs));
    expect(answer.value).toEqual({ args, kwargs });
  });

  it('we answer its call, with positional and keyword values', async () => {
    const procedure = fresh('ours');
    let came: unknown;
    await provided(client(), procedure, ({ args, kwargs }) => {
      came = [args, kwargs];
      return ['got', args];
    });
    const [args, kwargs] = [[1, 'ü', Number.MAX_SAFE_INTEGER, [null, { b: [] }]], { a: 2.5 }];
    expect(await peer.ask({ do: 'call', uri: procedure, args, kwargs })).toEqual(['got', args]);
    expect(came).toEqual([args, kwargs]);
  });

  it('events both ways, with keyword values', async () => {
    const wamp = client();
    await soon(wamp.publish(topic, [], { a: 1, b: 'ü' }, { acknowledge: true }));
    expect(await peer.heard(topic)).toEqual(jasmine.objectContaining({ kwargs: { a: 1, b: 'ü' } }));
    const theirs = fresh('theirs');
    const events = await live(wamp, theirs);
    await peer.ask({ do: 'publish', topic: theirs, args: [], kwargs: { a: 2 ** 40, b: 'ü' } });
    expect((await events.next())[0]?.kwargs).toEqual({ a: 2 ** 40, b: 'ü' });
  });

  it('its error reaches us, as it makes them', async () => {
    const error = await refusal(firstValueFrom(client().call('wampy_fail')));
    expect(error).toEqual(jasmine.objectContaining({ uri: 'wampy_fail' }));
    expect((error as unknown as { kwargs: unknown }).kwargs).toEqual(
      jasmine.objectContaining({ exc_type: 'ValueError', message: 'why' }),
    );
  });

  it('our error reaches it with URI and arguments', async () => {
    const procedure = fresh('ours');
    await provided(client(), procedure, () => {
      throw new ApplicationError('com.app.bad', ['why'], { a: 1 });
    });
    const reported = await peer.ask({ do: 'call', uri: procedure, args: [], kwargs: {} });
    expect(reported).toEqual({ error: { uri: 'com.app.bad', args: ['why'], kwargs: { a: 1 } } });
  });

  it('our described error reaches it with the keyword values of its own', async () => {
    const procedure = fresh('ours');
    const wamp = client();
    const fail = (): never => {
      throw new RangeError('why');
    };
    await provided(wamp, procedure, describeErrors(wamp, fail));
    const reported = await peer.ask({ do: 'call', uri: procedure, args: [1], kwargs: { a: 2 } });
    const kwargs = { exc_type: 'RangeError', message: 'why', call_args: [1], call_kwargs: { a: 2 } };
    expect(reported).toEqual({ error: { uri: 'wamp.error.runtime_error', args: ['why'], kwargs } });
  });
}
