import { id, joined, PLAIN, setUp, text, type RawPeer } from './raw.ts';

/** Registers with the session's next id. */
function register(peer: RawPeer, request: number, procedure: string, options = {}): number {
  peer.send([64, request, options, procedure]);
  const [reply] = peer.take();
  return reply?.[2] as number;
}

/** Calls a procedure once for each request; which of the callees each went to. They do not answer. */
function asked(
  caller: RawPeer,
  callees: readonly RawPeer[],
  requests: readonly number[],
  procedure = 'com.p',
): number[] {
  return requests.map((request) => {
    caller.send([48, request, {}, procedure]);
    return callees.findIndex((callee) => callee.take().length > 0);
  });
}

describe('test router, registrations', () => {
  it('registers once, and again after UNREGISTER', () => {
    const [router, one, two] = setUp(2);
    const registration = register(one, 1, 'com.p');
    expect(registration).toBeGreaterThan(2 ** 32);
    two.send([64, 1, {}, 'com.p'], [66, 2, registration]);
    expect(two.take()).toEqual([
      [8, 64, 1, {}, 'wamp.error.procedure_already_exists', [text()]],
      [8, 66, 2, {}, 'wamp.error.no_such_registration', [text()]],
    ]);
    one.send([66, 2, registration], [66, 3, registration]);
    expect(one.take()).toEqual([
      [67, 2],
      [8, 66, 3, {}, 'wamp.error.no_such_registration', [text()]],
    ]);
    expect(router.registrations).toEqual([]);
    expect(register(two, 3, 'com.p')).toEqual(id());
  });

  it('refuses malformed URIs, and what is reserved', () => {
    const [, peer] = setUp(1);
    peer.send(
      [64, 1, {}, 'com..p'],
      [64, 2, {}, 'wamp.session.count'],
      [64, 3, { match: 'prefix' }, 'wamp.'],
      [64, 4, { match: 'wildcard' }, 'com..p'],
    );
    expect(peer.take().map((frame) => frame[4] ?? frame[0])).toEqual([
      'wamp.error.invalid_uri',
      'wamp.error.invalid_uri',
      'wamp.error.invalid_uri',
      65,
    ]);
  });

  it('registers one URI once for each match policy', () => {
    const [router, peer] = setUp(1);
    const ids = ['exact', 'prefix', 'wildcard'].map((match, i) => register(peer, i + 1, 'com.p', { match }));
    expect(new Set(ids).size).toBe(3);
    expect(router.registrations.map(({ match }) => match)).toEqual(['exact', 'prefix', 'wildcard']);
  });

  it('picks the best match of patterns, and names the procedure to them alone', () => {
    const [, caller, callee] = setUp(2);
    const patterns: [string, string][] = [
      ['a1.b2.c3.d4.e55', 'exact'],
      ['a1.b2.c3', 'prefix'],
      ['a1.b2.c3.d4', 'prefix'],
      ['a1.b2..d4.e5', 'wildcard'],
      ['a1.b2.c33..e5', 'wildcard'],
      ['a1.b2..d4.e5..g7', 'wildcard'],
      ['a1.b2..d4..f6.g7', 'wildcard'],
      ['a9.b2..d4.e5', 'wildcard'],
      ['a9.b2.c33..e5', 'wildcard'],
    ];
    const ids = patterns.map(([uri, match], i) => register(callee, i + 1, uri, { match }));
    const calls: [string, number][] = [
      ['a1.b2.c3.d4.e55', 1],
      ['a1.b2.c3.d98.e74', 2],
      ['a1.b2.c3.d4.e325', 3],
      ['a1.b2.c55.d4.e5', 4],
      // a prefix that ends within a component is one of characters, and comes last
      ['a1.b2.c33.d4.e5', 5],
      ['a9.b2.c33.d4.e5', 9],
      ['a1.b2.c88.d4.e5.f6.g7', 6],
    ];
    calls.forEach(([procedure, chosen], i) => {
      caller.send([48, i + 1, {}, procedure]);
      expect(callee.take()).toEqual([[68, i + 1, ids[chosen - 1], chosen === 1 ? {} : { procedure }]]);
    });
    caller.send([48, 8, {}, 'a2.b2.c2.d2.e2']);
    expect(caller.take()).toEqual([[8, 48, 8, {}, 'wamp.error.no_such_procedure', [text()]]]);
  });

  it('shares a registration among callees of one policy', () => {
    const [router, one, two] = setUp(2);
    const registration = register(one, 1, 'com.p', { invoke: 'roundrobin' });
    expect(register(two, 1, 'com.p', { invoke: 'roundrobin' })).toBe(registration);
    two.send([64, 2, { invoke: 'first' }, 'com.p'], [64, 3, {}, 'com.p']);
    expect(two.take().map(([, , , , uri]) => uri)).toEqual([
      'wamp.error.procedure_already_exists',
      'wamp.error.procedure_already_exists',
    ]);
    expect(register(one, 2, 'com.p', { invoke: 'roundrobin' })).toBe(registration);
    expect(router.registrations).toEqual([
      jasmine.objectContaining({ procedure: 'com.p', invoke: 'roundrobin', sessions: [one.session, two.session] }),
    ]);
  });

  for (const [invoke, expected] of [
    ['first', [0, 0, 0, 0]],
    ['last', [2, 2, 2, 2]],
    ['roundrobin', [0, 1, 2, 0]],
  ] as const) {
    it(`invokes ${invoke}`, () => {
      const [router, caller] = setUp(1);
      const callees = [joined(router), joined(router), joined(router)];
      for (const callee of callees) register(callee, 1, 'com.p', { invoke });
      expect(asked(caller, callees, [1, 2, 3, 4])).toEqual([...expected]);
    });
  }

  it('invokes random ones, all of them in the long run', () => {
    const [router, caller] = setUp(1);
    const callees = [joined(router), joined(router), joined(router)];
    for (const callee of callees) register(callee, 1, 'com.p', { invoke: 'random' });
    const counts = asked(
      caller,
      callees,
      Array.from({ length: 60 }, (_, i) => i + 1),
    );
    expect(new Set(counts)).toEqual(new Set([0, 1, 2]));
  });

  it('goes round the callees that are left when one leaves', () => {
    const [router, caller] = setUp(1);
    const callees = [joined(router), joined(router), joined(router)];
    const ids = callees.map((callee) => register(callee, 1, 'com.p', { invoke: 'roundrobin' }));
    expect(asked(caller, callees, [1])).toEqual([0]);
    callees[0]?.send([66, 2, ids[0]]);
    callees[0]?.take();
    expect(asked(caller, callees, [2, 3, 4])).toEqual([1, 2, 1]);
    callees[2]?.link.lost();
    expect(asked(caller, callees, [5, 6])).toEqual([1, 1]);
  });

  it('keeps to the concurrency of callees', () => {
    const [router, caller, first, second] = setUp(3);
    register(first, 1, 'com.p', { invoke: 'first', concurrency: 1 });
    register(second, 1, 'com.p', { invoke: 'first', concurrency: 2 });
    expect(asked(caller, [first, second], [1, 2, 3])).toEqual([0, 1, 1]);
    caller.send([48, 4, {}, 'com.p']);
    expect(caller.take()).toEqual([[8, 48, 4, {}, 'crossbar.error.max_concurrency_reached', [text()]]]);
    first.send([70, 1, {}]);
    expect(asked(caller, [first, second], [5])).toEqual([0]);
    expect(router.registrations.length).toBe(1);
  });

  it('keeps random callees to their concurrency', () => {
    const [, caller, callee] = setUp(2);
    register(callee, 1, 'com.p', { invoke: 'random', concurrency: 1 });
    expect(asked(caller, [callee], [1])).toEqual([0]);
    caller.send([48, 2, {}, 'com.p']);
    expect(caller.take()[0]?.[4]).toBe('crossbar.error.max_concurrency_reached');
  });

  it('makes room at force_reregister, and tells the evicted', () => {
    const [router, one, two] = setUp(2);
    const registration = register(one, 1, 'com.p');
    const other = register(two, 1, 'com.p', { force_reregister: true });
    expect(other).not.toBe(registration);
    expect(one.take()).toEqual([[67, 0, { registration, reason: 'wamp.error.unregistered' }]]);
    expect(router.registrations.map(({ sessions }) => sessions)).toEqual([[two.session]]);
  });

  it('revokes registrations: with notice to who announced it, silently for others', () => {
    const [router, peer] = setUp(1);
    const plain = joined(router, { roles: PLAIN });
    const registration = register(peer, 1, 'com.p', { invoke: 'first' });
    register(plain, 1, 'com.p', { invoke: 'first' });
    expect(router.revokeRegistration('com.p', { reason: 'com.app.gone' })).toBeTrue();
    expect(peer.take()).toEqual([[67, 0, { registration, reason: 'com.app.gone' }]]);
    expect(plain.take()).toEqual([]);
    expect(router.registrations).toEqual([]);
    expect(router.revokeRegistration(registration)).toBeFalse();
    peer.send([66, 2, registration]);
    expect(peer.take()[0]?.[4]).toBe('wamp.error.no_such_registration');
  });

  it('lets a revoked callee finish what it runs', () => {
    const [router, caller, callee] = setUp(2);
    register(callee, 1, 'com.p');
    caller.send([48, 1, {}, 'com.p']);
    router.revokeRegistration('com.p');
    callee.send([70, 1, {}, ['done']]);
    expect(caller.take()).toEqual([[50, 1, {}, ['done']]]);
  });

  it('bounds the registrations of a session', () => {
    const [, peer] = setUp(1, { limits: { registrationsPerSession: 1 } });
    peer.send([64, 1, {}, 'a'], [64, 2, {}, 'b']);
    expect(peer.take()[1]).toEqual([8, 64, 2, {}, 'rxwamp.error.limit_exceeded', [text()]]);
  });
});
