// What is said of command lines that cannot be right, and of what went wrong: in sentences, with an exit code.
import { run } from '../../src/cli/run.ts';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { explain } from '../../src/cli/connect/failures.ts';
import {
  AbortError,
  ApplicationError,
  CallTimeoutError,
  ConnectFailedError,
  ConnectionLostError,
  InvalidStateError,
} from '../../src/protocol/errors.ts';
import { ran } from '../helpers/console.ts';
import { createTestRouter } from '../../src/testing/index.ts';
import { serveRouter } from '../../src/router/node/index.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
/** Nothing listens there. */
const NOWHERE = ['--url', 'ws://127.0.0.1:1'];

describe('the help of the command line', () => {
  it('is as narrow as the terminal', async () => {
    const longest = async (columns?: number): Promise<number> => {
      let text = '';
      const out = (more: string): void => void (text += more);
      await run(['call', '--help'], { out, err: out, stopped: () => new Promise(() => undefined), columns });
      const [options = ''] = text.split('Arguments are JSON');
      return Math.max(...options.split('\n').map(({ length }) => length));
    };
    expect(await longest(80)).toBeLessThanOrEqual(80);
    expect(await longest(300)).toBe(await longest());
  });
});

describe('the command line', () => {
  const expectRefusal = async (args: readonly string[], said: RegExp, code = 2): Promise<void> => {
    const it = await ran(...args);
    expect(it.code).withContext(args.join(' ')).toBe(code);
    expect(it.err).toMatch(said);
    expect(it.out).toBe('');
  };

  it('shows its help, and one with examples for each command', async () => {
    for (const args of [['--help'], ['-h'], ['help']]) {
      const { code, out, err } = await ran(...args);
      expect([code, err]).toEqual([0, '']);
      for (const name of ['call', 'publish', 'subscribe', 'register', 'run', 'meta', 'router']) {
        expect(out).toMatch(new RegExp(`^ +${name} +\\w`, 'm'));
      }
      expect(out).toContain('Exit codes: 0 done');
    }
    for (const name of ['call', 'publish', 'subscribe', 'register', 'run', 'meta', 'router']) {
      const { code, out } = await ran(name, '--help');
      expect(code).toBe(0);
      expect(out).toMatch(new RegExp(`^Usage: rxwamp ${name}`));
      expect(out).toMatch(new RegExp(`\nExamples:\n  .*rxwamp ${name}`));
      expect(out.includes('--realm')).toBeTrue();
      expect((await ran('help', name)).out).toBe(out);
    }
  });

  it('shows its version', async () => {
    const { version } = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as { version: string };
    expect(await ran('--version')).toEqual({ code: 0, out: `${version}\n`, err: '' });
    expect((await ran('-v')).out).toBe(`${version}\n`);
  });

  it('says what is wrong with it, and where the help is', async () => {
    await expectRefusal([], /^Usage: rxwamp <command>/);
    await expectRefusal(['ruoter'], /^rxwamp: Unknown command 'ruoter'\. Did you mean router\? See: rxwamp --help\n$/);
    await expectRefusal(['bake'], /^rxwamp: Unknown command 'bake'\. See: rxwamp --help\n$/);
    await expectRefusal(['--nonsense'], /^rxwamp: Unknown option '--nonsense'\. See: rxwamp --help\n$/);
    await expectRefusal(['call'], /^rxwamp: Missing required argument 'procedure'\. See: rxwamp call --help\n$/);
    await expectRefusal(
      ['call', 'x', '--kv', 'a=1'],
      /Unknown option '--kv'\. Did you mean --kw\? See: rxwamp call --help/,
    );
    await expectRefusal(
      ['register', 'x'],
      /Required option '--exec <command>' not specified\. See: rxwamp register --help/,
    );
    await expectRefusal(['meta', 'everything'], /'everything' is invalid.*Allowed choices are sessions/);
  });

  it('checks values before it dials', async () => {
    for (const [args, said] of [
      [['call', 'x', '--kw', 'a'], /--kw: expected <name>=<value>, got 'a'/],
      [['call', 'x', '--timeout', 'soon'], /--timeout: expected a time like/],
      [['call', 'x', '--serializer', 'xml'], /--serializer: expected json, msgpack or cbor.*'xml'/],
      [['call', 'x', '--serializer', 'json.gz'], /--serializer: expected json, msgpack or cbor.*'json\.gz'/],
      [['call', 'x', '--realm', 'a b'], /--realm: expected a URI/],
      [['call', 'x', '--url', 'example.org?hush'], /--url: expected an address like ws:.*got 'example\.org'$/m],
      [
        ['call', 'x', '--url', 'ws://joe@host:hush?hush'],
        /--url: expected an address like ws:.*got 'ws:\/\/host:hush'$/m,
      ],
      [['call', 'x', '--url', 'example.org'], /--url: expected an address like ws:.*got 'example\.org'/],
      [['call', 'x', '--url', 'ftp://example.org'], /--url: 'ftp:' is none of ws: wss:/],
      [['call', 'x', '--url', 'rs://'], /--url rs: the address must be rs:\/\/host:port/],
      [['call', 'x', '--auth', 'magic'], /--auth: expected one of anonymous, ticket.*'magic'/],
      [
        ['call', 'x', '--auth', 'ticket', '--authid', 'joe'],
        /--auth ticket needs --ticket-file <path>, or RXWAMP_TICKET/,
      ],
      [['call', 'x', '--ticket-file', '/no/where', '--authid', 'joe'], /--ticket-file: cannot read .*no such file/],
      [['call', 'x', '--ticket-file', '/dev/null', '--authid', 'joe'], /--ticket-file is empty/],
      [['call', 'x', '--ticket-file', '/dev/null'], /ticket needs --authid <id>, or RXWAMP_AUTHID/],
      [['call', 'x', '--authextra', '[1]'], /--authextra: expected a JSON object/],
      [['call', 'x', '--cert', '/dev/null'], /--cert and --key go together/],
      [['call', 'x', '--insecure'], /--insecure is set, but --url is without TLS: use wss:/],
      [['call', 'x', '--header', 'nonsense'], /--header: expected '<name>: <value>'/],
      [['call', 'x', '--header', 'a: b', '--url', 'rs://127.0.0.1:1'], /--header: RawSocket has no headers/],
      [['subscribe', 'x', '--times', '0'], /--times: expected a number from 1/],
      [['subscribe', 'x', '--match', 'some'], /'some' is invalid.*exact, prefix, wildcard/],
      [['run', './none.js#X'], /there is no module '\.\/none\.js'/],
    ] as const) {
      await expectRefusal([...args, ...(args.includes('--url' as never) ? [] : NOWHERE)], said);
    }
  });

  it('takes no secret that others could see, and repeats none', async () => {
    for (const flag of ['ticket', 'secret', 'password', 'private-key']) {
      const variable = `RXWAMP_${flag.toUpperCase().replace('-', '_')}`;
      for (const args of [[`--${flag}`, 'hush'], [`--${flag}=hush`]]) {
        const { code, err } = await ran('call', 'x', ...NOWHERE, ...args);
        expect(code).toBe(2);
        expect(err).toContain(`use --${flag}-file <path>, or ${variable}`);
        expect(err).not.toContain('hush');
      }
    }
    for (const args of [
      ['--url', 'wss://joe:hush@127.0.0.1:1/'],
      [...NOWHERE, '--header', 'Authorization: Bearer hush'],
      [...NOWHERE, '--header', 'cookie: hush'],
    ]) {
      const { code, err } = await ran('call', 'x', ...args);
      expect(code).toBe(2);
      expect(err).toContain('would show in a list of processes');
      expect(err).not.toContain('hush');
    }
  });

  it('says what to do where no router is, with exit code 3', async () => {
    for (const command of [
      ['call', 'x'],
      ['publish', 'x'],
      ['subscribe', 'x'],
      ['register', 'x', '--exec', 'date'],
      ['meta'],
    ]) {
      await expectRefusal(
        [...command, ...NOWHERE],
        /^rxwamp: Cannot connect to ws:\/\/127\.0\.0\.1:1 .*ECONNREFUSED.*\. Check that a router runs there, or choose another --url\.\n$/,
        3,
      );
    }
  });
});

