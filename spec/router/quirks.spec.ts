import { acceptAnonymous, QUIRKS, acceptTicket, type QuirkName } from '../../src/router/index.ts';
import { createTestRouter } from '../../src/testing/index.ts';
import { dialled, id, joined, PLAIN, setUp, text, VIOLATION, virtual, type RawPeer } from './raw.ts';

const crossbar = { like: 'crossbar' } as const;
const nexus = { like: 'nexus' } as const;

/** A caller and a callee of `com.p`, whose frames so far are taken. */
function pair(options: object, register = {}): [RawPeer, RawPeer] {
  const [, caller, callee] = setUp(2, options);
  callee.send([64, 1, register, 'com.p']).take();
  return [caller, callee];
}

const features = (options: object): Record<string, Record<string, Record<string, true>>> => {
  const peer = dialled(createTestRouter(options)).send([1, 'realm1', { roles: PLAIN }]);
  return (peer.last(2) as unknown as { roles: Record<string, Record<string, Record<string, true>>> }).roles;
};

describe('test router, quirks', () => {
  it('says of each habit why it is there, and who has it', () => {
    for (const [name, { like, reason }] of Object.entries(QUIRKS)) {
      expect(like.length).withContext(name).toBeGreaterThan(0);
      expect(reason.length).withContext(name).toBeGreaterThan(20);
    }
  });

  it('can be set one by one, and taken out of a profile', () => {
    const one: Partial<Record<QuirkName, boolean>> = { echoesGoodbye: true };
    const [, alone] = setUp(1, { quirks: one });
    expect(alone.send([6, {}, 'com.bye']).take()).toEqual([[6, {}, 'com.bye']]);
    const [, without] = setUp(1, { ...crossbar, quirks: { echoesGoodbye: false } });
    expect(without.send([6, {}, 'com.bye']).take()).toEqual([[6, {}, 'wamp.close.goodbye_and_out']]);
  });

  it('comes with the features that the imitated router announces', () => {
    expect(features({})['dealer']?.['features']?.['call_timeout']).toBeTrue();
    expect(features(crossbar)['dealer']?.['features']?.['call_timeout']).toBeUndefined();
    expect(features(crossbar)['broker']?.['features']?.['event_retention']).toBeTrue();
    expect(features(nexus)['broker']?.['features']?.['event_retention']).toBeUndefined();
    expect(features(nexus)['dealer']?.['features']?.['progressive_call_invocations']).toBeTrue();
  });
});

