import { MAX_ID } from '../../src/protocol/ids.ts';
import { acceptTicket } from '../../src/router/index.ts';
import { createTestRouter } from '../../src/testing/index.ts';
import { dialled, id, joined, PLAIN, ROLES, setUp, text, virtual, type RawPeer } from './raw.ts';

/** Calls a procedure and gives the payload of its RESULT, or the ERROR's URI. */
function ask(peer: RawPeer, request: number, procedure: string, args: unknown[] = [], kwargs = {}): unknown {
  peer.take();
  peer.send([48, request, {}, procedure, args, kwargs]);
  const reply = peer.take().find(([type]) => type === 50 || type === 8);
  return reply?.[0] === 8 ? reply[4] : reply?.slice(3);
}

/** The payloads of the events that came. */
const events = (peer: RawPeer): unknown[] =>
  peer
    .take()
    .filter(([type]) => type === 36)
    .map((frame) => frame[4]);

describe('test router, session meta API', () => {
  it('counts, lists and describes sessions, by role where asked', () => {
    const [router, one, two] = setUp(2);
    expect(ask(one, 1, 'wamp.session.count')).toEqual([[2]]);
    expect(ask(one, 2, 'wamp.session.count', [['admin']])).toEqual([[0]]);
    expect(ask(one, 3, 'wamp.session.list')).toEqual([[[one.session, two.session]]]);
    expect(ask(one, 4, 'wamp.session.list', [], { filter_authroles: ['anonymous'] })).toEqual([
      [[one.session, two.session]],
    ]);
    expect(ask(one, 5, 'wamp.session.get', [two.session])).toEqual([
      [
        {
          session: two.session,
          authid: router.sessions[1]?.authid,
          authrole: 'anonymous',
          authmethod: 'anonymous',
          authprovider: 'static',
          transport: { type: 'raw' },
        },
      ],
    ]);
    expect(ask(one, 6, 'wamp.session.get', [MAX_ID])).toBe('wamp.error.no_such_session');
    expect(ask(one, 7, 'wamp.session.get', ['x'])).toBe('wamp.error.invalid_argument');
  });

  it('kills a session, but not the own one', () => {
    const [router, one, two] = setUp(2);
    expect(ask(one, 1, 'wamp.session.kill', [one.session])).toBe('wamp.error.no_such_session');
    expect(ask(one, 2, 'wamp.session.kill', [two.session], { reason: 'no uri' })).toBe('wamp.error.invalid_uri');
    expect(ask(one, 3, 'wamp.session.kill', [two.session], { reason: 'com.app.out', message: 'bye' })).toEqual([]);
    expect(two.take()).toEqual([[6, { message: 'bye' }, 'com.app.out']]);
    expect(router.sessions.length).toBe(1);
    expect(ask(one, 4, 'wamp.session.kill', [two.session])).toBe('wamp.error.no_such_session');
  });

  it('kills by authid, by authrole, and all', () => {
    const auth = [acceptTicket({ joe: 'x', ann: { ticket: 'x', authrole: 'admin' } })];
    const [router] = setUp(1, { realms: { realm1: { auth } } });
    const login = (authid: string): RawPeer => {
      const peer = dialled(router).send([1, 'realm1', { roles: PLAIN, authid, authmethods: ['ticket'] }], [5, 'x', {}]);
      peer.take();
      return peer;
    };
    const [ann, joe, second] = [login('ann'), login('joe'), login('joe')];
    expect(ask(joe, 1, 'wamp.session.kill_by_authid', ['joe'])).toEqual([[[second.session]]]);
    expect(second.take()).toEqual([[6, {}, 'wamp.close.killed']]);
    expect(ask(joe, 2, 'wamp.session.kill_by_authrole', ['admin'])).toEqual([[1]]);
    expect(ann.take()).toEqual([[6, {}, 'wamp.close.killed']]);
    const third = login('ann');
    expect(ask(joe, 3, 'wamp.session.kill_all', [], { message: 'all' })).toEqual([[1]]);
    expect(third.take()).toEqual([[6, { message: 'all' }, 'wamp.close.killed']]);
    expect(router.sessions.map(({ id: session }) => session)).toEqual([joe.session]);
  });

  it('tells of sessions that join and leave, but not when all are killed', () => {
    const [router, watcher] = setUp(1);
    watcher.send([32, 1, {}, 'wamp.session.on_join'], [32, 2, {}, 'wamp.session.on_leave']);
    watcher.take();
    const peer = joined(router);
    const view = router.sessions[1];
    expect(events(watcher)).toEqual([[jasmine.objectContaining({ session: peer.session, authid: view?.authid })]]);
    peer.link.lost();
    expect(events(watcher)).toEqual([[peer.session, view?.authid, 'anonymous']]);
    joined(router);
    watcher.take();
    watcher.send([48, 3, {}, 'wamp.session.kill_all']);
    expect(watcher.take()).toEqual([[50, 3, {}, [1]]]);
  });
});

