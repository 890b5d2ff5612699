import type { Observable } from 'rxjs';
import {
  countCallees,
  countSessions,
  countSubscribers,
  getRegistration,
  getSession,
  getSubscription,
  killAllSessions,
  killSession,
  killSessionsByAuthid,
  killSessionsByAuthrole,
  listCallees,
  listRegistrations,
  listSessions,
  listSubscribers,
  listSubscriptions,
  lookupRegistration,
  lookupSubscription,
  matchRegistration,
  matchSubscriptions,
  removeCallee,
  removeSubscriber,
} from '../../src/meta/index.ts';
import { ProtocolError } from '../../src/protocol/errors.ts';
import type { Wamp } from '../../src/session/options.ts';
import { record, type Recording } from '../../src/testing/record.ts';
import { inState } from '../client/helpers.ts';
import { joined } from '../helpers/wire.ts';
import { idOf, inRealm, PROFILES } from './world.ts';

for (const [profile, options] of PROFILES) {
  describe(`meta procedures, ${profile}`, () => {
    it('count, list and describe sessions', () => {
      inRealm(options, ({ wamp, other, answer, failure }) => {
        expect(answer(countSessions(wamp))).toBe(2);
        expect(answer(countSessions(wamp, { authroles: ['nobody'] }))).toBe(0);
        expect(answer(listSessions(wamp))).toEqual([idOf(wamp), idOf(other)]);
        expect(answer(listSessions(wamp, { authroles: ['nobody'] }))).toEqual([]);
        const { details } = inState(other, 'joined').session;
        expect(answer(getSession(wamp, idOf(other)))).toEqual({
          session: idOf(other),
          authid: details.authid!,
          authrole: 'anonymous',
          authmethod: 'anonymous',
          authprovider: 'static',
          transport: { type: 'memory', serializer: 'json' },
        });
        expect(failure(getSession(wamp, 7))).toEqual(
          jasmine.objectContaining({ name: 'ApplicationError', uri: 'wamp.error.no_such_session' }),
        );
      });
    });

    it('kill one session, those of an authid, those of a role, and count them', () => {
      inRealm(options, ({ wamp, other, client, answer, done, failure, watch, advance }) => {
        const ends: string[] = [];
        other.lifecycle$.subscribe((event) => event.type === 'leave' && ends.push(event.reason));
        done(killSession(wamp, idOf(other), { reason: 'com.app.out', message: 'bye' }));
        expect(ends).toEqual(['com.app.out']);
        expect(failure(killSession(wamp, idOf(wamp)))).toEqual(
          jasmine.objectContaining({ uri: 'wamp.error.no_such_session' }),
        );
        const authid = answer(getSession(wamp, idOf(client()))).authid!;
        expect(answer(killSessionsByAuthid(wamp, authid))).toBe(1);
        expect(answer(killSessionsByAuthid(wamp, 'nobody'))).toBe(0);
        client();
        const count = answer(countSessions(wamp)) - 1;
        expect(count).toBeGreaterThan(0);
        expect(answer(killSessionsByAuthrole(wamp, 'anonymous', { reason: 'com.app.out' }))).toBe(count);
        client();
        expect(answer(killAllSessions(wamp))).toBe(1);
        expect(watch(countSessions(wamp)).values).toEqual([1]);
        advance();
      });
    });

    it('list, look up and describe registrations; null stands for none', () => {
      inRealm(options, ({ router, wamp, other, watch, answer, done, failure }) => {
        watch(other.register('com.a', () => 1, { invoke: 'roundrobin' }));
        watch(wamp.register('com.a', () => 1, { invoke: 'roundrobin' }));
        watch(other.register('com.', () => 1, { match: 'prefix' }));
        const [exact, prefix] = router.registrations.map(({ id }) => id) as [number, number];
        expect(answer(listRegistrations(wamp))).toEqual({ exact: [exact], prefix: [prefix], wildcard: [] });
        expect(answer(lookupRegistration(wamp, 'com.a'))).toBe(exact);
        expect(answer(lookupRegistration(wamp, 'com.', { match: 'prefix' }))).toBe(prefix);
        expect(answer(lookupRegistration(wamp, 'com.b'))).toBeNull();
        expect(answer(matchRegistration(wamp, 'com.b'))).toBe(prefix);
        expect(answer(matchRegistration(wamp, 'org.b'))).toBeNull();
        const { created } = router.registrations[0]!;
        expect(answer(getRegistration(wamp, exact))).toEqual({
          id: exact,
          created,
          uri: 'com.a',
          match: 'exact',
          invoke: 'roundrobin',
        });
        expect(answer(listCallees(wamp, exact))).toEqual([idOf(other), idOf(wamp)]);
        expect(answer(countCallees(wamp, exact))).toBe(2);
        expect(failure(countCallees(wamp, 7))).toEqual(
          jasmine.objectContaining({ uri: 'wamp.error.no_such_registration' }),
        );
        done(removeCallee(wamp, exact, idOf(other), { reason: 'com.r' }));
        expect(answer(listCallees(wamp, exact))).toEqual([idOf(wamp)]);
      });
    });

    it('list, look up and describe subscriptions; null or an empty list stands for none', () => {
      inRealm(options, ({ router, wamp, other, watch, answer, done, failure }) => {
        watch(other.subscribe('com.a'));
        watch(wamp.subscribe('com.a'));
        watch(other.subscribe('com..', { match: 'wildcard' }));
        const [exact, wildcard] = router.subscriptions.map(({ id }) => id) as [number, number];
        expect(answer(listSubscriptions(wamp))).toEqual({ exact: [exact], prefix: [], wildcard: [wildcard] });
        expect(answer(lookupSubscription(wamp, 'com.a'))).toBe(exact);
        expect(answer(lookupSubscription(wamp, 'com..', { match: 'wildcard' }))).toBe(wildcard);
        expect(answer(lookupSubscription(wamp, 'com.b'))).toBeNull();
        expect(answer(matchSubscriptions(wamp, 'com.a'))).toEqual([exact]);
        expect(answer(matchSubscriptions(wamp, 'org'))).toEqual([]);
        const { created } = router.subscriptions[0]!;
        expect(answer(getSubscription(wamp, exact))).toEqual({ id: exact, created, uri: 'com.a', match: 'exact' });
        expect(answer(listSubscribers(wamp, exact))).toEqual([idOf(other), idOf(wamp)]);
        expect(answer(countSubscribers(wamp, exact))).toBe(2);
        expect(failure(countSubscribers(wamp, 7))).toEqual(
          jasmine.objectContaining({ uri: 'wamp.error.no_such_subscription' }),
        );
        done(removeSubscriber(wamp, exact, idOf(other)));
        expect(answer(listSubscribers(wamp, exact))).toEqual([idOf(wamp)]);
      });
    });
  });
}