describe('test router, like crossbar', () => {
  it('never answers CANCEL with mode skip, or where the callee cannot cancel', () => {
    const [caller, callee] = pair(crossbar);
    caller.send([48, 1, {}, 'com.p'], [49, 1, { mode: 'skip' }]);
    expect(caller.take()).toEqual([]);
    callee.send([70, 1, {}]);
    expect(caller.take()).toEqual([]);
    const [router, other] = setUp(1, crossbar);
    joined(router, { roles: PLAIN }).send([64, 1, {}, 'com.p']);
    expect(other.send([48, 1, {}, 'com.p'], [49, 1, { mode: 'kill' }]).take()).toEqual([]);
  });

  it('interrupts without a mode where CANCEL has none', () => {
    const [caller, callee] = pair(crossbar);
    caller.send([48, 1, {}, 'com.p'], [49, 1, {}]);
    expect(callee.take()[1]).toEqual([69, 1, {}]);
    expect(caller.take()).toEqual([[8, 48, 1, {}, 'wamp.error.canceled']]);
  });

  it('turns a YIELD after CANCEL kill into ERROR canceled', () => {
    const [caller, callee] = pair(crossbar);
    caller.send([48, 1, {}, 'com.p'], [49, 1, { mode: 'kill' }]);
    callee.send([70, 1, {}, ['done']]);
    expect(caller.take()).toEqual([[8, 48, 1, {}, 'wamp.error.canceled']]);
  });

  it('takes time-outs as seconds, and hands them on', () => {
    virtual((at) => {
      const [caller, callee] = pair(crossbar);
      caller.send([48, 1, { timeout: 2 }, 'com.p']);
      expect(callee.take()[0]?.[3]).toEqual({ timeout: 2 });
      at(1999, () => expect(caller.take()).toEqual([]));
      at(2001, () => {
        expect(caller.take()).toEqual([[8, 48, 1, {}, 'wamp.error.canceled', ['timeout reached']]]);
        expect(callee.take()).toEqual([[69, 1, jasmine.objectContaining({ mode: 'killnowait' })]]);
      });
    });
  });

  it('times out only callers that can cancel', () => {
    virtual((at) => {
      const [router, callee] = setUp(1, crossbar);
      callee.send([64, 1, {}, 'com.p']);
      const caller = joined(router, { roles: PLAIN }).send([48, 1, { timeout: 1 }, 'com.p']);
      at(5000, () => expect(caller.take()).toEqual([]));
    });
  });

  it('ignores disclosure wishes, and names the callee instead', () => {
    const [caller, callee] = pair(crossbar, { disclose_caller: true });
    caller.send([48, 1, { disclose_me: true }, 'com.p']);
    expect(callee.take()[0]?.[3]).toEqual({});
    callee.send([70, 1, {}]);
    expect(caller.take()).toEqual([
      [50, 1, { callee: callee.session, callee_authid: text(), callee_authrole: 'anonymous' }],
    ]);
  });

  it('lets payload passthru and private attributes vanish', () => {
    const [caller, callee] = pair(crossbar);
    caller.send([48, 1, { ppt_scheme: 'x_own', x_a: 1, _b: 2, enc_algo: 'x_y' }, 'com.p', [1]]);
    expect(callee.take()[0]?.[3]).toEqual({ enc_algo: 'x_y' });
  });

  it('answers GOODBYE with the reason it got', () => {
    const [, peer] = setUp(1, crossbar);
    expect(peer.send([6, {}, 'wamp.close.normal']).take()).toEqual([[6, {}, 'wamp.close.normal']]);
  });

  it('hangs up with 1011 at a malformed URI', () => {
    for (const frame of [
      [32, 1, {}, 'com..a'],
      [48, 1, {}, 'com..a'],
      [16, 1, {}, 'com..a'],
    ]) {
      const [, peer] = setUp(1, crossbar);
      expect(peer.send(frame).take()).toEqual([]);
      expect(peer.closed).toEqual([[1011, 'malformed URI']]);
    }
    const [, polite] = setUp(1, crossbar);
    expect(polite.send([64, 1, {}, 'wamp.mine']).take()[0]?.[4]).toBe('wamp.error.invalid_uri');
  });

  it('hangs up with 1002 at a violation, without ABORT, and ignores a second HELLO', () => {
    const [, peer] = setUp(1, crossbar);
    expect(peer.send([1, 'realm1', { roles: PLAIN }], [99]).take()).toEqual([]);
    expect(peer.closed).toEqual([[1002, 'protocol violation']]);
  });

  it('knows no progressive invocations: a repeated id is fatal', () => {
    const [caller] = pair(crossbar);
    caller.send([48, 1, { progress: true }, 'com.p']);
    expect(caller.closed.length).toBe(1);
  });

  it('answers wrong credentials with not_authorized, and stops at an unknown method', () => {
    const router = createTestRouter({ ...crossbar, realms: { realm1: { auth: [acceptTicket({ joe: 'x' })] } } });
    const hello = (authmethods: string[]): unknown[] => [1, 'realm1', { roles: PLAIN, authid: 'joe', authmethods }];
    expect(
      dialled(router)
        .send(hello(['ticket']), [5, 'y', {}])
        .last(2),
    ).toBe('wamp.error.not_authorized');
    expect(
      dialled(router)
        .send(hello(['wamp-scram', 'ticket']))
        .last(2),
    ).toBe('wamp.error.no_matching_auth_method');
  });

  it('sends retained events under a new publication id, without a topic', () => {
    const [, peer] = setUp(1, crossbar);
    peer.send(
      [16, 1, { retain: true, acknowledge: true, exclude_me: false }, 'com.a', [1]],
      [32, 2, { get_retained: true, match: 'prefix' }, 'com'],
    );
    const [published, , event] = peer.take();
    expect(event).toEqual([36, id(), id(), { retained: true }, [1]]);
    expect(event?.[2]).not.toBe(published?.[2]);
  });

  it('revokes registrations of callees that did not announce it, and names a conflict of policies', () => {
    const [router, peer] = setUp(1, crossbar);
    const plain = joined(router, { roles: PLAIN }).send([64, 1, {}, 'com.p']);
    plain.take();
    peer.send([64, 1, { invoke: 'first' }, 'com.p']);
    expect(peer.take()[0]?.[4]).toBe('wamp.error.procedure_exists_with_different_invocation_policy');
    peer.send([64, 2, { force_reregister: true }, 'com.p']);
    expect(plain.take()).toEqual([[67, 0, { registration: id(), reason: 'wamp.error.unregistered' }]]);
  });

  it('asks for progress whatever the callee announced', () => {
    const [router, caller] = setUp(1, crossbar);
    const callee = joined(router, { roles: PLAIN }).send([64, 1, {}, 'com.p']);
    callee.take();
    caller.send([48, 1, { receive_progress: true }, 'com.p']);
    expect(callee.take()[0]?.[3]).toEqual({ receive_progress: true });
  });

  it('says little at on_leave, lists whom it killed by role, and has its own history', () => {
    const [router, watcher] = setUp(1, { ...crossbar, realms: { realm1: { history: [{ topic: 'com.a' }] } } });
    watcher.send([32, 1, {}, 'wamp.session.on_leave']);
    const peer = joined(router);
    watcher.take();
    watcher.send([48, 2, {}, 'wamp.session.kill_by_authrole', ['anonymous']]);
    expect(watcher.take().map((frame) => frame.at(-1))).toEqual([[peer.session], [[peer.session]]]);
    watcher.send(
      [16, 3, {}, 'com.a', [1]],
      [16, 4, {}, 'com.a', [2]],
      [48, 5, {}, 'wamp.subscription.lookup', ['com.a']],
    );
    const [topic] = watcher.last(3) as unknown as [number];
    watcher.send([48, 6, {}, 'wamp.subscription.get_events', [topic, 1]]);
    const row = {
      time_ns: jasmine.any(Number),
      realm: 'realm1',
      authid: text(),
      authrole: 'anonymous',
      topic: 'com.a',
    };
    const rows = [{ ...row, session_id: watcher.session, publication: id(), args: [2], kwargs: null }];
    expect(watcher.last(3) as unknown).toEqual([rows]);
    watcher.send([48, 7, {}, 'wamp.subscription.get_events', [topic, null]]);
    expect((watcher.last(3) as unknown as [unknown[]])[0].length).toBe(2);
    watcher.send([48, 8, {}, 'wamp.subscription.get_events', [topic], { reverse: true }]);
    expect(watcher.last(4)).toBe('wamp.error.runtime_error');
  });

  it('asks no other callee when one declines', () => {
    const [caller, callee] = pair(crossbar, { invoke: 'first' });
    caller.send([48, 1, {}, 'com.p']);
    callee.send([8, 68, 1, {}, 'wamp.error.unavailable']);
    expect(caller.take()).toEqual([[8, 48, 1, {}, 'wamp.error.unavailable']]);
  });
});

