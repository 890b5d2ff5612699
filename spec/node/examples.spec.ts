// The programs of demo/examples, as processes, on the router of the testing kit.
import { firstValueFrom } from 'rxjs';
import { ApplicationError, cryptosignPublicKey, WampClient } from '../../src/index.ts';
import {
  acceptCryptosign,
  acceptScram,
  acceptTicket,
  acceptWampCra,
  type RouterOptions,
} from '../../src/router/index.ts';
import { createTestRouter, type TestRouter } from '../../src/testing/index.ts';
import { serveRouter, type ServedRouter } from '../../src/router/node/index.ts';
import { programs, type Program } from '../helpers/program.ts';

/** What a process may take until it runs, on a machine that has other things to do. */
const SLOW = { timeout: 45_000 };

describe('the examples', () => {
  const start = programs();
  let router: TestRouter;
  let served: ServedRouter;
  let wamp: WampClient;

  const serve = async (options?: RouterOptions): Promise<void> => {
    router = createTestRouter(options);
    served = await serveRouter(router);
    wamp = new WampClient({ url: served.url, realm: 'realm1' });
  };
  afterEach(async () => {
    await wamp.close();
    await served.close();
    await router.close();
  });

  /** One of the examples, on the router. */
  const example = (name: string, args: readonly string[] = [], env: Record<string, string> = {}): Program =>
    start([`demo/examples/${name}.ts`, ...args], { RXWAMP_URL: served.url, ...env });
  /** Exports of examples, as `rxwamp run` runs them. */
  const components = (...asked: string[]): Program =>
    start(['src/cli/main.ts', 'run', ...asked.map((each) => `demo/examples/${each}`), '--url', served.url]);
  const call = async (uri: string, ...args: unknown[]): Promise<unknown> =>
    (await firstValueFrom(wamp.call(uri, args))).value;

  it('the weather application asks, answers, listens and publishes, and comes back after a loss', async () => {
    await serve();
    const asked = router.mock('another.example.app.endpoint', 'sunny');
    const published = router.watch('wampy-weather');
    const app = components('weather.ts#WeatherApp');
    await router.whenRegistered('get_weather', 1, SLOW);
    await router.whenSubscribed('global-weather', 1, SLOW);
    expect(await call('get_weather')).toBe('sunny');
    expect(asked.calls.length).toBe(1);
    await firstValueFrom(wamp.publish('global-weather', [{ celsius: 21 }], {}, { acknowledge: true }));
    expect((await published.whenPublished()).map(({ args }) => args)).toEqual([[{ celsius: 21 }]]);

    router.dropAll();
    await router.whenRegistered('get_weather', 1, SLOW);
    await router.whenSubscribed('global-weather', 1, SLOW);
    expect(await call('get_weather')).toBe('sunny');
    app.signal('SIGINT');
    expect(await app.code).toBe(130);
  }, 60_000);

  it('the components add, call, count and listen side by side, and leave together', async () => {
    await serve();
    const app = example('run');
    await app.prints(/^call result: 5$/m);
    await app.prints(/^caller: ended$/m);
    await app.prints(/^event received: 1$/m);
    expect(await call('com.myapp.add2', 20, 22)).toBe(42);
    expect(router.sessions.length).toBe(4);
    app.signal('SIGTERM');
    expect(await app.code).toBe(143);
    expect(app.out).toMatch(/^add2: ended$/m);
    expect(app.out).toMatch(/^oncounter: ended$/m);
    expect(app.out).toMatch(/^counter: ended$/m);
  }, 60_000);

  it('each component runs by itself from the command line, and begins anew on the next session', async () => {
    await serve();
    const app = components('components.ts#add2', 'components.ts#oncounter');
    await router.whenRegistered('com.myapp.add2', 1, SLOW);
    await router.whenSubscribed('com.myapp.oncounter', 1, SLOW);
    router.dropAll();
    await router.whenRegistered('com.myapp.add2', 1, SLOW);
    await router.whenSubscribed('com.myapp.oncounter', 1, SLOW);
    expect(await call('com.myapp.add2', 2, 3)).toBe(5);
    router.publish('com.myapp.oncounter', [7]);
    await app.prints(/event received: 7/);
  }, 60_000);

  it('a client tells of its life, from the connection to the end of its main', async () => {
    await serve();
    const app = example('lifecycle');
    expect(await app.code).toBe(0);
    const said = app.out.trim().split('\n');
    expect(said.slice(0, 2)).toEqual(['connect', 'set up in realm1 true']);
    expect(said.filter((line) => /^(connect|join|ready|leave|disconnect)$/.test(line))).toEqual([
      'connect',
      'join',
      'ready',
      'leave',
      'disconnect',
    ]);
    expect(said).toContain('main, over websocket');
    expect(said.at(-1)).toBe('done');
  }, 60_000);

  it('a client proves who it is by ticket, WAMP-CRA, SCRAM and cryptosign, and says when it is refused', async () => {
    const privateKey = '4a38'.repeat(16);
    const auth = [
      acceptTicket({ joe: 'hush' }),
      acceptWampCra({ joe: { secret: 'hush', salt: 'salt', iterations: 1000, keylen: 32 } }),
      acceptScram({ joe: 'hush' }),
      acceptCryptosign({ [await cryptosignPublicKey(privateKey)]: 'joe' }),
    ];
    await serve({ realms: { realm1: { auth } } });
    for (const [method, secret] of [
      ['ticket', 'hush'],
      ['wampcra', 'hush'],
      ['wamp-scram', 'hush'],
      ['cryptosign', privateKey],
    ] as const) {
      const app = example('auth', [method], { RXWAMP_SECRET: secret });
      expect([await app.code, app.out]).toEqual([0, `joined realm1 as joe, by ${method}\n`]);
    }
    const refused = example('auth', ['ticket'], { RXWAMP_SECRET: 'wrong' });
    expect([await refused.code, refused.out]).toEqual([1, 'refused: wamp.error.authentication_denied\n']);
  }, 120_000);

  it('exceptions travel as errors, and come back as exceptions', async () => {
    await serve();
    // as wampy tells what a callee has raised
    const raised = { exc_type: 'ValueError', message: 'no paper', call_args: ['tea'], call_kwargs: {} };
    router.mock('com.shop.wrap', new ApplicationError('com.shop.wrap', [], raised));
    const app = example('errors');
    expect(await app.code).toBe(0);
    expect(app.out.trim().split('\n').sort()).toEqual(
      [
        '2 × tea',
        'out of stock: no coffee',
        'com.shop.error.too_many [[],{"limit":10}]',
        'wamp.error.runtime_error [["one at least"],{}]',
        '(the shop: handler of com.shop.order: RangeError: one at least)',
        'com.shop.wrap raised ValueError: no paper',
        `wamp.error.no_such_procedure [["There is no registration for 'com.shop.post'"],{}]`,
      ].sort(),
    );
  }, 60_000);

  it('a service is called by its name', async () => {
    await serve();
    const app = components('binary.ts#BinaryNumberService', 'binary.ts#client');
    await app.prints(/^13 is 1101$/m);
    expect(await call('get_binary_number', 100)).toBe('1100100');
  }, 60_000);

  it('the test of the hello service passes', async () => {
    await serve();
    const test = start(['node_modules/jasmine/bin/jasmine.js', 'demo/examples/hello.test.ts']);
    expect(await test.code)
      .withContext(test.out)
      .toBe(0);
    expect(test.out).toMatch(/1 spec, 0 failures/);
  }, 60_000);
});