describe('meta procedures', () => {
  /** Calls a procedure whose result has these arguments. */
  const answered = <T>(call: (wamp: Wamp) => Observable<T>, ...args: readonly unknown[]): Recording<T> => {
    const { wamp, wire } = joined();
    const recording = record(call(wamp));
    wire.send([50, wire.take(48)[1], {}, args]);
    return recording;
  };

  it('name what came in place of what was expected', () => {
    const error = (call: (wamp: Wamp) => Observable<unknown>, value: unknown): string => {
      const { error } = answered(call, value);
      expect(error).toBeInstanceOf(ProtocolError);
      return (error as Error).message;
    };
    expect(error(countSessions, 'many')).toBe('wamp.session.count: expected a count, got the string "many"');
    expect(error(listSessions, {})).toBe('wamp.session.list: expected a list of ids, got an object');
    expect(error(listSessions, [1, 'x'])).toBe('wamp.session.list: expected a list of ids, got a list');
    expect(error((wamp) => getSession(wamp, 1), 3)).toBe(
      'wamp.session.get: expected a description of a session, got the number 3',
    );
    expect(error((wamp) => lookupRegistration(wamp, 'com.a'), 'x')).toBe(
      'wamp.registration.lookup: expected an id, or null, got the string "x"',
    );
    expect(error((wamp) => getRegistration(wamp, 1), { id: 1 })).toBe(
      'wamp.registration.get: expected a description of a registration, got an object',
    );
    expect(error(listSubscriptions, { exact: 1 })).toBe(
      'wamp.subscription.list: expected lists of ids under exact, prefix and wildcard, got an object',
    );
    expect(error((wamp) => killSessionsByAuthid(wamp, 'joe'), 'two')).toBe(
      'wamp.session.kill_by_authid: expected a count, or a list of ids, got the string "two"',
    );
  });

  it('take null, or nothing, for what is not there', () => {
    expect(answered((wamp) => matchSubscriptions(wamp, 'com.a'), null).values).toEqual([[]]);
    expect(answered((wamp) => lookupSubscription(wamp, 'com.a')).values).toEqual([null]);
    expect(answered(listRegistrations, { exact: [1], prefix: null }).values).toEqual([
      { exact: [1], prefix: [], wildcard: [] },
    ]);
    expect(answered((wamp) => getSession(wamp, 5), null).values).toEqual([{ session: 5 }]);
    expect(answered((wamp) => getSession(wamp, 5), { authid: 'joe', authextra: null, x_cb_pid: 1 }).values).toEqual([
      { session: 5, authid: 'joe', x_cb_pid: 1 },
    ]);
  });

  it('are cold', () => {
    inRealm({}, ({ router, wamp, advance }) => {
      const calls: unknown[] = [];
      router.messages$.subscribe(({ message }) => message[0] === 48 && calls.push(message[3]));
      const counted = countSessions(wamp);
      advance();
      expect(calls).toEqual([]);
      counted.subscribe();
      counted.subscribe();
      advance();
      expect(calls).toEqual(['wamp.session.count', 'wamp.session.count']);
    });
  });

  it('check what they are given at once', () => {
    inRealm({}, ({ wamp }) => {
      expect(() => getSession(wamp, 0)).toThrowError(
        TypeError,
        /getSession\(\): session must be an id .*got the number 0/,
      );
      expect(() => listSessions(wamp, { authroles: 'admin' as never })).toThrowError(
        /listSessions\(\): authroles must be/,
      );
      expect(() => killSession(wamp, 1, { reason: 'not a uri' })).toThrowError(/killSession\(\): reason must be a URI/);
      expect(() => killSession(wamp, 1, { why: '' } as object)).toThrowError(/unknown option 'why'/);
      expect(() => lookupSubscription(wamp, 'com..a')).toThrowError(/lookupSubscription\(\)/);
      expect(() => lookupSubscription(wamp, 'com.a', { match: 'fuzzy' as never })).toThrowError(/match must be one of/);
      expect(() => killSessionsByAuthid(wamp, '')).toThrowError(/authid must be a non-empty string/);
    });
  });
});
