// The command line as a process: signals, closed pipes, time-outs, losses, and the commands that it runs.
import type { Subscription } from 'rxjs';
import { once } from 'node:events';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { filter, firstValueFrom, map } from 'rxjs';
import { Client } from '../../src/client/client.ts';
import { ApplicationError } from '../../src/protocol/errors.ts';
import { record } from '../../src/testing/index.ts';
import { serveRouter, type ServedRouter } from '../../src/router/node/index.ts';
import { createTestRouter, type TestRouter } from '../../src/testing/test-router.ts';
import { webSocket } from '../../src/transports/websocket.ts';
import { cliStarter, type Cli, type Surroundings } from '../helpers/cli.ts';
import { live, provided } from '../helpers/live.ts';

const [GOODBYE, UNSUBSCRIBE, UNREGISTER, CANCEL, YIELD] = [6, 34, 66, 49, 70];
/** A command that does not end by itself, and tells what becomes of it on standard error. */
const ENDLESS = `trap 'echo ended >&2; exit 0' TERM; echo "begun $RXWAMP_ARGS" >&2; sleep 1000 & wait`;

describe('rxwamp as a process', () => {
  const starter = cliStarter();
  let router: TestRouter;
  let served: ServedRouter;
  let wamp: Client;
  /** The kinds of messages that came from the command line. */
  let received: unknown[];
  let listening: Subscription;

  beforeEach(async () => {
    router = createTestRouter();
    served = await serveRouter(router);
    received = [];
    listening = router.messages$
      .pipe(
        filter(({ direction, link }) => direction === 'in' && link > 1),
        map(({ message }) => message[0]),
      )
      .subscribe((type) => received.push(type));
    wamp = new Client({ realm: 'realm1', transports: [webSocket({ url: served.url })] });
    // it has the first link
    await firstValueFrom(wamp.session$);
  });
  afterEach(async () => {
    listening.unsubscribe();
    await wamp.close();
    await served.close();
    await router.close();
  });

  const cli = (args: readonly string[], surroundings?: Surroundings): Cli =>
    starter([...args, '--url', served.url], surroundings);

  it('gives back what it holds and says goodbye at Ctrl+C', async () => {
    const reader = cli(['subscribe', 'spec.a', 'spec.b', '--verbose']);
    await reader.tells(/subscribed to spec\.b/);
    reader.signal('SIGINT');
    expect(await reader.code).toBe(130);
    expect(received.slice(-3)).toEqual([UNSUBSCRIBE, UNSUBSCRIBE, GOODBYE]);

    const callee = cli(['register', 'spec.c', '--exec', 'date', '--verbose']);
    await callee.tells(/registered spec\.c/);
    callee.signal('SIGTERM');
    expect(await callee.code).toBe(143);
    expect(received.slice(-2)).toEqual([UNREGISTER, GOODBYE]);

    await provided(wamp, 'spec.never', () => new Promise(() => undefined));
    const caller = cli(['call', 'spec.never', '--messages']);
    await caller.tells(/^> \[48,/m);
    caller.signal('SIGINT');
    expect(await caller.code).toBe(130);
    expect(received.slice(-2)).toEqual([CANCEL, GOODBYE]);
    expect(caller.out).toBe('');
  }, 60_000);

  it('ends at once at the second Ctrl+C', async () => {
    const reader = cli(['subscribe', 'spec.a', '--verbose', '--messages']);
    await reader.tells(/subscribed to spec\.a/);
    // its GOODBYE is not answered
    router.stall();
    reader.signal('SIGINT');
    await reader.tells(/^> \[6,/m);
    reader.signal('SIGINT');
    expect(await reader.code).toBe(130);
    expect(reader.err).not.toMatch(/left|disconnected/);
  }, 60_000);

  it('leaves in order, without a complaint, when its output is not read any more', async () => {
    const reader = cli(['subscribe', 'spec.a', '--verbose']);
    await reader.tells(/subscribed to spec\.a/);
    await firstValueFrom(wamp.publish('spec.a', [1]));
    await reader.prints(/\n/);
    reader.child.stdout?.destroy();
    wamp.publish('spec.a', [2]);
    expect(await reader.code).toBe(0);
    expect(received.at(-1)).toBe(GOODBYE);
    expect(reader.err).not.toContain('EPIPE');
  }, 60_000);

  it('cancels a call that is not answered in time, with exit code 4', async () => {
    await provided(wamp, 'spec.never', () => new Promise(() => undefined));
    const caller = cli(['call', 'spec.never', '--timeout', '2s']);
    expect(await caller.code).toBe(4);
    expect(caller.err).toMatch(/^rxwamp: .*spec\.never.*2000 ms/);
    expect(received.slice(-2)).toEqual([CANCEL, GOODBYE]);
  }, 60_000);

  it('gives up a router that does not answer, with exit code 3', async () => {
    const mute = createServer().listen(0, '127.0.0.1');
    await once(mute, 'listening');
    const { port } = mute.address() as AddressInfo;
    const caller = starter(['call', 'spec.x', '--timeout', '100ms', '--url', `ws://127.0.0.1:${port}`]);
    expect(await caller.code).toBe(3);
    expect(caller.err).toMatch(/^rxwamp: .* within 100 ms/);
    mute.close();
  }, 60_000);

  it('tries again to connect as often as --retries says', async () => {
    const { port } = served;
    await wamp.close();
    await served.close();
    const caller = cli(['call', 'wamp.session.count', '--retries', '1000', '--verbose']);
    await caller.tells(/attempt 2 failed/);
    served = await serveRouter(router, { port });
    expect(await caller.code).toBe(0);
    expect(caller.out).toBe('1\n');
  }, 60_000);

  it('tells of a loss, comes back, and goes on', async () => {
    const reader = cli(['subscribe', 'spec.a', '--show', 'value', '--times', '2']);
    await router.whenSubscribed('spec.a');
    await firstValueFrom(wamp.publish('spec.a', ['before']));
    await reader.prints(/before/);
    router.dropAll();
    await reader.tells(/^rxwamp: Lost .*; trying again$/m);
    await reader.tells(/^rxwamp: joined again; events in between are missing$/m);
    await router.whenSubscribed('spec.a');
    await firstValueFrom(wamp.publish('spec.a', ['after']));
    expect(await reader.code).toBe(0);
    expect(reader.out).toBe('"before"\n"after"\n');
  }, 60_000);

  describe('runs a command for each call', () => {
    const callee = async (...args: string[]): Promise<Cli> => {
      const it = cli(['register', 'spec.exec', '--verbose', ...args]);
      await it.tells(/registered spec\.exec/);
      return it;
    };

    it('and ends it when the caller cancels, or when it leaves itself', async () => {
      const it = await callee('--exec', ENDLESS, '--drain', '0');
      const call = wamp.call('spec.exec', [1]).subscribe({ error: () => undefined });
      await it.tells(/^begun \[1\]$/m);
      call.unsubscribe();
      await it.tells(/^ended$/m);
      const other = record(wamp.call('spec.exec', [2]));
      await it.tells(/^begun \[2\]$/m);
      it.signal('SIGINT');
      expect(await it.code).toBe(130);
      expect(it.err.match(/^ended$/gm)?.length).toBe(2);
      await expectAsync(other.next()).toBeRejectedWithError(ApplicationError);
    }, 60_000);

    it('and lets it end at a signal, though no longer than --drain', async () => {
      const waits =
        'read line; echo "begun $RXWAMP_ARGS" >&2; until [ -e "$RXWAMP_SPEC" ]; do sleep 0.1; done; echo done';
      const flag = join(await mkdtemp(join(tmpdir(), 'rxwamp-')), 'go');
      const patient = cli(['register', 'spec.slow', '--verbose', '--exec', waits, '--drain', '1m'], {
        env: { RXWAMP_SPEC: flag },
      });
      await patient.tells(/registered spec\.slow/);
      const answer = record(wamp.call('spec.slow', [1]));
      await patient.tells(/^begun \[1\]$/m);
      patient.signal('SIGINT');
      await patient.tells(/calls under way: 1; Ctrl\+C again ends at once/);
      await router.whenRegistered('spec.slow', 0);
      await expectAsync(firstValueFrom(wamp.call('spec.slow', [2]))).toBeRejectedWithError(
        ApplicationError,
        /no_such_procedure/,
      );
      await writeFile(flag, '');
      expect((await answer.next())[0]?.value).toBe('done');
      expect(await patient.code).toBe(130);
      expect(received.slice(-2)).toEqual([YIELD, GOODBYE]);

      const impatient = await callee('--exec', ENDLESS, '--drain', '100ms');
      const call = record(wamp.call('spec.exec', [1]));
      await impatient.tells(/^begun \[1\]$/m);
      impatient.signal('SIGINT');
      expect(await impatient.code).toBe(130);
      expect(impatient.err).toMatch(/^ended$/m);
      await expectAsync(call.next()).toBeRejectedWithError(ApplicationError);
    }, 60_000);

    it('and leaves it at the second Ctrl+C', async () => {
      const it = await callee('--exec', ENDLESS, '--drain', '1m');
      const call = record(wamp.call('spec.exec', [1]));
      await it.tells(/^begun \[1\]$/m);
      it.signal('SIGINT');
      await it.tells(/calls under way: 1/);
      it.signal('SIGINT');
      expect(await it.code).toBe(130);
      await expectAsync(call.next()).toBeRejectedWithError(ApplicationError);
    }, 60_000);

    it('some at a time, some waiting, and no more', async () => {
      const it = await callee('--exec', ENDLESS, '--concurrency', '1', '--queue', '1');
      const first = wamp.call('spec.exec', [1]).subscribe({ error: () => undefined });
      await it.tells(/^begun \[1\]$/m);
      const second = wamp.call('spec.exec', [2]).subscribe({ error: () => undefined });
      await expectAsync(firstValueFrom(wamp.call('spec.exec', [3]))).toBeRejectedWithError(
        ApplicationError,
        // the router has asked all that there are
        /no_available_callee/,
      );
      expect(it.err).not.toContain('begun [2]');
      first.unsubscribe();
      await it.tells(/^begun \[2\]$/m);
      second.unsubscribe();
    }, 60_000);

    it('as often as its option says, and answers the last one before it ends', async () => {
      const it = await callee('--exec', 'echo "$RXWAMP_PROCEDURE"; echo "$RXWAMP_KWARGS"', '--times', '2');
      expect((await firstValueFrom(wamp.call('spec.exec', [], { a: 1 }, {}))).value).toEqual({ a: 1 });
      expect((await firstValueFrom(wamp.call('spec.exec'))).value).toEqual({});
      expect(await it.code).toBe(0);
    }, 60_000);

    it('whose environment has no address with a password or a query', async () => {
      for (const [i, secret] of [served.url.replace('//', '//joe:hush@'), `${served.url}?token=hush`].entries()) {
        const it = starter(['register', `spec.exec.${i}`, '--verbose', '--exec', 'env | grep -c hush; true'], {
          env: { RXWAMP_URL: secret },
        });
        await it.tells(/registered spec\.exec/);
        expect((await firstValueFrom(wamp.call(`spec.exec.${i}`))).value).toBe(0);
        expect(it.err).not.toContain('hush');
      }
    }, 60_000);

    it('whose arguments are long in bytes, not in characters', async () => {
      const it = await callee('--exec', 'printf %s "$RXWAMP_ARGS" | wc -c; wc -c');
      const values = async (text: string): Promise<unknown[]> =>
        (await record(wamp.call('spec.exec', [text], {}, { progress: true })).done({ timeout: 30_000 }))
          .map(({ value }) => value)
          .slice(0, 2);
      expect(await values('€'.repeat(33_000))).toEqual([99_004, jasmine.any(Number)]);
      expect(await values('€'.repeat(60_000))).toEqual([0, jasmine.any(Number)]);
      expect(it.err).not.toContain('E2BIG');
    }, 60_000);

    it('whose environment has no secrets, and whose standard input has long arguments', async () => {
      const env = { RXWAMP_TICKET: 'hush', RXWAMP_HEADERS: 'X: hush', RXWAMP_REALM: 'realm1' };
      const it = cli(
        [
          'register',
          'spec.exec',
          '--verbose',
          '--auth',
          'anonymous',
          '--exec',
          'env | grep -c hush; echo "${#RXWAMP_ARGS}"; wc -c',
        ],
        { env },
      );
      await it.tells(/registered spec\.exec/);
      const answers = await record(wamp.call('spec.exec', ['x'.repeat(200_000)], {}, { progress: true })).done({
        timeout: 30_000,
      });
      expect(answers.slice(0, 2).map(({ value }) => value)).toEqual([0, 0]);
      expect(answers[2]?.value).toBeGreaterThan(200_000);
    }, 60_000);
  });

  it('subscribes by pattern, and asks for what is retained', async () => {
    await firstValueFrom(wamp.publish('spec.kept.a', ['kept'], {}, { retain: true, acknowledge: true }));
    await live(wamp, 'spec.other');
    const reader = cli(['subscribe', 'spec.kept.', '--match', 'prefix', '--get-retained', '--times', '1', '--pretty']);
    expect(await reader.code).toBe(0);
    expect(JSON.parse(reader.out)).toEqual(
      jasmine.objectContaining({
        args: ['kept'],
        details: jasmine.objectContaining({ topic: 'spec.kept.a', retained: true }),
      }),
    );
    expect(reader.out.split('\n').length).toBeGreaterThan(5);
  }, 60_000);
});
