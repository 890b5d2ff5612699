// The page of `npm run check:webkit`: every transport, serializer and authenticator that a browser has, against the router that the
// address names.
import { firstValueFrom, lastValueFrom, of, toArray } from 'rxjs';
import * as door from 'rxwamp';
import { cryptosign, json, longPoll, scram, sharedWorker, ticket, WampClient, wampcra, webSocket } from 'rxwamp';
import { cbor } from 'rxwamp/cbor';
import { msgpack } from 'rxwamp/msgpack';

const asked = new URL(location.href).searchParams;
const [url, longPollUrl] = [asked.get('router'), asked.get('longPoll')];
const worker = () => new SharedWorker(`/worker.js?router=${encodeURIComponent(url)}`);
const serializers = [json(), cbor(), msgpack()];
const transports = {
  ...Object.fromEntries(serializers.map((each) => [`WebSocket ${each.id}`, webSocket({ url, serializers: [each] })])),
  ...Object.fromEntries(
    serializers.map((each) => [`long-poll ${each.id}`, longPoll({ url: longPollUrl, serializers: [each] })]),
  ),
  SharedWorker: sharedWorker({ worker }),
};
const privateKey = '4a38'.repeat(16);
const authenticators = {
  ticket: ticket({ authid: 'joe', ticket: 'hush' }),
  'WAMP-CRA': wampcra({ authid: 'joe', secret: 'hush' }),
  SCRAM: scram({ authid: 'joe', password: 'hush' }),
  cryptosign: cryptosign({ authid: 'joe', privateKey }),
};

async function using(options, work) {
  const wamp = new WampClient({ realm: 'realm1', reconnect: false, ...options });
  try {
    const session = await firstValueFrom(wamp.connect());
    return await work(wamp, session);
  } finally {
    await wamp.close();
  }
}

const expect = (holds, what) => {
  if (!holds) throw new Error(what);
};

const behaves = async (wamp) => {
  const echo = new Promise((done) => wamp.register('com.app.echo', ({ args }) => args[0]).subscribe(done));
  const count = new Promise((done) => wamp.register('com.app.count', () => of(1, door.result([2]))).subscribe(done));
  const heard = new Promise((done) =>
    wamp
      .subscribe('com.app.topic', {
        onSubscribed: () => wamp.publish('com.app.topic', ['ä'], {}, { excludeMe: false }),
      })
      .subscribe(done),
  );
  await Promise.all([echo, count]);
  const { value } = await firstValueFrom(wamp.call('com.app.echo', [new Uint8Array([0, 255, 7])]));
  expect([...value].join() === '0,255,7', `binary came back as ${value}`);
  const counted = await lastValueFrom(wamp.call('com.app.count', { progress: true }).pipe(toArray()));
  expect(counted.map((each) => each.value).join() === '1,2', 'progress is lost');
  expect((await heard).value === 'ä', 'the event differs');
};

async function run() {
  const came = {};
  const part = async (name, work) => {
    const late = new Promise((_, reject) => setTimeout(() => reject(new Error('no end in 20 s')), 20_000));
    came[name] = await Promise.race([work(), late]).then(
      () => 'yes',
      (error) => String(error),
    );
  };
  for (const [name, transport] of Object.entries(transports)) {
    await part(name, () => using({ transports: [transport] }, behaves));
  }
  for (const [name, each] of Object.entries(authenticators)) {
    await part(name, () =>
      using({ url, realm: 'secured', auth: [each] }, (_wamp, { details }) =>
        expect(details.authid === 'joe', details.authid),
      ),
    );
  }
  return came;
}
globalThis.outcome = run();
