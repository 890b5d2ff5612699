// Programs as processes of their own, ended by real signals.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { BehaviorSubject, filter, firstValueFrom, toArray } from 'rxjs';
import { WampClient, type Message } from '../../src/index.ts';
import { runClients } from '../../src/node/index.ts';
import { createTestRouter, record, type TestRouter } from '../../src/testing/index.ts';
import { serveRouter } from '../../src/router/node/index.ts';
import { FROM_SOURCE } from '../helpers/from-source.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const NODE = [...FROM_SOURCE, '--input-type=module', '--eval'];

/** Two clients, of which one has a main; says what becomes of them. */
const program = (url: string, options: string, main = '() => NEVER'): string => `
  import { NEVER } from 'rxjs';
  import { WampClient } from './src/index.ts';
  import { runClients } from './src/node/index.ts';
  const make = () => new WampClient({ realm: 'realm1', url: '${url}', closeTimeout: 10_000 });
  const a = make();
  const b = make();
  a.register('com.spec.echo', ({ args }) => args[0]).subscribe({ complete: () => console.log('unregistered') });
  runClients([a, [b, ${main}]], ${options}).subscribe({
    next: ({ index, error, signal }) => console.log(index, error ? error.message : 'fine', signal ?? 'no signal'),
    complete: () => console.log('all ended'),
  });`;

describe('runClients()', () => {
  let router: TestRouter;
  let url: string;
  let close: () => unknown;
  let received: Message[];

  beforeEach(async () => {
    router = createTestRouter();
    const served = await serveRouter(router);
    received = [];
    router.messages$.pipe(filter(({ direction }) => direction === 'in')).subscribe(({ message }) => {
      received.push(message);
    });
    url = served.url;
    close = () => served.close();
  });

  afterEach(() => close());

  /** Runs a program; its output and how it exited are there when it has. */
  function start(text: string): {
    child: ChildProcess;
    ended: Promise<{ exit: unknown; lines: string[] }>;
    says(what: string): Promise<unknown>;
  } {
    const child = spawn(process.execPath, [...NODE, text], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'inherit'],
      timeout: 25_000,
    });
    const exit = once(child, 'exit');
    const output = new BehaviorSubject('');
    const read = async (): Promise<{ exit: unknown; lines: string[] }> => {
      for await (const chunk of child.stdout as AsyncIterable<Buffer>) output.next(output.value + String(chunk));
      return { exit: await exit, lines: output.value.trim().split('\n') };
    };
    const says = (what: string): Promise<unknown> => firstValueFrom(output.pipe(filter((said) => said.includes(what))));
    return { child, ended: read(), says };
  }

  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    it(`leaves with GOODBYE at ${signal}, and the process ends by itself`, async () => {
      const { child, ended } = start(program(url, '{ exitCode: true }'));
      await router.whenSession(2, { timeout: 20_000 });
      await router.whenRegistered('com.spec.echo');
      child.kill(signal);
      const { exit, lines } = await ended;
      expect(exit).toEqual([code, null]);
      expect(lines[0]).toBe('unregistered');
      expect(lines.slice(1, 3).sort()).toEqual([`0 fine ${signal}`, `1 fine ${signal}`]);
      expect(lines[3]).toBe('all ended');
      const goodbyes = received.filter(([type]) => type === 6);
      expect(goodbyes).toEqual(Array<Message>(2).fill([6, { message: signal }, 'wamp.close.normal']));
    }, 30_000);
  }

  it('lets invocations be answered before it leaves, while main runs on', async () => {
    const main = `(session, signal) => {
      signal.addEventListener('abort', () => console.log('main stopped'));
      const answer = () => new Promise((resolve) => session.subscribe('com.spec.go').subscribe(() => {
        console.log('answered');
        resolve(42);
      }));
      session.register('com.spec.slow', answer).subscribe();
      return NEVER;
    }`;
    const { child, ended } = start(program(url, '{}', main));
    await router.whenRegistered('com.spec.slow', 1, { timeout: 20_000 });
    const caller = new WampClient({ realm: 'realm1', url });
    const answer = record(caller.call('com.spec.slow'));
    await router.whenSubscribed('com.spec.go');
    child.kill('SIGTERM');
    await router.whenRegistered('com.spec.slow', 0);
    caller.publish('com.spec.go');
    expect((await answer.next())[0]?.value).toBe(42);
    const { lines } = await ended;
    expect(lines.indexOf('answered')).toBeLessThan(lines.indexOf('main stopped'));
    expect(lines).toContain('1 fine SIGTERM');
    await caller.close();
  }, 30_000);

  it('leaves the exit code alone unless asked, and ends the process at a second signal', async () => {
    const { child, ended, says } = start(program(url, '{}'));
    await router.whenSession(2, { timeout: 20_000 });
    // GOODBYE is never answered
    router.stall();
    child.kill('SIGTERM');
    await says('unregistered');
    child.kill('SIGTERM');
    expect((await ended).exit).toEqual([null, 'SIGTERM']);
  }, 30_000);

  it('reports each failure, runs the others on, and sets the exit code where it may', async () => {
    const { child, ended, says } = start(
      program(url, '{ exitCode: true }', "() => Promise.reject(new Error('main broke'))"),
    );
    await says('main broke');
    // the other one goes on until SIGINT
    await router.whenRegistered('com.spec.echo');
    child.kill('SIGINT');
    const { lines, exit } = await ended;
    expect(lines).toEqual(['1 main broke no signal', 'unregistered', '0 fine SIGINT', 'all ended']);
    expect(exit).toEqual([130, null]);
  }, 30_000);

  it('ends when all have, and gives the signals back', async () => {
    const before = process.listenerCount('SIGINT');
    const make = (): WampClient => new WampClient({ realm: 'realm1', url });
    const [a, b] = [make(), make()];
    const ends = runClients([
      [a, () => 1],
      [b, () => Promise.reject(new Error('main broke'))],
    ]).pipe(toArray());
    const run = record(ends);
    expect(process.listenerCount('SIGINT')).toBe(before + 1);
    const [all = []] = await run.done();
    expect([...all].sort((x, y) => x.index - y.index)).toEqual([
      { client: a, index: 0 },
      { client: b, index: 1, error: new Error('main broke') },
    ]);
    expect(process.listenerCount('SIGINT')).toBe(before);
    expect(process.exitCode).toBeUndefined();
    expect(await record(runClients([])).done()).toEqual([]);
  });

  it('closes all clients when it is unsubscribed', async () => {
    const client = new WampClient({ realm: 'realm1', url });
    const run = runClients([client]).subscribe();
    await firstValueFrom(client.session$);
    run.unsubscribe();
    expect(await client.close()).toEqual({ reason: 'wamp.close.normal' });
    await router.whenSession(0);
  });

  it('says what is wrong with its arguments', () => {
    expect(() => runClients({} as never)).toThrowError(TypeError, /clients must be a list, got an object/);
    expect(() => runClients([1 as never])).toThrowError(TypeError, /expected a WampClient/);
    expect(() => runClients([], { signals: ['SIGNONE' as never] })).toThrowError(
      TypeError,
      /signals must be a list of signal names/,
    );
  });
});