describe('test router, like nexus', () => {
  it('describes an exact subscription or single registration with empty words', () => {
    const [, peer] = setUp(1, nexus);
    const reported = (request: number, procedure: string, id: unknown): unknown =>
      (peer.send([48, request, {}, procedure, [id]]).take()[0]?.[3] as unknown[])[0];
    const subscription = peer.send([32, 1, {}, 'com.t']).take()[0]?.[2];
    const topic = { id: subscription, uri: 'com.t', match: '' };
    expect(reported(2, 'wamp.subscription.get', subscription)).toEqual(jasmine.objectContaining(topic));
    const registration = peer.send([64, 3, {}, 'com.p']).take()[0]?.[2];
    const procedure = { id: registration, uri: 'com.p', match: '', invoke: '' };
    expect(reported(4, 'wamp.registration.get', registration)).toEqual(jasmine.objectContaining(procedure));
  });

  it('sends progress: false and the procedure with every INVOCATION', () => {
    const [caller, callee] = pair(nexus);
    caller.send([48, 1, {}, 'com.p']);
    expect(callee.take()[0]?.[3]).toEqual({ progress: false, procedure: 'com.p' });
  });

  it('misspells the count of subscribers, and says 0 for no registration', () => {
    const [router, peer] = setUp(1, nexus);
    peer.send([32, 1, {}, 'com.a']);
    const subscription = router.subscriptions[0]?.id;
    peer.take();
    peer.send(
      [48, 2, {}, 'wamp.subscription.count_suscribers', [subscription]],
      [48, 3, {}, 'wamp.subscription.count_subscribers', [subscription]],
      [48, 4, {}, 'wamp.registration.lookup', ['com.none']],
    );
    expect(peer.take()).toEqual([
      [50, 2, {}, [1]],
      [8, 48, 3, {}, 'wamp.error.no_such_procedure', [text()]],
      [50, 4, {}, [0]],
    ]);
  });

  it('answers get_events with an event per argument', () => {
    const [, peer] = setUp(1, { ...nexus, realms: { realm1: { history: [{ topic: 'com.a' }] } } });
    peer.send(
      [16, 1, {}, 'com.a', [1]],
      [16, 2, {}, 'com.a', [2], { k: 1 }],
      [48, 3, {}, 'wamp.subscription.lookup', ['com.a']],
    );
    const [topic] = peer.last(3) as unknown as [number];
    peer.send([48, 4, {}, 'wamp.subscription.get_events', [topic], { limit: 1 }]);
    expect(peer.last(3) as unknown).toEqual([
      { Subscription: topic, Publication: id(), Details: {}, Arguments: [1], ArgumentsKw: null },
      { Subscription: topic, Publication: id(), Details: {}, Arguments: [2], ArgumentsKw: { k: 1 } },
    ]);
    expect(peer.last(4) as unknown).toEqual({ is_limit_reached: false });
    peer.send([48, 5, {}, 'wamp.subscription.get_events', [topic], { after_publication: 1 }]);
    expect(peer.last(4)).toBe('wamp.error.invalid_argument');
  });

  it('ignores what it cannot decode', () => {
    const [router, peer] = setUp(1, nexus);
    peer.link.undecodable('rubbish');
    expect(peer.take()).toEqual([]);
    expect(router.sessions.length).toBe(1);
  });

  it('answers wrong credentials with authentication_failed', () => {
    const router = createTestRouter({
      ...nexus,
      realms: { realm1: { auth: [acceptAnonymous(), acceptTicket({ joe: 'x' })] } },
    });
    const peer = dialled(router).send(
      [1, 'realm1', { roles: PLAIN, authid: 'joe', authmethods: ['ticket'] }],
      [5, 'y', {}],
    );
    expect(peer.last(2)).toBe('wamp.error.authentication_failed');
  });

  it('retains nothing, revokes silently, and knows no concurrency', () => {
    const [router, peer, callee] = setUp(2, nexus);
    peer.send([16, 1, { retain: true }, 'com.a'], [32, 2, { get_retained: true }, 'com.a']);
    expect(peer.take()).toEqual([[33, 2, id()]]);
    router.revokeSubscription('com.a');
    expect(peer.take()).toEqual([]);
    callee.send([64, 1, { concurrency: 1 }, 'com.p']).take();
    peer.send([48, 3, {}, 'com.p'], [48, 4, {}, 'com.p']);
    expect(callee.take().length).toBe(2);
    router.revokeRegistration('com.p');
    expect(callee.take()).toEqual([]);
  });

  it('answers a CANCEL of unknown mode with ERROR of type 49', () => {
    const [caller] = pair(nexus);
    caller.send([48, 1, {}, 'com.p'], [49, 1, { mode: 'softly' }]);
    expect(caller.take()).toEqual([[8, 49, 1, {}, 'wamp.error.invalid_argument', [text()]]]);
    const [, other] = setUp(1);
    expect(other.send([49, 1, { mode: 'softly' }]).take()).toEqual([VIOLATION]);
  });

  it('interrupts late progress', () => {
    const [caller, callee] = pair(nexus);
    caller.send([48, 1, { receive_progress: true }, 'com.p'], [49, 1, { mode: 'skip' }]);
    callee.take();
    callee.send([70, 1, { progress: true }]);
    expect(callee.take()).toEqual([[69, 1, { mode: 'killnowait' }]]);
  });

  it('doubles a session that registers a shared procedure twice', () => {
    const [router, peer] = setUp(1, nexus);
    peer.send([64, 1, { invoke: 'first' }, 'com.p'], [64, 2, { invoke: 'first' }, 'com.p']);
    expect(router.registrations[0]?.sessions).toEqual([peer.session, peer.session]);
    peer.send([66, 3, router.registrations[0]?.id]);
    expect(router.registrations).toEqual([]);
  });

  it('takes an empty eligible list for none', () => {
    const [, peer, publisher] = setUp(2, nexus);
    peer.send([32, 1, {}, 'com.a']).take();
    publisher.send([16, 1, { eligible: [] }, 'com.a']);
    expect(peer.take().length).toBe(1);
  });

  it('sends subscription meta events to others alone, and on a loss only on_delete', () => {
    const [, watcher, peer] = setUp(2, nexus);
    watcher.send([32, 1, { match: 'prefix' }, 'wamp.'], [32, 2, {}, 'com.own']);
    expect(watcher.take().map(([type]) => type)).toEqual([33, 33]);
    peer.send([32, 1, {}, 'com.a'], [64, 2, {}, 'com.p']);
    watcher.take();
    peer.link.lost();
    expect(watcher.take().map(([, , , details]) => (details as { topic: string }).topic)).toEqual([
      'wamp.registration.on_unregister',
      'wamp.registration.on_delete',
      'wamp.subscription.on_delete',
      'wamp.session.on_leave',
    ]);
    watcher.send([64, 3, {}, 'com.own']);
    expect(watcher.take().map(([type]) => type)).toEqual([65, 36, 36]);
  });

  it('has null for an empty list, and does not know a subscription without a subscriber', () => {
    const [, peer] = setUp(1, { ...nexus, realms: { realm1: { history: [{ topic: 'com.a' }] } } });
    peer.send([48, 1, {}, 'wamp.registration.list'], [48, 2, {}, 'wamp.subscription.lookup', ['com.a']]);
    const subscription = (peer.last(3) as unknown as [number])[0];
    expect(peer.take()[0]?.[3]).toEqual([{ exact: null, prefix: null, wildcard: null }]);
    peer.send([48, 3, {}, 'wamp.subscription.list_subscribers', [subscription]]);
    expect(peer.last(4)).toBe('wamp.error.no_such_subscription');
    peer.send([48, 4, {}, 'wamp.subscription.lookup', ['com.b']]);
    expect(peer.last(3) as unknown).toEqual([0]);
  });

  it('counts whom it killed by authid', () => {
    const [router, killer] = setUp(1, nexus);
    joined(router);
    killer.send([48, 1, {}, 'wamp.session.kill_by_authid', [router.sessions[1]?.authid]]);
    expect(killer.take()).toEqual([[50, 1, {}, [1]]]);
  });

  it('prefers the longest wildcard', () => {
    const [, caller, callee] = setUp(2, nexus);
    callee.send([64, 1, { match: 'wildcard' }, 'com..b.'], [64, 2, { match: 'wildcard' }, 'com...longer']);
    const longer = callee.last(2) as number;
    callee.take();
    caller.send([48, 1, {}, 'com.a.b.longer']);
    expect(callee.take()[0]?.[2]).toBe(longer);
  });

  it('sends null in place of no arguments before keyword ones', () => {
    const [, peer, publisher] = setUp(2, nexus);
    peer.send([32, 1, {}, 'com.a']).take();
    publisher.send([16, 1, {}, 'com.a', [], { k: 1 }], [16, 2, {}, 'com.a', [1], { k: 1 }]);
    expect(peer.take()).toEqual([
      [36, id(), id(), {}, null, { k: 1 }],
      [36, id(), id(), {}, [1], { k: 1 }],
    ]);
  });
});