describe('test router, registration meta API', () => {
  it('lists, looks up, matches and describes registrations', () => {
    const [router, peer] = setUp(1);
    peer.send([64, 1, {}, 'com.a'], [64, 2, { match: 'prefix', invoke: 'random' }, 'com.']);
    const [exact, prefix] = router.registrations;
    expect(ask(peer, 3, 'wamp.registration.list')).toEqual([
      [{ exact: [exact?.id], prefix: [prefix?.id], wildcard: [] }],
    ]);
    expect(ask(peer, 4, 'wamp.registration.lookup', ['com.a'])).toEqual([[exact?.id]]);
    expect(ask(peer, 5, 'wamp.registration.lookup', ['com.', { match: 'prefix' }])).toEqual([[prefix?.id]]);
    expect(ask(peer, 6, 'wamp.registration.lookup', ['com.', null])).toEqual([[null]]);
    expect(ask(peer, 7, 'wamp.registration.match', ['com.b'])).toEqual([[prefix?.id]]);
    expect(ask(peer, 8, 'wamp.registration.match', ['org.b'])).toEqual([[null]]);
    expect(ask(peer, 9, 'wamp.registration.get', [prefix?.id])).toEqual([
      [{ id: prefix?.id, created: prefix?.created, uri: 'com.', match: 'prefix', invoke: 'random' }],
    ]);
    expect(Date.parse(prefix?.created ?? '')).not.toBeNaN();
    expect(ask(peer, 10, 'wamp.registration.list_callees', [exact?.id])).toEqual([[[peer.session]]]);
    expect(ask(peer, 11, 'wamp.registration.count_callees', [exact?.id])).toEqual([[1]]);
    expect(ask(peer, 12, 'wamp.registration.count_callees', [1])).toBe('wamp.error.no_such_registration');
    expect(ask(peer, 13, 'wamp.registration.remove_callee', [exact?.id, 1])).toBe('wamp.error.no_such_session');
    expect(ask(peer, 14, 'wamp.registration.remove_callee', [exact?.id, peer.session], { reason: 'com.r' })).toEqual(
      [],
    );
    expect(peer.frames.slice(-2)[0]).toEqual([67, 0, { registration: exact?.id, reason: 'com.r' }]);
  });

  it('tells of creation before registration, and of the last unregistration before deletion', () => {
    const [router, watcher, peer] = setUp(2);
    watcher.send([32, 1, { match: 'prefix' }, 'wamp.registration.']);
    watcher.take();
    const seen = (): unknown[] =>
      watcher.take().map(([, , , details, args]) => [(details as { topic: string }).topic, ...(args as unknown[])]);
    peer.send([64, 1, { invoke: 'first' }, 'com.p']);
    const [registration] = router.registrations;
    expect(seen()).toEqual([
      ['wamp.registration.on_create', peer.session, jasmine.objectContaining({ id: registration?.id, uri: 'com.p' })],
      ['wamp.registration.on_register', peer.session, registration?.id],
    ]);
    watcher.send([64, 2, { invoke: 'first' }, 'com.p']);
    watcher.frames.splice(-1); // REGISTERED and the own event
    watcher.take();
    peer.send([66, 2, registration?.id]);
    expect(seen()).toEqual([['wamp.registration.on_unregister', peer.session, registration?.id]]);
    const other = joined(router).send([64, 1, {}, 'com.q']);
    watcher.take();
    other.link.lost();
    expect(seen()).toEqual([
      ['wamp.registration.on_unregister', other.session, id()],
      ['wamp.registration.on_delete', other.session, id()],
    ]);
  });
});

