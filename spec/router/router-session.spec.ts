import { EMPTY, Subject, throwError } from 'rxjs';
import { MAX_ID } from '../../src/protocol/ids.ts';
import type { Dict } from '../../src/protocol/payload.ts';
import { acceptAnonymous, acceptTicket, type AuthStep, type RouterAuthenticator } from '../../src/router/index.ts';
import { createTestRouter } from '../../src/testing/index.ts';
import { dialled, id, joined, PLAIN, ROLES, setUp, text, VIOLATION, virtual } from './raw.ts';

describe('test router, session', () => {
  it('welcomes with a large id, identity and honest features', () => {
    const router = createTestRouter();
    const peer = dialled(router).send([1, 'realm1', { roles: PLAIN, agent: 'spec' }]);
    const [[type, session, details]] = peer.take() as [[number, number, Record<string, unknown>]];
    expect(type).toBe(2);
    expect(session).toBeGreaterThan(2 ** 32);
    expect(session).toBeLessThanOrEqual(MAX_ID);
    expect(details).toEqual(
      jasmine.objectContaining({ realm: 'realm1', authrole: 'anonymous', authmethod: 'anonymous' }),
    );
    expect(Object.keys(details['roles'] as object)).toEqual(['broker', 'dealer']);
    expect(router.sessions).toEqual([
      jasmine.objectContaining({ id: session, realm: 'realm1', agent: 'spec', link: { type: 'raw' }, ghost: false }),
    ]);
  });

  it('gives the same ids for the same seed, others for another and without one', () => {
    const first = setUp(2, { seed: 1 })[1].session;
    expect(setUp(1, { seed: 1 })[1].session).toBe(first);
    const others = [setUp(1, { seed: 2 }), setUp(1), setUp(1)].map(([, { session }]) => session);
    expect(new Set([first, ...others]).size).toBe(4);
  });

  it('aborts when the first message is no HELLO', () => {
    const peer = dialled(createTestRouter()).send([32, 1, {}, 'com.topic'], [1, 'realm1', { roles: PLAIN }]);
    expect(peer.take()).toEqual([VIOLATION]);
    expect(peer.closed).toEqual([[1002, 'wamp.error.protocol_violation']]);
  });

  it('aborts a HELLO without roles', () => {
    for (const details of [{}, { roles: {} }, { roles: { barkeeper: {} } }]) {
      expect(dialled(createTestRouter()).send([1, 'realm1', details]).take()).toEqual([VIOLATION]);
    }
  });

  it('aborts for an unknown and for a malformed realm', () => {
    const router = createTestRouter();
    expect(
      dialled(router)
        .send([1, 'nowhere', { roles: PLAIN }])
        .take(),
    ).toEqual([[3, { message: text() }, 'wamp.error.no_such_realm']]);
    expect(
      dialled(router)
        .send([1, 'no where', { roles: PLAIN }])
        .take(),
    ).toEqual([[3, { message: text() }, 'wamp.error.invalid_uri']]);
    expect(router.sessions).toEqual([]);
  });

  it('makes realms on demand where it may, and keeps them apart', () => {
    const router = createTestRouter({ realms: ['a', 'b'], autoCreateRealms: true, limits: { realms: 3 } });
    const [one, two] = [joined(router, {}, 'c'), joined(router, {}, 'a')];
    one.send([32, 1, {}, 'com.topic']);
    two.send([16, 1, {}, 'com.topic', [1]]);
    expect(one.take()).toEqual([[33, 1, id()]]);
    expect(router.realms).toEqual(['a', 'b', 'c']);
    expect(
      dialled(router)
        .send([1, 'd', { roles: PLAIN }])
        .take()[0]?.[2],
    ).toBe('wamp.error.no_such_realm');
  });

  it('assigns the first realm where HELLO leaves it to the router', () => {
    expect(
      dialled(createTestRouter({ realms: ['x', 'y'] }))
        .send([1, null, { roles: PLAIN }])
        .take(),
    ).toEqual([[2, id(), jasmine.objectContaining({ realm: 'x' })]]);
  });

  it('aborts a second HELLO, a late AUTHENTICATE, and messages that only routers send', () => {
    for (const frame of [
      [1, 'realm1', { roles: PLAIN }],
      [5, 'x', {}],
      [2, 1, {}],
      [4, 'ticket', {}],
      [33, 1, 1],
      [35, 1],
      [36, 1, 1, {}],
      [50, 1, {}],
      [68, 1, 1, {}],
      [69, 1, {}],
      [337, 1],
    ]) {
      const peer = joined(createTestRouter()).send(frame);
      expect(peer.take()).withContext(JSON.stringify(frame)).toEqual([VIOLATION]);
      expect(peer.closed.length).toBe(1);
    }
  });

  it('aborts malformed frames, and processes nothing after them', () => {
    for (const frame of [
      undefined,
      null,
      'text',
      {},
      [],
      [99],
      ['32', 1, {}, 'a'],
      [32, 1, {}],
      [32, 1, {}, 'a', []],
      [32, 0, {}, 'a'],
      [32, 1.5, {}, 'a'],
      [32, 1, [], 'a'],
      [32, 1, { match: 'fuzzy' }, 'a'],
      [16, 1, { acknowledge: 1 }, 'a'],
      [48, 1, {}, 'a', {}],
    ]) {
      const peer = joined(createTestRouter()).send(frame, [32, 1, {}, 'com.topic']);
      expect(peer.take()).withContext(JSON.stringify(frame)).toEqual([VIOLATION]);
    }
  });

  it('wants request ids in sequence, one counter for all kinds of requests', () => {
    const [router, peer] = setUp(1);
    peer.send([32, 1, {}, 'a'], [64, 2, {}, 'b'], [16, 3, { acknowledge: true }, 'c'], [48, 4, {}, 'none']);
    expect(peer.take().map(([type]) => type)).toEqual([33, 65, 17, 8]);
    for (const request of [4, 6]) {
      const other = joined(router).send([32, 1, {}, 'a'], [32, 2, {}, 'b'], [32, 3, {}, 'c'], [32, 4, {}, 'd']);
      other.take();
      expect(other.send([34, request, 1]).take()).toEqual([VIOLATION]);
    }
  });

  it('answers GOODBYE once, and takes another HELLO on the link', () => {
    const [router, peer] = setUp(1);
    peer.send([6, {}, 'wamp.close.normal']);
    expect(peer.take()).toEqual([[6, {}, 'wamp.close.goodbye_and_out']]);
    expect(router.sessions).toEqual([]);
    peer.send([1, 'realm1', { roles: ROLES }], [32, 1, {}, 'a']);
    expect(peer.take().map(([type]) => type)).toEqual([2, 33]);
    expect(peer.closed).toEqual([]);
  });

  it('sends nothing more after a GOODBYE, not even of the end of what the session held', () => {
    for (const end of ['client', 'router', 'meta'] as const) {
      const [router, peer, other] = setUp(2);
      peer.send(
        [32, 1, { match: 'prefix' }, 'wamp.'],
        [32, 2, {}, 'com.a'],
        [64, 3, {}, 'com.p'],
        [48, 4, {}, 'com.p'],
        [64, 5, {}, 'com.q'],
      );
      other.send([48, 1, {}, 'com.q']);
      peer.take();
      if (end === 'client') peer.send([6, {}, 'wamp.close.normal']);
      else if (end === 'router') router.goodbye();
      else other.send([48, 2, {}, 'wamp.session.kill', [peer.session]]);
      expect(peer.take().map(([type]) => type)).toEqual([6]);
      expect(other.take()).toContain([8, 48, 1, {}, 'wamp.error.canceled', [text()]]);
    }
  });

  it('hangs up on a link that said GOODBYE where no HELLO follows', () => {
    virtual((at) => {
      const [router, silent, again] = setUp(2);
      for (const peer of [silent, again]) peer.send([6, {}, 'wamp.close.normal']);
      at(9_999, () => {
        expect(silent.closed).toEqual([]);
        again.send([1, 'realm1', { roles: PLAIN }]);
      });
      at(10_001, () => expect([silent.closed, again.closed]).toEqual([[[1000, text()]], []]));
      at(60_000, () => expect(router.sessions.length).toBe(1));
    });
  });

  it('ends the session at ABORT, without an answer', () => {
    const [router, peer] = setUp(1);
    peer.send([3, {}, 'wamp.error.protocol_violation']);
    expect(peer.take()).toEqual([]);
    expect(router.sessions).toEqual([]);
    const early = dialled(router).send([3, {}, 'any']);
    expect(early.take()).toEqual([]);
    expect(early.closed.length).toBe(1);
  });

  it('says goodbye itself, ignores all but the answer, and hangs up after it', () => {
    const [router, peer, other] = setUp(2);
    other.send([32, 1, {}, 'com.topic']);
    other.take();
    router.kill(peer.session, 'com.app.enough', 'go home');
    peer.send([16, 1, {}, 'com.topic'], [99], [6, {}, 'wamp.close.goodbye_and_out']);
    expect(peer.take()).toEqual([[6, { message: 'go home' }, 'com.app.enough']]);
    expect(peer.closed).toEqual([[1000, undefined]]);
    expect(other.take()).toEqual([]);
  });

  it('race 31: sends no second GOODBYE when both say goodbye at once', () => {
    const [router, peer] = setUp(1);
    router.goodbye();
    peer.send([6, {}, 'wamp.close.normal']);
    expect(peer.take()).toEqual([[6, {}, 'wamp.close.system_shutdown']]);
  });
});

