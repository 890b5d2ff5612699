// Scale-out: several processes behind one procedure, one of them killed under load; and a second router.
import { fileURLToPath } from 'node:url';
import { filter, firstValueFrom } from 'rxjs';
import { webSocket } from '../../../src/transports/websocket.ts';
import { record } from '../../../src/testing/record.ts';
import { fresh, live } from '../../helpers/live.ts';
import { Program } from '../process.ts';
import { LOADERS, own } from '../routers/own.ts';
import type { RealRouter } from '../routers/router.ts';
import type { Scene } from '../scene.ts';
import { soon } from '../scene.ts';
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
