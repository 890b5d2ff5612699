// A router that goes away and comes back: in order, and as after a crash.
import { filter, firstValueFrom, NEVER, Subject } from 'rxjs';
import { record } from '../../../src/testing/record.ts';
import { fresh, live, provided } from '../../helpers/live.ts';
import type { Scene } from '../scene.ts';
import { refusal, soon } from '../scene.ts';

/** Streams outlive the router's process. */
export function restart({ router, client }: Scene): void {
  for (const how of ['SIGTERM', 'SIGKILL'] as const) {
    it(`after ${how} and a new start, streams heal and calls go on`, async () => {
      const [alice, bob] = [client(), client()];
      const [topic, procedure, slow] = [fresh('t'), fresh('p'), fresh('slow')];
      const events = await live(alice, topic);
      const registration = await provided(alice, procedure, ({ args }) => args[0]);
      const started = new Subject<void>();
      await provided(alice, slow, () => {
        started.next();
        return NEVER;
      });
      const start = firstValueFrom(started);
      const open = refusal(firstValueFrom(bob.call(slow)));
      await start;
      const lost = [alice, bob].map((each) => soon(each.status$.pipe(filter(({ state }) => state === 'waiting'))));

      await router.stop(how);
      await Promise.all(lost);
      // an orderly router may take down the callee first, and still say so to the caller
      expect(['ConnectionLostError', 'ApplicationError']).toContain((await open).name);
      const queued = record(bob.publish(topic, ['queued']));
      // the router may be there before its callee: then there is no such procedure yet
      const waited: Promise<unknown> = firstValueFrom(bob.call(procedure, ['waited'])).then(
        ({ value }) => value,
        (error: unknown) => (error as { uri?: string }).uri,
      );
      expect(queued.values).toEqual([]);

      await router.start();
      const answer = await waited;
      expect(['waited', 'wamp.error.no_such_procedure']).toContain(answer as string);
      const healed = (each: typeof alice): Promise<unknown> =>
        soon(each.status$.pipe(filter((status) => status.state === 'joined' && status.healing === 0)), 20_000);
      await Promise.all([healed(alice), healed(bob)]);
      await queued.done();
      expect((await soon(bob.call(procedure, ['again']))).value).toBe('again');
      expect(registration.values.map(({ again }) => again)).toEqual([false, true]);
      // the queued one was for the subscribers of that time
      bob.publish(topic, ['live']);
      let value: unknown;
      while (value !== 'live') value = (await events.next())[0]?.value;
      expect(events.ended).toBeFalse();
    }, 90_000);
  }
}