describe('test router, authentication', () => {
  const withTickets = (): ReturnType<typeof createTestRouter> =>
    createTestRouter({
      realms: {
        realm1: { auth: [acceptTicket({ joe: 'secret', ann: { ticket: 's2', authrole: 'admin', trustlevel: 3 } })] },
      },
    });
  const hello = (authid?: string, authmethods = ['ticket']): unknown[] => [
    1,
    'realm1',
    { roles: ROLES, authid, authmethods },
  ];
  const trimmed = (frame: unknown[]): unknown => JSON.parse(JSON.stringify(frame));

  it('challenges for a ticket and welcomes the right one', () => {
    const peer = dialled(withTickets()).send(trimmed(hello('joe')));
    expect(peer.take()).toEqual([[4, 'ticket', {}]]);
    expect(peer.send([5, 'secret', {}]).take()).toEqual([
      [
        2,
        id(),
        jasmine.objectContaining({ authid: 'joe', authrole: 'user', authmethod: 'ticket', authprovider: 'static' }),
      ],
    ]);
    const ann = dialled(withTickets()).send(trimmed(hello('ann')), [5, 's2', {}]);
    expect(ann.last(2)).toEqual(jasmine.objectContaining({ authrole: 'admin' }));
  });

  it('shows the authmethod of a principal, where that has one', () => {
    const joe = { ticket: 's', authmethod: 'ldap' };
    const router = createTestRouter({ realms: { realm1: { auth: [acceptTicket({ joe, ann: 's' })] } } });
    const methods = ['joe', 'ann'].map((authid) => {
      const peer = dialled(router).send([1, 'realm1', { roles: ROLES, authid, authmethods: ['ticket'] }], [5, 's', {}]);
      return (peer.last(2) as { authmethod: string }).authmethod;
    });
    expect(methods).toEqual(['ldap', 'ticket']);
    expect(router.sessions.map(({ authmethod }) => authmethod)).toEqual(['ldap', 'ticket']);
  });

  it('turns away a wrong ticket, an unknown principal, and who names none', () => {
    const peer = dialled(withTickets()).send(trimmed(hello('joe')), [5, 'wrong', {}]);
    expect(peer.last(2)).toBe('wamp.error.authentication_denied');
    expect(peer.closed.length).toBe(1);
    for (const frame of [hello('eve'), hello()]) {
      expect(dialled(withTickets()).send(trimmed(frame)).last(2)).toBe('wamp.error.no_such_principal');
    }
  });

  it('turns away methods that it does not have, and anonymous ones by their own name', () => {
    expect(
      dialled(withTickets())
        .send(trimmed(hello('joe', ['scram'])))
        .last(2),
    ).toBe('wamp.error.no_matching_auth_method');
    for (const methods of [['anonymous'], []]) {
      expect(
        dialled(withTickets())
          .send(trimmed(hello('joe', methods)))
          .last(2),
      ).toBe('wamp.error.authentication_required');
    }
  });

  it('takes the first method of the client that it has', () => {
    const router = createTestRouter({ realms: { realm1: { auth: [acceptAnonymous(), acceptTicket({ joe: 'x' })] } } });
    expect(
      dialled(router)
        .send(trimmed(hello('joe', ['scram', 'ticket', 'anonymous'])))
        .take(),
    ).toEqual([[4, 'ticket', {}]]);
  });

  it('aborts what comes instead of AUTHENTICATE, and an AUTHENTICATE without a CHALLENGE', () => {
    expect(
      dialled(withTickets())
        .send(trimmed(hello('joe')), [32, 1, {}, 'a'])
        .take()[1],
    ).toEqual(VIOLATION);
    expect(dialled(withTickets()).send([5, 'secret', {}]).take()).toEqual([VIOLATION]);
  });

  it('asks a function for the verdict, which may take its time', async () => {
    const verdict = new Subject<{ authrole: string } | undefined>();
    const router = createTestRouter({ realms: { realm1: { auth: [acceptTicket(() => verdict)] } } });
    const peer = dialled(router).send(trimmed(hello('joe')), [5, 'x', {}]);
    expect(peer.take()).toEqual([[4, 'ticket', {}]]);
    verdict.next({ authrole: 'guest' });
    expect(peer.last(2)).toEqual(jasmine.objectContaining({ authid: 'joe', authrole: 'guest' }));

    const slow = createTestRouter({ realms: { realm1: { auth: [acceptTicket(() => Promise.resolve(undefined))] } } });
    const other = dialled(slow).send(trimmed(hello('joe')), [5, 'x', {}]);
    await Promise.resolve();
    await Promise.resolve();
    await Promise.resolve();
    expect(other.last(2)).toBe('wamp.error.authentication_denied');
  });

  it('drops a verdict that comes when the client is gone', () => {
    const verdict = new Subject<{ authrole: string } | undefined>();
    const router = createTestRouter({ realms: { realm1: { auth: [acceptTicket(() => verdict)] } } });
    const peer = dialled(router).send(trimmed(hello('joe')), [5, 'x', {}]);
    peer.link.lost();
    expect(verdict.observed).toBeFalse();
    expect(router.sessions).toEqual([]);
    expect(peer.take()).toEqual([[4, 'ticket', {}]]);
  });

  it('aborts with authentication_failed when the authenticator itself fails', () => {
    for (const check of [
      (): never => {
        throw new Error('no database');
      },
      () => throwError(() => new Error('no database')),
      () => EMPTY,
    ]) {
      const router = createTestRouter({ realms: { realm1: { auth: [acceptTicket(check)] } } });
      const peer = dialled(router).send(trimmed(hello('joe')), [5, 'x', {}]);
      expect(peer.last(2)).toBe('wamp.error.authentication_failed');
    }
  });

  it('leads through several rounds and methods, with extra in both directions', () => {
    const factors: RouterAuthenticator = {
      method: 'twofold',
      hello: ({ authextra, nonce, session }): AuthStep => ({
        challenge: { echo: authextra['nonce'], nonce, session },
        verify: (one, extra) => ({
          challenge: { said: one, extra },
          method: 'ticket',
          verify: (two) => (two === 'b' ? { accept: { authextra: { verifier: 'v' } } } : { deny: 'com.app.no' }),
        }),
      }),
    };
    const router = createTestRouter({ realms: { realm1: { auth: [factors] } } });
    const peer = dialled(router).send([
      1,
      'realm1',
      { roles: PLAIN, authmethods: ['twofold'], authextra: { nonce: 'n' } },
    ]);
    expect(peer.take()).toEqual([[4, 'twofold', { echo: 'n', nonce: text(), session: id() }]]);
    expect(peer.send([5, 'a', { x: 1 }]).take()).toEqual([[4, 'ticket', { said: 'a', extra: { x: 1 } }]]);
    expect(peer.send([5, 'b', {}]).take()).toEqual([
      [2, id(), jasmine.objectContaining({ authextra: { verifier: 'v' }, authmethod: 'twofold' })],
    ]);
  });

  it('gives up after eight rounds', () => {
    const endless = (): AuthStep => ({ challenge: {}, verify: endless });
    const router = createTestRouter({ realms: { realm1: { auth: [{ method: 'x', hello: endless }] } } });
    const peer = dialled(router).send([1, 'realm1', { roles: PLAIN, authmethods: ['x'] }]);
    for (let i = 0; i < 9; i++) peer.send([5, '', {}]);
    expect(peer.frames.filter(([type]) => type === 4).length).toBe(8);
    expect(peer.last(2)).toBe('wamp.error.authentication_failed');
  });

  it('refuses a role that does not exist', () => {
    const router = createTestRouter({ realms: { realm1: { roles: { admin: true } } } });
    expect(
      dialled(router)
        .send([1, 'realm1', { roles: PLAIN }])
        .last(2),
    ).toBe('wamp.error.no_such_role');
  });
});

