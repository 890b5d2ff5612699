import { asapScheduler, config, firstValueFrom, NEVER, of, throwError } from 'rxjs';
import { Client } from '../../src/client/client.ts';
import {
  createTestKit,
  createTestRouter,
  record,
  useTestRouter,
  whenRegistered,
  whenSession,
  whenSubscribed,
  withTestRouter,
  type TestKit,
} from '../../src/testing/index.ts';

const left = (...problems: string[]): string =>
  `The test left something behind:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`;

describe('useTestRouter', () => {
  const seen = new Set<unknown>();
  const kit = useTestRouter({ beforeEach, afterEach }, () => ({ router: { realms: ['com.app'] } }));

  for (const which of ['one', 'another']) {
    it(`gives a test a router of its own, and clients of it: ${which}`, async () => {
      expect(seen.has(kit.router)).toBeFalse();
      seen.add(kit.router);
      const wamp = kit.client();
      expect((await firstValueFrom(wamp.session$)).details.realm).toBe('com.app');
      expect(kit.router.sessions.length).toBe(1);
    });
  }

  it('runs hooks of any framework: makes before, closes after, and fails the test that left something', async () => {
    let before = (): void => undefined;
    let after = (): Promise<void> => Promise.resolve();
    const hooks = {
      beforeEach: (hook: () => void) => void (before = hook),
      afterEach: (hook: () => Promise<void>) => void (after = hook),
    };
    const given = useTestRouter(hooks);
    expect(() => given.router).toThrowError(/within a test only/);
    before();
    const { router } = given;
    const stray = new Client({ realm: 'realm1', transports: [router.transport()] });
    const { id } = await firstValueFrom(stray.session$);
    const { authid } = router.sessions[0]!;
    await expectAsync(after()).toBeRejectedWithError(left(`session ${id} ('${authid}') is still joined to realm1`));
    expect(() => given.client()).toThrowError(/within a test only/);
    await after();
    await stray.close();
    before();
    given.takeErrors();
    expect(given.router).not.toBe(router);
    await given.close();
    await after();
  });
});

describe('a test kit', () => {
  let kit: TestKit;
  beforeEach(() => {
    kit = createTestKit();
  });
  afterEach(() => kit.close().catch(() => undefined));

  it('closes its clients and its router, once', async () => {
    const wamp = kit.client();
    await firstValueFrom(wamp.session$);
    const closing = kit.close();
    expect(kit.close()).toBe(closing);
    await closing;
    expect(wamp.status.state).toBe('closed');
    expect(kit.router.admit()).toBe('the router is closed');
    expect(() => kit.client()).toThrowError(/this test is over/);
  });

  it('names unhandled errors, of RxJS and of handlers', async () => {
    kit
      .client()
      .register('com.app.fail', () => {
        throw new Error('oops');
      })
      .subscribe();
    await kit.router.whenRegistered('com.app.fail');
    await firstValueFrom(kit.client().call('com.app.fail')).catch(() => undefined);
    throwError(() => new RangeError('far')).subscribe();
    await expectAsync(kit.close()).toBeRejectedWithError(
      left('unhandled: Error: oops (handler of com.app.fail)', 'unhandled: RangeError: far'),
    );
  });

  it('hands out errors that a test expects', async () => {
    const error = new Error('expected');
    of(1).subscribe(() => {
      throw error;
    });
    await new Promise<void>((resolve) => asapScheduler.schedule(() => setTimeout(resolve)));
    expect(kit.takeErrors()).toEqual([error]);
    await expectAsync(kit.close()).toBeResolved();
  });

  it('gives the errors of a test to the kit that was made last, and RxJS its own way back', async () => {
    await kit.close();
    const before = config.onUnhandledError;
    kit = createTestKit();
    const outer = config.onUnhandledError;
    const inner = createTestKit();
    const error = new Error('inner');
    throwError(() => error).subscribe();
    await expectAsync(inner.close()).toBeRejectedWithError(left('unhandled: Error: inner'));
    expect(kit.takeErrors()).toEqual([]);
    await inner.close().catch(() => undefined);
    expect(config.onUnhandledError).toBe(outer);
    await kit.close();
    expect(config.onUnhandledError).toBe(before);
  });

  it('takes faults back before it closes', async () => {
    const wamp = kit.client();
    await firstValueFrom(wamp.session$);
    kit.router.stall();
    kit.router.delay(10_000);
    await expectAsync(kit.close()).toBeResolved();
    const paused = createTestKit();
    await firstValueFrom(paused.client().session$);
    paused.router.pause();
    await expectAsync(paused.close()).toBeResolved();
  });

  it('leaves ghosts to the router', async () => {
    const wamp = kit.client();
    await firstValueFrom(wamp.session$);
    kit.router.ghost(Infinity);
    expect(kit.router.sessions.length).toBe(1);
    await expectAsync(kit.close()).toBeResolved();
  });

  it('with strict, names streams and calls that were not given back', async () => {
    const strict = createTestKit({ strict: true });
    strict.router.mock('com.app.wait', NEVER);
    const wamp = strict.client();
    const { id } = await firstValueFrom(wamp.session$);
    wamp.subscribe('com.app.news').subscribe();
    wamp.subscribe('com.app.old').subscribe().unsubscribe();
    record(wamp.register('com.app.add', () => 1));
    const call = record(wamp.call('com.app.wait'));
    await strict.router.whenRegistered('com.app.add');
    await expectAsync(strict.close()).toBeRejectedWithError(
      left(
        `'com.app.news' is subscribed to by session ${id}`,
        `'com.app.add' is registered by session ${id}`,
        `'com.app.wait' is being called by session ${id}`,
      ),
    );
    expect(call.error).toEqual(jasmine.objectContaining({ name: 'ClosedError' }));
    const tidy = createTestKit({ strict: true });
    const subscription = tidy.client().subscribe('com.app.news').subscribe();
    await tidy.router.whenSubscribed('com.app.news');
    subscription.unsubscribe();
    await expectAsync(tidy.close()).toBeResolved();
  });

  it('uses a router that is given, and leaves it open; makes clients by `create`', async () => {
    class Mine extends Client {}
    const router = createTestRouter();
    const made = createTestKit({ router, client: { agent: 'me' }, create: (options) => new Mine(options) });
    const wamp: Mine = made.client();
    expect(wamp).toBeInstanceOf(Mine);
    await firstValueFrom(wamp.session$);
    expect(router.sessions[0]?.agent).toBe('me');
    await made.close();
    expect(router.admit()).toBeUndefined();
    await router.close();
  });

  it('refuses options that cannot be right', () => {
    expect(() => createTestKit({ strikt: true } as never)).toThrowError(
      TypeError,
      "createTestKit: unknown option 'strikt'; known are router, client, create, strict; see rxwamp/src/client/errors.md#unknown-option",
    );
    expect(() => createTestKit({ router: 7 } as never)).toThrowError(TypeError, /router must be a test router/);
    expect(() => kit.client({ realm: 'no realm' })).toThrowError(/realm/);
    const hooks = /^useTestRouter\(\): give the hooks of the test framework, { beforeEach, afterEach }$/;
    expect(() => useTestRouter(undefined as never)).toThrowError(TypeError, hooks);
    expect(() => useTestRouter({ beforeEach } as never)).toThrowError(TypeError, hooks);
  });
});