describe('test router, subscription meta API', () => {
  it('lists, looks up, matches and describes subscriptions', () => {
    const [router, peer] = setUp(1);
    peer.send([32, 1, {}, 'com.a'], [32, 2, { match: 'prefix' }, 'com.'], [32, 3, { match: 'wildcard' }, 'com.']);
    const [exact, prefix, wildcard] = router.subscriptions;
    expect(ask(peer, 4, 'wamp.subscription.list')).toEqual([
      [{ exact: [exact?.id], prefix: [prefix?.id], wildcard: [wildcard?.id] }],
    ]);
    expect(ask(peer, 5, 'wamp.subscription.lookup', ['com.', { match: 'wildcard' }])).toEqual([[wildcard?.id]]);
    expect(ask(peer, 6, 'wamp.subscription.lookup', ['com.b'])).toEqual([[null]]);
    expect(ask(peer, 7, 'wamp.subscription.match', ['com.a'])).toEqual([[[exact?.id, prefix?.id, wildcard?.id]]]);
    expect(ask(peer, 8, 'wamp.subscription.match', ['org'])).toEqual([[null]]);
    expect(ask(peer, 9, 'wamp.subscription.get', [exact?.id])).toEqual([
      [{ id: exact?.id, created: exact?.created, uri: 'com.a', match: 'exact' }],
    ]);
    expect(ask(peer, 10, 'wamp.subscription.list_subscribers', [exact?.id])).toEqual([[[peer.session]]]);
    expect(ask(peer, 11, 'wamp.subscription.count_subscribers', [exact?.id])).toEqual([[1]]);
    expect(ask(peer, 12, 'wamp.subscription.get', [1])).toBe('wamp.error.no_such_subscription');
    expect(ask(peer, 13, 'wamp.subscription.get_events', [exact?.id])).toBe('wamp.error.history_unavailable');
    expect(ask(peer, 14, 'wamp.subscription.remove_subscriber', [exact?.id, 1])).toBe('wamp.error.no_such_session');
    expect(ask(peer, 15, 'wamp.subscription.remove_subscriber', [exact?.id, peer.session])).toEqual([]);
    expect(router.subscriptions.length).toBe(2);
  });

  it('tells of creation before subscription, of the last unsubscription before deletion, and not of meta topics', () => {
    const [router, watcher, peer] = setUp(2);
    watcher.send([32, 1, { match: 'prefix' }, 'wamp.subscription.']);
    watcher.take();
    const topics = (): unknown[] => watcher.take().map(([, , , details]) => (details as { topic: string }).topic);
    peer.send([32, 1, {}, 'com.a'], [32, 2, {}, 'com.a']);
    peer.send([34, 3, router.subscriptions[1]?.id], [32, 4, {}, 'wamp.session.on_join']);
    expect(topics()).toEqual([
      'wamp.subscription.on_create',
      'wamp.subscription.on_subscribe',
      'wamp.subscription.on_unsubscribe',
      'wamp.subscription.on_delete',
    ]);
    peer.send([32, 5, {}, 'com.b']);
    watcher.take();
    peer.link.lost();
    expect(topics()).toEqual(['wamp.subscription.on_unsubscribe', 'wamp.subscription.on_delete']);
  });
});

describe('test router, testaments', () => {
  it('publishes them in order when the session ends, detached ones before destroyed ones', () => {
    for (const end of [
      (peer: RawPeer): void => peer.link.lost(),
      (peer: RawPeer): void => void peer.send([6, {}, 'wamp.close.normal']),
      (peer: RawPeer): void => void peer.send([99]),
    ]) {
      const [, peer, heir] = setUp(2);
      heir.send([32, 1, {}, 'com.will']);
      const add = (request: number, n: number, scope?: string): void => {
        const kwargs = scope === undefined ? {} : { scope };
        expect(ask(peer, request, 'wamp.session.add_testament', ['com.will', [n], {}], kwargs)).toEqual([]);
      };
      add(1, 1);
      add(2, 2, 'detached');
      add(3, 3, 'destroyed');
      expect(events(heir)).toEqual([]);
      end(peer);
      expect(events(heir)).toEqual([[2], [1], [3]]);
    }
  });

  it('flushes them by scope', () => {
    const [, peer, heir] = setUp(2);
    heir.send([32, 1, {}, 'com.will']);
    ask(peer, 1, 'wamp.session.add_testament', ['com.will', [1], {}]);
    ask(peer, 2, 'wamp.session.add_testament', ['com.will', [2], {}], { scope: 'detached' });
    expect(ask(peer, 3, 'wamp.session.flush_testaments')).toEqual([]);
    peer.link.lost();
    expect(events(heir)).toEqual([[2]]);
  });

  it('minds their options, and refuses what is malformed', () => {
    const [, peer, heir] = setUp(2, { limits: { testamentsPerSession: 1 } });
    heir.send([32, 1, {}, 'com.will']);
    const add = 'wamp.session.add_testament';
    let request = 7;
    expect(ask(peer, 1, add, [1])).toBe('wamp.error.invalid_argument');
    expect(ask(peer, 2, add, ['com..x'])).toBe('wamp.error.invalid_uri');
    expect(ask(peer, 3, add, ['com.x', 1])).toBe('wamp.error.invalid_argument');
    expect(ask(peer, 4, add, ['com.x', [], 1])).toBe('wamp.error.invalid_argument');
    expect(ask(peer, 5, add, ['com.x', [], {}], { scope: 'x' })).toBe('wamp.error.invalid_argument');
    expect(ask(peer, 6, add, ['com.x', [], {}], { publish_options: 1 })).toBe('wamp.error.invalid_argument');
    for (const publish_options of [
      { eligible: 5 },
      { exclude_authid: [1] },
      { retain: 'x' },
      { eligible_authrole: {} },
    ]) {
      expect(ask(peer, request++, add, ['com.will', [], {}], { publish_options })).toBe('wamp.error.invalid_argument');
    }
    const publish_options = { exclude: [heir.session] };
    expect(ask(peer, request++, add, ['com.will', [1], {}], { publish_options })).toEqual([]);
    expect(ask(peer, request, add, ['com.x'])).toBe('rxwamp.error.limit_exceeded');
    peer.link.lost();
    expect(events(heir)).toEqual([]);
  });

  it('drops them when all are killed', () => {
    const [, peer, heir] = setUp(2);
    heir.send([32, 1, {}, 'com.will']);
    ask(peer, 1, 'wamp.session.add_testament', ['com.will', [1], {}]);
    heir.send([48, 2, {}, 'wamp.session.kill_all']);
    expect(events(heir)).toEqual([]);
  });
});

