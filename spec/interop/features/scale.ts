// Scale-out: several processes behind one procedure, one of them killed under load; and a second router.
import { fileURLToPath } from 'node:url';
import { filter, firstValueFrom, TimeoutError } from 'rxjs';
import type { Client } from '../../../src/client/client.ts';
import { webSocket } from '../../../src/transports/websocket.ts';
import { record } from '../../../src/testing/record.ts';
import { fresh, live } from '../../helpers/live.ts';
import { Program } from '../process.ts';
import { nexus } from '../routers/nexus.ts';
import { LOADERS, own } from '../routers/own.ts';
import type { RealRouter } from '../routers/router.ts';
import type { Scene } from '../scene.ts';
import { connect, soon } from '../scene.ts';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const callee = fileURLToPath(new URL('../routers/callee.main.ts', import.meta.url));
const root = fileURLToPath(new URL('../../../', import.meta.url));

/** How a service grows, and what remains of it when parts fail. */
export function scaleOut({ router, certificate, client }: Scene): void {
  const NAMES = ['one', 'two', 'three'] as const;
  let programs: Program[] = [];
  let second: RealRouter | undefined;
  let folder: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'rxwamp-second-'));
  });

  afterAll(async () => {
    await Promise.all([...programs.map((program) => program.kill()), second?.stop('SIGKILL')]);
    rmSync(folder, { recursive: true, force: true });
  });

  it('of three processes behind one procedure one is killed under load: only what it held is lost', async () => {
    const procedure = fresh('service');
    programs = await Promise.all(
      NAMES.map((name) =>
        Program.start({
          command: process.execPath,
          args: [...LOADERS, callee, router.at.ws, procedure, name],
          cwd: root,
          ready: /^READY$/m,
          patience: 30_000,
        }),
      ),
    );
    const caller = client();
    const calls = (ms: number, count: number): Promise<string>[] =>
      Array.from({ length: count }, () =>
        soon(caller.call<string>(procedure, [ms])).then(
          ({ value }) => value,
          (error: unknown) => (error as { uri?: string }).uri ?? String(error),
        ),
      );
    const before = await Promise.all(calls(0, 30));
    for (const name of NAMES) expect(before.filter((each) => each === name).length).toBe(10);

    // thirty under way: ten of them in the process that dies
    const open = calls(1500, 30);
    await soon(caller.call(procedure, [0]));
    await programs[0]?.kill();
    const after = await Promise.all(open);
    const lost = after.filter((each) => !NAMES.some((name) => name === each));
    expect([lost.length, new Set(lost)]).toEqual([10, new Set(['wamp.error.canceled'])]);
    for (const name of ['two', 'three']) expect(after.filter((each) => each === name).length).toBe(10);

    const rest = await Promise.all(calls(0, 30));
    expect(new Set(rest)).toEqual(new Set(['two', 'three']));
  }, 60_000);

  it('a client goes from a dead router to the second one, with its streams', async () => {
    second = await own('second', folder, certificate);
    await second.start();
    const transports = [webSocket({ url: router.at.ws }), webSocket({ url: second.at.ws })];
    const wamp = client({ transports });
    const states = record(wamp.status$);
    const topic = fresh('t');
    const events = await live(wamp, topic);
    expect((await soon(wamp.session$)).details.transport.url).toBe(router.at.ws);
    await router.stop('SIGKILL');
    await soon(wamp.status$.pipe(filter((status) => status.state === 'waiting')));
    const healed = wamp.status$.pipe(filter((status) => status.state === 'joined' && status.healing === 0));
    await soon(healed, 15_000);
    const session = await firstValueFrom(wamp.session$);
    expect(session.details.transport.url).toBe(second.at.ws);
    wamp.publish(topic, ['over there'], {}, { excludeMe: false });
    expect((await events.next())[0]?.value).toBe('over there');
    expect(states.ended).toBeFalse();
    await router.start();
  }, 120_000);
}

/** More streams at once than a router queues messages for one client. */
export function manyStreams({ router, certificate }: Scene): void {
  const COUNT = 3000;
  let folder: string;
  let small: RealRouter;
  let wamp: Client;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'rxwamp-small-'));
    small = router.name === 'nexus' ? await nexus('small', folder, certificate, 0) : router;
    if (small !== router) await small.start();
  });

  beforeEach(() => {
    wamp = connect(small);
  });

  afterEach(() => wamp.close());

  afterAll(async () => {
    if (small !== router) await small.stop('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });

  const begin: Readonly<Record<string, (uri: string, confirm: () => void) => void>> = {
    topics: (topic, confirm) => wamp.subscribe(topic, { onSubscribed: confirm }).subscribe(),
    procedures: (procedure, confirm) => wamp.register(procedure, () => 1).subscribe(confirm),
  };
  for (const [kind, add] of Object.entries(begin)) {
    it(`3000 ${kind} come into an open session at once, and heal in the next, with the router’s default queue`, async () => {
      const first = await soon(wamp.session$);
      const name = fresh('many');
      let confirmed = 0;
      const healed = new Promise<void>((resolve) => {
        for (let i = 0; i < COUNT; i++) {
          add(`${name}.n${i}`, () => {
            if (++confirmed === COUNT) first.leave();
            if (confirmed === 2 * COUNT) resolve();
          });
        }
      });
      await healed;
      expect(await soon(wamp.status$)).toEqual(jasmine.objectContaining({ state: 'joined', healing: 0 }));
    }, 40_000);
  }

  it('3000 calls at once are all answered, or refused by the router', async () => {
    const procedure = fresh('f');
    const callee = connect(small);
    await new Promise((resolve) => callee.register(procedure, ({ value }) => value).subscribe(resolve));
    await soon(wamp.session$);
    const outcomes = await Promise.all(
      Array.from({ length: COUNT }, (_, i) =>
        soon(wamp.call<number>(procedure, [i])).then(
          ({ value }) => value === i,
          (error: unknown) => (error instanceof TimeoutError ? 'unanswered' : (error as { uri?: string }).uri),
        ),
      ),
    );
    // nexus refuses a call where the queue of the callee is full; an answer for which that of the caller is, it drops, and
    // tells its log
    const dropped = small.program?.words(Infinity).match(/Dropped (RESULT|ERROR) /g) ?? [];
    expect(outcomes.filter((outcome) => outcome === 'unanswered').length).toBeLessThanOrEqual(dropped.length);
    const allowed: unknown[] = [true, 'wamp.error.network_failure', 'unanswered'];
    expect(outcomes.filter((outcome) => !allowed.includes(outcome))).toEqual([]);
    await callee.close();
  }, 40_000);
}
