// rxwamp run: decorated classes, objects and functions of modules, side by side, as processes.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { filter, firstValueFrom, map, take, toArray } from 'rxjs';
import { exportsOf } from '../../src/cli/components.ts';
import { Client } from '../../src/client/client.ts';
import { serveRouter, type ServedRouter } from '../../src/router/node/index.ts';
import { createTestRouter, type TestRouter } from '../../src/testing/test-router.ts';
import { webSocket } from '../../src/transports/websocket.ts';
import { cliStarter, type Cli } from '../helpers/cli.ts';
import { ran } from '../helpers/console.ts';
import { live } from '../helpers/live.ts';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const [GOODBYE, UNREGISTER] = [6, 66];

describe('rxwamp run', () => {
  const starter = cliStarter();
  let router: TestRouter;
  let served: ServedRouter;
  let wamp: Client;

  beforeEach(async () => {
    router = createTestRouter();
    served = await serveRouter(router);
    wamp = new Client({ realm: 'realm1', transports: [webSocket({ url: served.url })] });
  });
  afterEach(async () => {
    await wamp.close();
    await served.close();
    await router.close();
  });

  const cli = (...args: string[]): Cli => starter(['run', ...args, '--url', served.url], { cwd: HERE });
  const call = (procedure: string, ...args: unknown[]): Promise<unknown> =>
    firstValueFrom(wamp.call(procedure, args).pipe(map(({ value }) => value)));

  it('binds classes and objects, runs functions, and leaves with all of them', async () => {
    const counted = await live(wamp, 'spec.counter.counted');
    const it = cli('components.ts#Counter', './components.ts', 'components.ts#adder', '--prefix', 'spec');
    await router.whenRegistered('spec.counter.next', 1, { timeout: 30_000 });
    await router.whenRegistered('spec.spec.greet', 1, { timeout: 30_000 });
    await router.whenRegistered('spec.add', 1, { timeout: 30_000 });
    await router.whenSubscribed('spec.counter.reset', 1, { timeout: 30_000 });
    expect(await call('spec.counter.next')).toBe(1);
    expect(await call('spec.counter.next')).toBe(2);
    expect((await counted.next(2)).map(({ value }) => value)).toEqual([1, 2]);
    await firstValueFrom(wamp.publish('spec.counter.reset', [], {}, { acknowledge: true }));
    expect(await call('spec.counter.next')).toBe(1);
    expect(await call('spec.spec.greet')).toBe('hello');
    expect(await call('spec.add', 2, 3)).toBe(5);
    await expectAsync(call('spec.counter.broken')).toBeRejected();
    await it.tells(/^rxwamp: components\.ts#Counter: error in .*: the counter is broken$/m);

    const last = firstValueFrom(
      router.messages$.pipe(
        filter(({ direction, message: [type] }) => direction === 'in' && (type === GOODBYE || type === UNREGISTER)),
        map(({ message: [type] }) => type),
        take(7),
        toArray(),
      ),
    );
    it.signal('SIGINT');
    expect(await it.code).toBe(130);
    const said = await last;
    expect(said.filter((type) => type === UNREGISTER).length).toBe(4);
    expect(said.at(-1) === GOODBYE).toBeTrue();
  }, 60_000);

  it('comes back after a loss, also where a component takes no errors', async () => {
    const it = cli('components.ts#Counter', 'components.ts#adder', 'components.ts#careless');
    const all = (): Promise<unknown> =>
      Promise.all(
        ['counter.next', 'spec.add', 'spec.careless'].map((uri) => router.whenRegistered(uri, 1, { timeout: 30_000 })),
      );
    await all();
    await it.tells(/^rxwamp: an unhandled error: .*spec\.careless/m);
    expect(await call('counter.next')).toBe(1);
    router.dropAll();
    await it.tells(/(.*joined again[^]*){3}/);
    await all();
    // the component itself was not made anew
    expect(await call('counter.next')).toBe(2);
    expect(await call('spec.add', 1, 1)).toBe(2);
    expect(await call('spec.careless')).toBe('fine');
    expect(it.err).not.toContain('unhandled error: Lost');
  }, 60_000);

  it('ends when all have ended; one that fails is reported, and the others go on', async () => {
    const events = await live(wamp, 'spec.once');
    const it = cli('components.ts#once');
    expect(await it.code).toBe(0);
    expect((await events.next()).map(({ value }) => value)).toEqual(['done']);

    const both = cli('components.ts#fails', 'components.ts#Counter', 'components.ts#Plain');
    await both.tells(/^rxwamp: components\.ts#fails: com\.spec\.error\.broken: this component is broken$/m);
    await both.tells(/^rxwamp: components\.ts#Plain: .*no method of .* is decorated/m);
    await router.whenRegistered('counter.next', 1, { timeout: 30_000 });
    expect(await call('counter.next')).toBe(1);
    both.signal('SIGTERM');
    expect(await both.code).toBe(1);
  }, 60_000);

  it('finds the exports of CommonJS, also those that its source does not show, and a default of TypeScript', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'rxwamp-cli-'));
    writeFileSync(
      join(folder, 'built.cjs'),
      `const answering = (uri) => (session) => session.register(uri, () => uri);
       Object.assign(module.exports, { hidden: answering('spec.hidden') });
       Object.defineProperty(exports, '__esModule', { value: true });
       exports.default = answering('spec.default');`,
    );
    const it = starter(['run', './built.cjs', './built.cjs#hidden', '--url', served.url], { cwd: folder });
    await router.whenRegistered('spec.default', 1, { timeout: 30_000 });
    await router.whenRegistered('spec.hidden', 1, { timeout: 30_000 });
    it.signal('SIGINT');
    expect(await it.code).toBe(130);
    rmSync(folder, { recursive: true, force: true });
  }, 60_000);

  it('reads CommonJS as plain Node gives it: all of it under default', () => {
    const [hidden, other] = [(): void => undefined, (): void => undefined];
    expect(exportsOf({ default: { hidden } })).toEqual({ hidden, default: { hidden } });
    const built = { hidden, default: other, __esModule: true };
    expect(exportsOf({ default: built })).toEqual({ ...built, default: other });
    expect(exportsOf({ default: other })).toEqual({ default: other });
  });

  it('says what a module does not have', async () => {
    const from = `${HERE}components.ts`;
    for (const [asked, said] of [
      [`${from}#Count`, /exports no 'Count'; it has .*#Counter/],
      [`${from}#number`, /#number is a number; expected a class, an object or a function/],
      [`${from}#`, /expected <module>#<export>/],
      ['no-such-package#x', /there is no module 'no-such-package'/],
      [`${HERE}none.ts`, /there is no module/],
    ] as const) {
      const { code, err } = await ran('run', asked, '--url', 'ws://127.0.0.1:1');
      expect(code).withContext(asked).toBe(2);
      expect(err).toMatch(said);
    }
  });
});