describe('test router, realms of principals', () => {
  const router = (): ReturnType<typeof createTestRouter> => {
    const auth = [acceptTicket({ joe: { ticket: 's', realm: 'b' }, ann: 's', eve: { ticket: 's', realm: 'c' } })];
    return createTestRouter({ realms: { a: { auth }, b: { auth, roles: { user: true } } } });
  };
  const answer = (authid: string, realm: string | null): unknown =>
    dialled(router())
      .send([1, realm, { roles: ROLES, authid, authmethods: ['ticket'] }])
      .send([5, 's', {}])
      .take()
      .map((message) => (message[0] === 2 ? (message[2] as Dict)['realm'] : message[0] === 3 ? message[2] : undefined))
      .at(-1);

  it('are assigned where HELLO names none, and the first realm to those who belong to none', () => {
    expect([answer('joe', null), answer('ann', null)]).toEqual(['b', 'a']);
  });

  it('must be the one that HELLO names, and exist', () => {
    expect([answer('joe', 'b'), answer('joe', 'a'), answer('eve', null), answer('ann', 'b')]).toEqual([
      'b',
      'wamp.error.no_such_realm',
      'wamp.error.no_such_realm',
      'b',
    ]);
  });

  it('hold for what a session does', () => {
    const core = router();
    const joe = dialled(core);
    joe.send([1, null, { roles: ROLES, authid: 'joe', authmethods: ['ticket'] }]).send([5, 's', {}]);
    joe.send([32, 1, {}, 'com.topic']);
    expect([core.sessions[0]?.realm, core.subscriptions[0]?.realm]).toEqual(['b', 'b']);
  });
});