describe('withTestRouter', () => {
  it('runs a function with a router, and gives what it returned', async () => {
    const { router, value } = await withTestRouter(async ({ router, client }) => {
      router.mock('com.app.one', 1);
      return { router, value: (await firstValueFrom(client().call('com.app.one'))).value };
    });
    expect(value).toBe(1);
    expect(router.sessions).toEqual([]);
  });

  it('rejects with what the function threw before what it left behind', async () => {
    const leave = (): void => void throwError(() => new Error('left')).subscribe();
    await expectAsync(withTestRouter(leave)).toBeRejectedWithError(left('unhandled: Error: left'));
    const fail = (): never => {
      leave();
      throw new Error('failed');
    };
    await expectAsync(withTestRouter(fail)).toBeRejectedWithError('failed');
  });
});

describe('waiting for what a client has', () => {
  const kit = useTestRouter({ beforeEach, afterEach });

  it('resolves with its session', async () => {
    const wamp = kit.client();
    await expectAsync(whenSession(wamp, { timeout: 1 })).toBeRejectedWithError(
      /^Waited 1 ms for a session; instead there is the client is 'idle' \(nothing dialled yet\)/,
    );
    wamp.connect();
    expect((await whenSession(wamp)).id).toBe(kit.router.sessions[0]!.id);
    await wamp.close();
    await expectAsync(whenSession(wamp)).toBeRejectedWithError("There will be none: the client is 'closed'");
  });

  it('says why there is none', async () => {
    kit.router.refuse(Infinity);
    const wamp = kit.client();
    wamp.connect();
    await expectAsync(whenSession(wamp, { timeout: 20 })).toBeRejectedWithError(/the client is '.+/);
    const failing = kit.client({ realm: 'nowhere' });
    kit.router.refuse(0);
    failing.connect();
    await expectAsync(whenSession(failing)).toBeRejectedWithError(
      /will be none: the client is 'failed': .*no_such_realm/,
    );
  });

  it('resolves when topics and procedures are confirmed, by URI or by number', async () => {
    const wamp = kit.client();
    const topics = whenSubscribed(wamp, 2);
    const procedure = whenRegistered(wamp, 'com.app.add');
    wamp.subscribe('com.app.a').subscribe();
    wamp.subscribe('com.app.', { match: 'prefix' }).subscribe();
    wamp.register('com.app.add', () => 1).subscribe();
    expect((await topics).map(({ uri, match }) => `${match} ${uri}`)).toEqual(['exact com.app.a', 'prefix com.app.']);
    expect((await procedure)[0]?.id).toBe(kit.router.registrations[0]!.id);
    expect((await whenSubscribed(wamp, 'com.app.a')).length).toBe(1);
    expect((await whenRegistered(wamp)).length).toBe(1);
    wamp.subscribe('com.app.late').subscribe();
    expect((await whenSubscribed(wamp, 'com.app.late', { timeout: 500 })).length).toBe(1);
    await expectAsync(whenRegistered(wamp, 'com.app.sub', { timeout: 1 })).toBeRejectedWithError(
      /^Waited 1 ms for 'com.app.sub' among the confirmed procedures; instead there is 'com.app.add' \(exact\), and the client is 'joined'/,
    );
  });

  it('resolves again after a loss, once they are confirmed in the new session', async () => {
    const wamp = kit.client();
    wamp.subscribe('com.app.a').subscribe();
    const [first] = await whenSubscribed(wamp);
    kit.router.dropAll();
    await kit.router.whenSession(0);
    const again = whenSubscribed(wamp, 'com.app.a');
    expect((await again)[0]?.uri).toBe(first!.uri);
    expect(kit.router.subscriptions.length).toBe(1);
  });
});
