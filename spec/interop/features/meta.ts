// The meta API, killing, testaments and event history, through rxwamp/meta and history().
import { filter, firstValueFrom, lastValueFrom, toArray } from 'rxjs';
import { history } from '../../../src/flow/history.ts';
import * as meta from '../../../src/meta/index.ts';
import { ConnectionLostError, GoodbyeError } from '../../../src/protocol/errors.ts';
import { record } from '../../../src/testing/record.ts';
import { fresh, live, provided, values } from '../../helpers/live.ts';
import { KEEPING, KEPT } from '../routers/router.ts';
import type { Scene } from '../scene.ts';
import { joined, soon } from '../scene.ts';

/** What a router tells of itself, and lets be changed. */
export function metaApi({ client }: Scene): void {
  it('sessions: count, list, get', async () => {
    const [one, other] = [client(), client()];
    const [a, b] = [await joined(one), await joined(other)];
    expect(await soon(meta.countSessions(one))).toBeGreaterThanOrEqual(2);
    const all = await soon(meta.listSessions(one));
    expect([all.includes(a.id), all.includes(b.id)]).toEqual([true, true]);
    const session = await soon(meta.getSession(one, b.id));
    expect([session.session, session.authrole]).toEqual([b.id, 'anonymous']);
  });

  it('sessions: joins and leaves as they happen', async () => {
    const [watcher, visitor] = [client(), client()];
    const topics = ['wamp.session.on_join', 'wamp.session.on_leave'];
    const [joins, leaves] = [await live(watcher, topics[0]!), await live(watcher, topics[1]!)];
    const { id } = await joined(visitor);
    const [join] = await joins.next();
    expect((join?.value as { session: number }).session).toBe(id);
    await visitor.close();
    expect((await leaves.next())[0]?.args[0]).toBe(id);
  });

  it('registrations: lookup, match, get, list, callees', async () => {
    const wamp = client();
    const { id } = await joined(wamp);
    const base = fresh('r');
    const exact = (await provided(wamp, `${base}.a`, () => 1)).values[0]?.id ?? 0;
    const prefix = (await provided(wamp, base, () => 2, { match: 'prefix' })).values[0]?.id ?? 0;
    expect(await soon(meta.lookupRegistration(wamp, `${base}.a`))).toBe(exact);
    expect(await soon(meta.lookupRegistration(wamp, `${base}.b`))).toBeNull();
    expect(await soon(meta.matchRegistration(wamp, `${base}.b`))).toBe(prefix);
    const found = await soon(meta.getRegistration(wamp, prefix));
    expect([found.id, found.uri, found.match]).toEqual([prefix, base, 'prefix']);
    const all = await soon(meta.listRegistrations(wamp));
    expect([all.exact.includes(exact), all.prefix.includes(prefix)]).toEqual([true, true]);
    expect(await soon(meta.listCallees(wamp, exact))).toEqual([id]);
    expect(await soon(meta.countCallees(wamp, exact))).toBe(1);
  });

  it('subscriptions: lookup, match, get, list, subscribers', async () => {
    const wamp = client();
    const { id } = await joined(wamp);
    const base = fresh('s');
    await live(wamp, `${base}.a`);
    await live(wamp, base, { match: 'prefix' });
    const exact = (await soon(meta.lookupSubscription(wamp, `${base}.a`))) ?? 0;
    const prefix = (await soon(meta.lookupSubscription(wamp, base, { match: 'prefix' }))) ?? 0;
    expect([...(await soon(meta.matchSubscriptions(wamp, `${base}.a`)))].sort()).toEqual([exact, prefix].sort());
    const found = await soon(meta.getSubscription(wamp, prefix));
    expect([found.id, found.uri, found.match]).toEqual([prefix, base, 'prefix']);
    expect((await soon(meta.listSubscriptions(wamp))).exact.includes(exact)).toBeTrue();
    expect(await soon(meta.listSubscribers(wamp, exact))).toEqual([id]);
    expect(await soon(meta.countSubscribers(wamp, exact))).toBe(1);
  });

  it('current states: sessions$, subscribers$, callees$, awaitRegistration()', async () => {
    const [watcher, actor] = [client(), client()];
    const { id } = await joined(actor);
    const [topic, procedure] = [fresh('t'), fresh('p')];
    const sessions = record(meta.sessions$(watcher));
    const subscribers = record(meta.subscribers$(watcher, topic));
    const callees = record(meta.callees$(watcher, procedure));
    const registered = record(meta.awaitRegistration(watcher, procedure));
    await Promise.all([sessions.next(), subscribers.next(), callees.next()]);
    expect(subscribers.values.at(-1)).toEqual([]);
    const events = await live(actor, topic);
    const registration = await provided(actor, procedure, () => 1);
    await soon(meta.subscribers$(watcher, topic).pipe(filter((all) => all.includes(id))));
    await soon(meta.callees$(watcher, procedure).pipe(filter((all) => all.includes(id))));
    expect((await registered.next())[0]).toBe(registration.values[0]?.id ?? 0);
    events.stop();
    registration.stop();
    await soon(meta.subscribers$(watcher, topic).pipe(filter((all) => all.length === 0)));
    await soon(meta.callees$(watcher, procedure).pipe(filter((all) => all.length === 0)));
    await actor.close();
    await soon(meta.sessions$(watcher).pipe(filter((all) => !all.some(({ session }) => session === id))));
    expect(sessions.ended).toBeFalse();
  });
}

