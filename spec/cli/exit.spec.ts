// The exit codes: what the README and the help say of them is what the program does.
import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { EXIT } from '../../src/cli/command.ts';
import { codeOf } from '../../src/cli/connect/run-task.ts';
import { createTestRouter, type TestRouter } from '../../src/testing/index.ts';
import { serveRouter, type ServedRouter } from '../../src/router/node/index.ts';
import { Console, ran } from '../helpers/console.ts';

const SIGNALS = ['SIGHUP', 'SIGINT', 'SIGTERM'] as const;

describe('the exit codes of the command line', () => {
  let router: TestRouter;
  let served: ServedRouter;

  beforeAll(async () => {
    router = createTestRouter();
    served = await serveRouter(router);
  });
  afterAll(async () => {
    await served.close();
    await router.close();
  });

  it('are the ones of the table in the guide, and of the help', async () => {
    const readme = readFileSync(new URL('../../src/cli/README.md', import.meta.url), 'utf8');
    const [, rows = ''] = /^\| exit code +\| meaning +\|\n\|[- |]+\|\n((?:\|.*\n)+)/m.exec(readme) ?? [];
    const listed = rows
      .trimEnd()
      .split('\n')
      .flatMap((row) => (row.split('|')[1] ?? '').split(',').map(Number));
    expect(listed).toEqual([...Object.values(EXIT), ...SIGNALS.map(codeOf)]);
    expect(rows).toContain('SIGHUP, SIGINT (Ctrl+C), SIGTERM');
    const { out } = await ran('--help');
    const [, line = ''] = /^Exit codes: (.*)$/m.exec(out) ?? [];
    expect([...line.matchAll(/\d+/g)].map(([code]) => Number(code))).toEqual([
      ...Object.values(EXIT),
      codeOf('SIGINT'),
    ]);
  });

  it('0: done; 1: the answer is an error', async () => {
    expect((await ran('call', 'wamp.session.count', '--url', served.url)).code).toBe(0);
    expect((await ran('call', 'spec.none', '--url', served.url)).code).toBe(1);
  });

  it('2: the command line is wrong, and nothing was sent', async () => {
    const sent: unknown[] = [];
    const listening = router.messages$.subscribe(({ message: [type] }) => sent.push(type));
    const expectUsage = async (said: RegExp, ...args: string[]): Promise<void> => {
      const { code, out, err } = await ran(...args);
      expect([code, out]).withContext(args.join(' ')).toEqual([2, '']);
      expect(err).toMatch(said);
    };
    await expectUsage(/^rxwamp: Unknown command 'bogus'/, 'bogus');
    await expectUsage(/^rxwamp: Unknown command 'bogus'/, 'help', 'bogus');
    for (const url of ['ws:', 'ws://', 'ws://[::1', 'wss://127.0.0.1:99999', 'http://', 'localhost']) {
      await expectUsage(/^rxwamp: --url: expected an address like ws:/, 'call', 'spec.x', '--url', url);
    }
    await expectUsage(/^rxwamp: --exec: expected a command/, 'register', 'spec.x', '--exec', ' ');
    await expectUsage(/^rxwamp: --host: expected an address/, 'router', '--port', '0', '--host', '');
    expect(sent).toEqual([]);
    const { code, err } = await ran('publish', 'spec.x', '--kw', 'n=1e400', '--url', served.url);
    expect([code, err]).toEqual([2, 'rxwamp: kwargs.n: cannot send Infinity; convert it\n']);
    // HELLO, WELCOME, GOODBYE, GOODBYE
    expect(sent.filter((type) => type === 16)).toEqual([]);
    listening.unsubscribe();
  });

  it('3: there is no session, and why', async () => {
    // a port without a server: it was free a moment ago
    const gone = createServer().listen(0, '127.0.0.1');
    await once(gone, 'listening');
    const { port } = gone.address() as AddressInfo;
    gone.close();
    await once(gone, 'close');
    for (const scheme of ['ws', 'rs', 'http']) {
      const { code, err } = await ran('call', 'spec.x', '--url', `${scheme}://127.0.0.1:${port}`);
      expect(code).toBe(3);
      expect(err).toMatch(
        /^rxwamp: Cannot connect to .*ECONNREFUSED.*Check that a router runs there, or choose another --url\.\n$/,
      );
    }
    expect((await ran('call', 'spec.x', '--realm', 'none', '--url', served.url)).code).toBe(3);
  });

  it('those of signals: left because of them; a router that was stopped by a signal has done its work', async () => {
    for (const [signal, code] of [
      ['SIGHUP', 129],
      ['SIGINT', 130],
      ['SIGTERM', 143],
    ] as const) {
      const reader = new Console(['subscribe', 'spec.x', '--verbose', '--url', served.url]);
      await reader.shown(/subscribed to/);
      reader.stop(signal);
      expect(await reader.code).toBe(code);
    }
    const it = new Console(['router', '--port', '0']);
    await it.printed(/router for tests on/);
    it.stop('SIGINT');
    expect(await it.code).toBe(0);
  });
});
