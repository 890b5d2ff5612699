// The router of the command line: in this process, and once as a process of its own.
import { spawn } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { filter, firstValueFrom } from 'rxjs';
import { WebSocket } from 'ws';
import { Client } from '../../src/client/client.ts';
import { rawSocket, webSocket } from '../../src/node/index.ts';
import { history } from '../../src/flow/history.ts';
import { createTestRouter, record } from '../../src/testing/index.ts';
import { serveRouter } from '../../src/router/node/index.ts';
import { Console, ran } from '../helpers/console.ts';
import { bundledCommand } from '../helpers/from-source.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Joins with a ticket, and answers GOODBYE. */
function joinAs(url: string, realm: string): { frames: unknown[][]; closed: Promise<unknown> } {
  const socket = new WebSocket(url, ['wamp.2.json']);
  const frames: unknown[][] = [];
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.on('message', (data: Buffer) => {
    const frame = JSON.parse(data.toString()) as unknown[];
    frames.push(frame);
    if (frame[0] === 4) socket.send('[5,"s=1",{}]');
    if (frame[0] === 6) socket.send('[6,{},"wamp.close.goodbye_and_out"]');
  });
  socket.on('open', () => {
    const details = { roles: { caller: {} }, agent: 'spec', authid: 'joe', authmethods: ['ticket'] };
    socket.send(JSON.stringify([1, realm, details]));
  });
  return { frames, closed };
}