describe('an error on the command line', () => {
  it('is a sentence that says what to do, and an exit code', () => {
    const rows: readonly (readonly [unknown, number, RegExp])[] = [
      [
        new ApplicationError('com.app.bad', ['no'], {}, { procedure: 'com.app.x' }),
        1,
        /^com\.app\.x: com\.app\.bad: no$/,
      ],
      [
        new ApplicationError('com.app.bad', [1, 2], { a: [] }),
        1,
        /^com\.app\.bad \(args: \[1,2\], kwargs: \{"a":\[\]\}\)$/,
      ],
      [new ApplicationError('wamp.error.no_such_procedure'), 1, /rxwamp meta registrations/],
      [new ApplicationError('wamp.error.procedure_already_exists'), 1, /invoke=roundrobin/],
      [new ApplicationError('wamp.error.not_authorized'), 1, /--authid/],
      [new InvalidStateError('not announced'), 1, /^not announced$/],
      [new Error('odd'), 1, /^odd$/],
      [new TypeError('call(x): unknown option'), 2, /unknown option/],
      [
        new AbortError('wamp.error.no_such_realm', { message: 'none' }),
        3,
        /no_such_realm \(none\)\. Choose another --realm\.$/,
      ],
      [new AbortError('wamp.error.authentication_failed'), 3, /Check --auth, --authid and the secret\.$/],
      [new ConnectFailedError('Cannot connect to x.'), 3, /^Cannot connect to x\. Check that a router/],
      [new ConnectionLostError('Lost x'), 3, /^Lost x$/],
      [new CallTimeoutError('too late'), 4, /^too late$/],
    ];
    for (const [error, code, message] of rows) {
      expect(explain(error).code).withContext(String(error)).toBe(code);
      expect(explain(error).message).toMatch(message);
    }
  });
});

describe('rxwamp meta on a narrow terminal', () => {
  it('prints a line for each cell where a table would be wider', async () => {
    const router = createTestRouter();
    const served = await serveRouter(router);
    const printedAt = async (columns?: number): Promise<string> => {
      let text = '';
      const out = (part: string): void => void (text += part);
      const terminal = { out, err: out, stopped: () => new Promise<never>(() => undefined), columns };
      expect(await run(['meta', 'sessions', '--url', served.url], terminal)).toBe(0);
      return text;
    };
    expect(await printedAt()).toMatch(/session +authid +authrole +authmethod\n/);
    expect(await printedAt(40)).toMatch(/^sessions: 1\n {2}session +\d+\n {2}authid +\S+\n {2}authrole /);
    await served.close();
    await router.close();
  });
});