/** Sessions that are ended by others. */
export function killing({ router, client }: Scene): void {
  /** The reason that the router gave; `lost` where the router may have lost its GOODBYE. */
  const reasonOf = (error: unknown): string => {
    if (error instanceof GoodbyeError) return error.reason;
    return router.can.losesLast && error instanceof ConnectionLostError ? 'lost' : String(error);
  };

  it('a killed session leaves with its reason, and its client comes back', async () => {
    const [admin, victim] = [client(), client()];
    const { id } = await joined(victim);
    const topic = fresh('t');
    const came = await live(victim, topic);
    const states = record(victim.status$);
    const next = soon(victim.session$.pipe(filter((session) => session.id !== id)), 14_000);
    await soon(meta.killSession(admin, id, { reason: 'wamp.close.killed', message: 'enough' }));
    await next;
    const waiting = states.values.find(({ state }) => state === 'waiting') as { error?: Error } | undefined;
    expect(['wamp.close.killed', 'lost']).toContain(reasonOf(waiting?.error));
    // its stream is confirmed again before this answer
    await soon(victim.call('wamp.session.count'));
    admin.publish(topic, ['healed']);
    expect((await came.next())[0]?.value).toBe('healed');
  });

  it('kill by authid ends those sessions', async () => {
    const [admin, victim] = [client(), client({ reconnect: false })];
    const { id } = await joined(victim);
    const { authid } = await soon(meta.getSession(admin, id));
    expect(await soon(meta.killSessionsByAuthid(admin, authid ?? ''))).toBe(1);
    const failed = await soon(victim.status$.pipe(filter(({ state }) => state === 'failed')));
    expect(reasonOf((failed as { error?: Error }).error)).toMatch(/^(wamp\.close\.|lost$)/);
  });
}

/** What is published when a session ends. */
export function testaments({ client }: Scene): void {
  for (const scope of ['destroyed', 'detached'] as const) {
    it(`a testament is published at the end of its session (${scope})`, async () => {
      const [heir, testator] = [client(), client()];
      const topic = fresh('left');
      const came = await live(heir, topic);
      await soon(meta.addTestament(testator, topic, ['joe'], { why: 'gone' }, { scope }));
      await testator.close();
      const [event] = await came.next();
      expect([event?.args, event?.kwargs]).toEqual([['joe'], { why: 'gone' }]);
    });
  }

  it('one that was taken back is not', async () => {
    const [heir, testator] = [client(), client()];
    const topic = fresh('left');
    const came = await live(heir, topic);
    await soon(meta.addTestament(testator, topic, ['joe']));
    await soon(meta.flushTestaments(testator));
    const gone = await live(heir, 'wamp.session.on_leave');
    await testator.close();
    await gone.next();
    heir.publish(topic, ['after'], {}, { excludeMe: false });
    await came.next();
    expect(values(came)).toEqual(['after']);
  });
}

/** Events that a router has kept. */
export function histories({ client }: Scene): void {
  it('history() gives past events, oldest first, newest first, and so many', async () => {
    const [publisher, reader] = [client({ realm: KEEPING }), client({ realm: KEEPING })];
    await live(reader, KEPT); // one router keeps events from the first subscription on
    const mark = fresh('mark');
    for (let i = 0; i < 5; i++) {
      await firstValueFrom(publisher.publish(KEPT, [mark, i], { i }, { acknowledge: true }));
    }
    const ours = async (options: object): Promise<unknown[]> => {
      const all = await lastValueFrom(history(reader, KEPT, options).pipe(toArray()));
      return all.filter(({ args }) => args[0] === mark).map(({ args, kwargs }) => [args[1], kwargs['i']]);
    };
    const numbers = [0, 1, 2, 3, 4].map((i) => [i, i]);
    expect(await ours({})).toEqual(numbers);
    expect(await ours({ reverse: true })).toEqual([...numbers].reverse());
    expect(await ours({ reverse: true, limit: 2 })).toEqual([...numbers].reverse().slice(0, 2));
  });
}