describe('test router, event history', () => {
  const withHistory = {
    realms: {
      realm1: {
        history: [
          { topic: 'com.a', limit: 3 },
          { topic: 'com.', match: 'prefix' as const },
        ],
      },
    },
  };

  it('keeps events for configured topics, also without a subscriber', () => {
    const [router, peer] = setUp(1, withHistory);
    peer.send([16, 1, { acknowledge: true, x_own: 1 }, 'com.a', [1], { k: 2 }]);
    const [[, , publication]] = peer.take() as [[number, number, number]];
    const [[exact]] = ask(peer, 2, 'wamp.subscription.lookup', ['com.a']) as [[number]];
    const [[prefix]] = ask(peer, 3, 'wamp.subscription.lookup', ['com.', { match: 'prefix' }]) as [[number]];
    const event = { timestamp: text(), publication, args: [1], kwargs: { k: 2 } };
    expect(ask(peer, 4, 'wamp.subscription.get_events', [exact])).toEqual([
      [[{ ...event, subscription: exact, details: { x_own: 1 } }]],
    ]);
    expect(ask(peer, 5, 'wamp.subscription.get_events', [prefix])).toEqual([
      [[{ ...event, subscription: prefix, details: { x_own: 1, topic: 'com.a' } }]],
    ]);
    expect(router.subscriptions).toEqual([]);
    peer.send([32, 6, {}, 'com.a']);
    expect(peer.take()).toEqual([[33, 6, exact]]);
  });

  it('gives no event to a session from which it was kept', () => {
    const auth = [acceptTicket({ ann: { ticket: 's', authrole: 'admin' }, joe: 's' })];
    const router = createTestRouter({ realms: { realm1: { auth, history: 10 } } });
    const as = (authid: string): RawPeer =>
      dialled(router).send([1, 'realm1', { roles: ROLES, authid, authmethods: ['ticket'] }], [5, 's', {}]);
    const [ann, joe] = [as('ann'), as('joe')];
    const seen = (peer: RawPeer, request: number): unknown => {
      peer.send([32, request, {}, 'com.a']);
      const [[events]] = ask(peer, request + 1, 'wamp.subscription.get_events', [peer.last(2)]) as [
        [{ args: unknown[] }[]],
      ];
      return events.map(({ args }) => args[0]);
    };
    ann.send(
      [16, 1, { eligible_authrole: ['admin'] }, 'com.a', ['for admins']],
      [16, 2, { exclude_authid: ['joe'] }, 'com.a', ['not for joe']],
      [16, 3, { eligible: [ann.session] }, 'com.a', ['for this session']],
      [16, 4, {}, 'com.a', ['for all']],
    );
    expect([seen(ann, 5), seen(joe, 1)]).toEqual([['for admins', 'not for joe', 'for all'], ['for all']]);
  });

  it('keeps the last events of each topic where it is a number, also for patterns', () => {
    const [, peer] = setUp(1, { realms: { realm1: { history: 2 } } });
    for (let i = 1; i <= 3; i++) peer.send([16, 2 * i - 1, {}, 'com.a', [i]], [16, 2 * i, {}, 'com.b', [i]]);
    peer.send([32, 7, {}, 'com.a']);
    const exact = peer.last(2);
    peer.send([32, 8, { match: 'prefix' }, 'com.']);
    const prefix = peer.last(2);
    const events = (request: number, id: number): unknown => {
      const [[list]] = ask(peer, request, 'wamp.subscription.get_events', [id]) as [[Record<string, unknown>[]]];
      return list.map(({ subscription, details, args }) => [subscription === id, details, args]);
    };
    expect(events(9, exact)).toEqual([
      [true, {}, [2]],
      [true, {}, [3]],
    ]);
    expect(events(10, prefix)).toEqual([
      [true, { topic: 'com.a' }, [2]],
      [true, { topic: 'com.b' }, [2]],
      [true, { topic: 'com.a' }, [3]],
      [true, { topic: 'com.b' }, [3]],
    ]);
  });

  it('selects by all conditions together', () => {
    virtual((at) => {
      const [, peer] = setUp(1, withHistory);
      const publications: number[] = [];
      const publish = (request: number, topic: string): void => {
        peer.send([16, request, { acknowledge: true }, topic, [request]]);
        publications.push(peer.take()[0]?.[2] as number);
      };
      at(1000, () => publish(1, 'com.a'));
      at(2000, () => publish(2, 'com.b'));
      at(3000, () => publish(3, 'com.a'));
      at(4000, () => publish(4, 'com.a'));
      at(5000, () => {
        const [[all]] = ask(peer, 5, 'wamp.subscription.lookup', ['com.', { match: 'prefix' }]) as [[number]];
        let request = 5;
        const found = (kwargs: object): unknown => {
          const answer = ask(peer, ++request, 'wamp.subscription.get_events', [all], kwargs);
          return Array.isArray(answer) ? (answer as [[{ args: [number] }[]]])[0][0].map(({ args: [n] }) => n) : answer;
        };
        const time = (ms: number): string => new Date(ms).toISOString();
        const [p1, p2, p3] = publications;
        expect(found({})).toEqual([1, 2, 3, 4]);
        expect(found({ reverse: true })).toEqual([4, 3, 2, 1]);
        expect(found({ limit: 2 })).toEqual([1, 2]);
        expect(found({ reverse: true, limit: 1 })).toEqual([4]);
        expect(found({ topic: 'com.b' })).toEqual([2]);
        expect(found({ from_time: time(2000) })).toEqual([2, 3, 4]);
        expect(found({ after_time: time(2000) })).toEqual([3, 4]);
        expect(found({ before_time: time(3000) })).toEqual([1, 2]);
        expect(found({ until_time: time(3000) })).toEqual([1, 2, 3]);
        expect(found({ from_publication: p2 })).toEqual([2, 3, 4]);
        expect(found({ after_publication: p2 })).toEqual([3, 4]);
        expect(found({ before_publication: p3 })).toEqual([1, 2]);
        expect(found({ until_publication: p3, after_publication: p1, topic: 'com.a' })).toEqual([3]);
        for (const kwargs of [
          { limit: 0 },
          { reverse: 1 },
          { topic: 1 },
          { from_time: 'x' },
          { from_publication: 1 },
        ]) {
          expect(found(kwargs)).toBe('wamp.error.invalid_argument');
        }
        const [[three]] = ask(peer, ++request, 'wamp.subscription.lookup', ['com.a']) as [[number]];
        expect(ask(peer, ++request, 'wamp.subscription.get_events', [three])).toHaveSize(1);
      });
    });
  });

  it('keeps no more than its limit, and nothing that was for chosen sessions', () => {
    const [, peer] = setUp(1, withHistory);
    for (let i = 1; i <= 5; i++) peer.send([16, i, {}, 'com.a', [i]]);
    peer.send([16, 6, { eligible: [peer.session] }, 'com.a', [6]], [16, 7, { exclude: [1] }, 'com.a', [7]]);
    const [[exact]] = ask(peer, 8, 'wamp.subscription.lookup', ['com.a']) as [[number]];
    const [[rows]] = ask(peer, 9, 'wamp.subscription.get_events', [exact]) as [[{ args: unknown[] }[]]];
    expect(rows.map(({ args }) => args)).toEqual([[3], [4], [5]]);
  });
});

describe('test router, meta API calls', () => {
  it('take a binary for one argument, and know only their own names', () => {
    const [router] = setUp(1);
    const peer = joined(router, { roles: ROLES });
    peer.send([48, 1, {}, 'wamp.session.get', new Uint8Array([1])], [48, 2, {}, 'wamp.session.bake']);
    expect(peer.take().map(([, , , , uri]) => uri)).toEqual([
      'wamp.error.invalid_argument',
      'wamp.error.no_such_procedure',
    ]);
  });
});