describe('rxwamp router', () => {
  const expectRefusal = async (said: RegExp, code: number, ...args: string[]): Promise<void> => {
    const it = new Console(args);
    expect(await it.code)
      .withContext(args.join(' '))
      .toBe(code);
    expect(it.err).toMatch(said);
    expect(it.out).toBe('');
  };

  it('says what is wrong with a command line', async () => {
    await expectRefusal(/Unknown option '--prot'.*router --help/, 2, 'router', '--prot', '1');
    await expectRefusal(/Too many arguments for 'router'.*router --help/, 2, 'router', 'x');
    await expectRefusal(/--port: expected a number from 0 to 65535, got 'eighty'/, 2, 'router', '--port', 'eighty');
    await expectRefusal(/--port: .*'70000'/, 2, 'router', '--port', '70000');
    for (const raw of ['70000', '-1', '']) {
      await expectRefusal(
        /--rawsocket: expected a number from 0 to 65535 or a path/,
        2,
        'router',
        `--rawsocket=${raw}`,
      );
    }
    await expectRefusal(/'bondy' is invalid.*Allowed choices are crossbar, nexus/, 2, 'router', '--like', 'bondy');
    await expectRefusal(/--ticket: expected <id>=<secret>/, 2, 'router', '--ticket', 'joe');
    await expectRefusal(/--history: expected a number from 1/, 2, 'router', '--history', '0');
    await expectRefusal(/--path: expected a path/, 2, 'router', '--path', 'ws');
    await expectRefusal(/--realm: 'a b' is no well-formed realm/, 2, 'router', '--realm', 'a b');
  });

  it('serves long-poll as well', async () => {
    const it = new Console(['router', '--port=0', '--longpoll']);
    const [, url = ''] = await it.printed(/ and (http:\S+\/lp) \(realms/);
    const { code, out } = await ran('call', 'wamp.session.count', '--url', url);
    expect([code, out]).toEqual([0, '1\n']);
    it.stop();
    expect(await it.code).toBe(0);
  });

  it('keeps the last events of each topic with --history', async () => {
    const it = new Console(['router', '--port=0', '--history', '2']);
    const [, url = ''] = await it.printed(/on (ws:\S+) /);
    const wamp = new Client({ realm: 'realm1', transports: [webSocket({ url })] });
    for (const value of [1, 2, 3]) await firstValueFrom(wamp.publish('com.t', [value], {}, { acknowledge: true }));
    expect((await record(history<number>(wamp, 'com.t')).done()).map(({ value }) => value)).toEqual([2, 3]);
    await wamp.close();
    it.stop();
    expect(await it.code).toBe(0);
  });

  it('takes tickets from a file, which must not be empty', async () => {
    const file = join(tmpdir(), `rxwamp-cli-${process.pid}.txt`);
    writeFileSync(file, 'joe=s=1\n\njill=s2\n');
    const it = new Console(['router', '--port=0', '--ticket-file', file]);
    const [, url = ''] = await it.printed(/on (ws:\S+) /);
    const client = joinAs(url, 'realm1');
    const wamp = new Client({ realm: 'realm1', transports: [webSocket({ url })], reconnect: false });
    const failed = firstValueFrom(wamp.status$.pipe(filter(({ state }) => state === 'failed')));
    wamp.connect();
    await failed;
    await wamp.close();
    it.stop();
    await client.closed;
    expect(client.frames.map(([type]) => type)).toEqual([4, 2, 6]);
    expect(await it.code).toBe(0);
    writeFileSync(file, 'joe\n');
    await expectRefusal(/--ticket-file: expected <id>=<secret>/, 2, 'router', '--ticket-file', file);
    writeFileSync(file, '\n');
    await expectRefusal(/--ticket-file: no line/, 2, 'router', '--ticket-file', file);
    rmSync(file);
    await expectRefusal(/--ticket-file: cannot read .*no such file/, 2, 'router', '--ticket-file', file);
  });

  it('says when the port is taken, and when the host is none', async () => {
    const served = await serveRouter(createTestRouter());
    await expectRefusal(new RegExp(`127.0.0.1:${served.port} is taken`), 1, 'router', '--port', String(served.port));
    const raw = ['router', '--port', '0', '--rawsocket'];
    const taken = `127\\.0\\.0\\.1:${served.port} is taken.*--rawsocket`;
    await expectRefusal(new RegExp(taken), 1, ...raw, String(served.port));
    await served.close();
    await expectRefusal(/^(?!.*-1).*--rawsocket/, 1, ...raw, '/proc/none.sock');
    const host = ['--host', '203.0.113.7', '--port', '0'];
    await expectRefusal(/--host 203.0.113.7 is no address of this machine/, 1, 'router', ...host);
  });

  it('serves realms and tickets until it is stopped, tells of sessions, and says goodbye', async () => {
    const it = new Console([
      'router',
      '--port=0',
      '--realm=one',
      '--realm=two',
      '--ticket=joe=s=1',
      '--path=/ws',
      '--verbose',
    ]);
    const [, url = ''] = await it.printed(/on (ws:\S+\/ws) \(realms: one, two\)/);
    const client = joinAs(url, 'two');
    await it.printed(/^join +two session \d+ authid joe role user agent spec json from 127\.0\.0\.1:\d+$/m);
    it.stop();
    expect(await it.code).toBe(0);
    await client.closed;
    expect(client.frames.at(-1)).toEqual([6, {}, 'wamp.close.system_shutdown']);
    expect(it.out).toMatch(/^leave two session/m);
    expect(it.err).toBe('');
  });

  for (const [where, pattern] of [
    ['0', /ws:\S+ and (rs:\/\/127\.0\.0\.1:\d+) \(realms/],
    [join(tmpdir(), `rxwamp-cli-${process.pid}.sock`), /ws:\S+ and (rs\+unix:\S+\.sock) \(realms/],
  ] as const) {
    it(`serves RawSocket as well: --rawsocket ${where === '0' ? 'with a port' : 'with a path'}`, async () => {
      const it = new Console(['router', '--port=0', '--rawsocket', where]);
      const [, url = ''] = await it.printed(pattern);
      const wamp = new Client({ realm: 'realm1', transports: [rawSocket({ url })] });
      expect((await firstValueFrom(wamp.session$)).id).toBeGreaterThan(0);
      await wamp.close();
      it.stop();
      expect(await it.code).toBe(0);
    });
  }

  it('warns when other machines can reach it', async () => {
    // an address for documentation, which no machine has: it cannot really listen there
    await expectRefusal(/Warning: 203.0.113.7 can be reached from other machines/, 1, 'router', '--host=203.0.113.7');
    const it = new Console(['router', '--port=0', '--like=crossbar', '--allow-origin=*']);
    await it.printed(/on ws:/);
    expect(it.err).toBe('');
    it.stop();
    expect(await it.code).toBe(0);
  });

  it('as a process: ends at SIGTERM with code 0, and its sessions in order', async () => {
    const child = spawn(
      process.execPath,
      [...bundledCommand(), 'router', '--port=0', '--ticket=joe=s=1', '--verbose'],
      { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const ended = new Promise((resolve) => child.once('close', resolve));
    let out = '';
    const client = await new Promise<ReturnType<typeof joinAs>>((resolve) => {
      let made: ReturnType<typeof joinAs> | undefined;
      child.stdout.on('data', (data: Buffer) => {
        out += data.toString();
        const [url] = /ws:\S+/.exec(out) ?? [];
        if (url !== undefined) made ??= joinAs(url, 'realm1');
        if (made && /^join /m.test(out)) resolve(made);
      });
    });
    child.kill('SIGTERM');
    expect(await ended).toBe(0);
    await client.closed;
    expect(client.frames.at(-1)).toEqual([6, {}, 'wamp.close.system_shutdown']);
  });
});