describe('test router, authorization', () => {
  it("keeps to the role's permissions, the longest pattern first", () => {
    const router = createTestRouter({
      realms: {
        realm1: {
          roles: {
            anonymous: [
              { uri: 'com.', match: 'prefix', call: true, register: true, publish: true, subscribe: true },
              { uri: 'com.secret.', match: 'prefix', call: true },
            ],
          },
        },
      },
    });
    const peer = joined(router).send([32, 1, {}, 'com.a'], [32, 2, {}, 'com.secret.a'], [64, 3, {}, 'org.a']);
    expect(peer.take()).toEqual([
      [33, 1, id()],
      [8, 32, 2, {}, 'wamp.error.not_authorized', [text()]],
      [8, 64, 3, {}, 'wamp.error.not_authorized', [text()]],
    ]);
    expect(peer.send([16, 4, { acknowledge: true }, 'com.secret.a'], [16, 5, {}, 'com.secret.a']).take()).toEqual([
      [8, 16, 4, {}, 'wamp.error.not_authorized', [text()]],
    ]);
  });

  it('asks the hook, which may refuse with its own error, fail, or take its time', () => {
    const slow = new Subject<boolean>();
    const router = createTestRouter({
      realms: {
        realm1: {
          authorize: ({ action, uri, match, session }) => {
            if (uri === 'com.slow') return slow;
            if (uri === 'com.fails') throw new Error('broken');
            if (uri === 'com.no')
              return { allow: false, error: 'com.app.no', message: `${action} ${match} ${session.authrole}` };
            return uri !== 'com.never';
          },
        },
      },
    });
    const peer = joined(router).send(
      [32, 1, {}, 'com.slow'],
      [32, 2, {}, 'com.no'],
      [32, 3, {}, 'com.fails'],
      [48, 4, {}, 'com.never'],
      [32, 5, {}, 'com.ok'],
    );
    expect(peer.take()).toEqual([
      [8, 32, 2, {}, 'com.app.no', ['subscribe exact anonymous']],
      [8, 32, 3, {}, 'wamp.error.authorization_failed', [text()]],
      [8, 48, 4, {}, 'wamp.error.not_authorized', [text()]],
      [33, 5, id()],
    ]);
    slow.next(true);
    expect(peer.take()).toEqual([[33, 1, id()]]);
  });

  it('forgets the verdict for a session that has left, and for a call that was cancelled', () => {
    const slow = new Subject<boolean>();
    const router = createTestRouter({ realms: { realm1: { authorize: () => slow } } });
    const [gone, caller] = [joined(router).send([32, 1, {}, 'a']), joined(router)];
    gone.link.lost();
    caller.send([48, 1, {}, 'wamp.session.count'], [49, 1, {}]);
    slow.next(true);
    expect(router.subscriptions).toEqual([]);
    expect(caller.take()).toEqual([[8, 48, 1, {}, 'wamp.error.canceled']]);
  });
});
