// A credential that expires is renewed under load: make before break.
import { filter, firstValueFrom, map, take, tap, timer } from 'rxjs';
import { ticket } from '../../../src/auth/ticket.ts';
import type { Client } from '../../../src/client/client.ts';
import { rejoin } from '../../../src/programs/rejoin.ts';
import { AbortError, ConnectionLostError } from '../../../src/protocol/errors.ts';
import { json } from '../../../src/serializers/json.ts';
import { record } from '../../../src/testing/record.ts';
import { webSocket } from '../../../src/transports/websocket.ts';
import { an } from '../../client/helpers.ts';
import { fresh, live, provided } from '../../helpers/live.ts';
import { JOE } from '../routers/router.ts';
import type { Scene } from '../scene.ts';
import { soon } from '../scene.ts';

/** Events in a second. */
const RATE = 1000;
/** How often a credential is renewed in a spec. */
const RENEWALS = 5;

/** No event is lost or doubled, and no call fails, while sessions are renewed. */
export function renewal({ router, client }: Scene): void {
  const credentials = (): { auth: ReturnType<typeof ticket>[] } => ({
    auth: [ticket({ authid: JOE.authid, ticket: () => JOE.secret })],
  });
  const joe = (): Client =>
    client({
      realm: 'secure',
      transports: [webSocket({ url: router.at.auth, serializers: [json()] })],
      ...credentials(),
    });
  const renew = (wamp: Client): Promise<{ readonly id: number }> =>
    soon(rejoin(wamp, { ...credentials(), overlap: true }));
  /** Resolves when the session that was left is over. */
  const left = (wamp: Client): Promise<unknown> => soon(wamp.lifecycle$.pipe(filter(({ type }) => type === 'leave')));

  /** Renews some times, a while after each other, and resolves when the last session that was left is over. */
  const renewals = async (wamp: Client): Promise<Set<number>> => {
    const ids = new Set<number>();
    for (let i = 0; i < RENEWALS; i++) {
      await firstValueFrom(timer(300));
      const over = left(wamp);
      ids.add((await renew(wamp)).id);
      await over;
    }
    return ids;
  };

  /** Publishes numbers at the rate until it is stopped; resolves with how many there were. */
  const publishing = (wamp: Client, topic: string): (() => Promise<number>) => {
    let count = 0;
    const begin = performance.now();
    const numbers = timer(0, 10).subscribe(() => {
      while (count < ((performance.now() - begin) * RATE) / 1000) wamp.publish(topic, [count++]);
    });
    return async () => {
      numbers.unsubscribe();
      await soon(wamp.publish(topic, [count++], {}, { acknowledge: true }));
      return count;
    };
  };

  const numbersTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

  for (const who of ['subscriber', 'publisher'] as const) {
    it(`a ${who} renews its ticket under ${RATE} events a second: none is lost, none comes twice, all in order`, async () => {
      const [subscriber, publisher] = [joe(), joe()];
      const topic = fresh('renewed');
      const events = await live<number>(subscriber, topic);
      const other = await live<number>(subscriber, fresh('other'));
      await soon(publisher.session$);
      const stop = publishing(publisher, topic);
      const ids = await renewals(who === 'subscriber' ? subscriber : publisher);
      const count = await stop();
      while (events.values.length < count) await events.next();
      expect(events.values.map(({ value }) => value)).toEqual(numbersTo(count));
      expect(ids.size).toBe(RENEWALS);
      expect(count).toBeGreaterThan(RENEWALS * 0.3 * RATE);
      expect(other.values).toEqual([]);
    }, 60_000);
  }

  /** Calls all the time until it is stopped; resolves with the outcomes. */
  const calling = (wamp: Client, procedure: string, ms: number): (() => Promise<readonly unknown[]>) => {
    const outcomes: Promise<unknown>[] = [];
    const calls = timer(0, 5).subscribe((i) =>
      outcomes.push(
        soon(wamp.call<number>(procedure, [i, ms])).then(
          ({ value }) => (value === i ? 'right' : value),
          (error: unknown) => (error as { uri?: string }).uri ?? String(error),
        ),
      ),
    );
    return () => {
      calls.unsubscribe();
      return Promise.all(outcomes);
    };
  };

  for (const who of ['callee', 'caller'] as const) {
    for (const invoke of ['roundrobin', 'single'] as const) {
      for (const ms of [0, 200]) {
        it(`a ${who} renews its ticket under calls of ${ms} ms (${invoke}): none fails`, async () => {
          const [callee, caller] = [joe(), joe()];
          const procedure = fresh('renewed');
          const registrations = await provided(
            callee,
            procedure,
            ({ args }) => (args[1] ? timer(Number(args[1])).pipe(map(() => args[0])) : args[0]),
            { invoke },
          );
          await soon(caller.session$);
          const stop = calling(caller, procedure, ms);
          const ids = await renewals(who === 'callee' ? callee : caller);
          const outcomes = await stop();
          const wrong = outcomes.filter((outcome) => outcome !== 'right');
          // nexus does not know force_reregister: for a moment no session holds the procedure
          if (router.name === 'nexus' && invoke === 'single' && who === 'callee') {
            expect(new Set([...wrong, 'wamp.error.no_such_procedure'])).toEqual(
              new Set(['wamp.error.no_such_procedure']),
            );
            expect(wrong.length).toBeLessThan(outcomes.length / 10);
          } else expect(wrong).toEqual([]);
          expect(outcomes.length).toBeGreaterThan(RENEWALS * 20);
          expect(ids.size).toBe(RENEWALS);
          expect(registrations.values.length).toBe(who === 'callee' ? RENEWALS + 1 : 1);
        }, 60_000);
      }
    }
  }

  it('a ticket that is refused changes nothing', async () => {
    const [subscriber, publisher] = [joe(), joe()];
    const topic = fresh('renewed');
    const events = await live<number>(subscriber, topic);
    const session = await soon(subscriber.session$);
    const stop = publishing(publisher, topic);
    const refused = record(
      rejoin(subscriber, { auth: [ticket({ authid: JOE.authid, ticket: 'old' })], overlap: true }).pipe(
        take(1),
        tap({ error: () => undefined }),
      ),
    );
    await refused.done().catch(() => undefined);
    const { error } = refused;
    if (!(router.can.losesLast && error instanceof ConnectionLostError)) {
      expect(an(AbortError, error).reason).toMatch(router.can.refuses);
    }
    const count = await stop();
    while (events.values.length < count) await events.next();
    expect(events.values.map(({ value }) => value)).toEqual(numbersTo(count));
    expect(subscriber.status).toEqual(
      jasmine.objectContaining({ state: 'joined', session: jasmine.objectContaining({ id: session.id }) as never }),
    );
  }, 60_000);
}
