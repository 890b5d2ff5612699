import { id, joined, PLAIN, setUp, text, VIOLATION, type RawPeer } from './raw.ts';

/** Subscribes with the session's next id. */
function subscribe(peer: RawPeer, request: number, topic: string, options = {}): number {
  peer.send([32, request, options, topic]);
  const [reply] = peer.take();
  return reply?.[2] as number;
}

describe('test router, broker', () => {
  it('keeps one subscription for each topic and match policy, shared by all subscribers', () => {
    const [router, one, two] = setUp(2);
    const a = subscribe(one, 1, 'com.topic');
    expect(subscribe(two, 1, 'com.topic')).toBe(a);
    expect(subscribe(one, 2, 'com.topic')).toBe(a);
    expect(subscribe(one, 3, 'com.topic', { match: 'prefix' })).not.toBe(a);
    expect(a).toBeGreaterThan(2 ** 32);
    expect(router.subscriptions).toEqual([
      jasmine.objectContaining({ id: a, topic: 'com.topic', match: 'exact', sessions: [one.session, two.session] }),
      jasmine.objectContaining({ topic: 'com.topic', match: 'prefix', sessions: [one.session] }),
    ]);
  });

  it('race 1: sends SUBSCRIBED before any EVENT, and events in the order of publication', () => {
    const [, subscriber, publisher] = setUp(2);
    subscriber.send([32, 1, {}, 'com.topic']);
    publisher.send([16, 1, {}, 'com.topic', [1]], [16, 2, {}, 'com.topic', [], { a: 1 }], [16, 3, {}, 'com.topic']);
    const [subscribed, ...events] = subscriber.take();
    expect(subscribed).toEqual([33, 1, id()]);
    expect(events).toEqual([
      [36, subscribed?.[2], id(), {}, [1]],
      [36, subscribed?.[2], id(), {}, [], { a: 1 }],
      [36, subscribed?.[2], id(), {}],
    ]);
  });

  it('ends a subscription at UNSUBSCRIBE, and knows it no more', () => {
    const [router, peer, other] = setUp(2);
    const subscription = subscribe(peer, 1, 'com.topic');
    peer.send([34, 2, subscription], [34, 3, subscription], [34, 4, 2 ** 53]);
    expect(peer.take()).toEqual([
      [35, 2],
      [8, 34, 3, {}, 'wamp.error.no_such_subscription', [text()]],
      [8, 34, 4, {}, 'wamp.error.no_such_subscription', [text()]],
    ]);
    other.send([16, 1, {}, 'com.topic', [1]]);
    expect(peer.take()).toEqual([]);
    expect(router.subscriptions).toEqual([]);
  });

  it("does not end a subscription at another session's UNSUBSCRIBE", () => {
    const [router, peer, other] = setUp(2);
    const subscription = subscribe(peer, 1, 'com.topic');
    other.send([34, 1, subscription]);
    expect(other.take()).toEqual([[8, 34, 1, {}, 'wamp.error.no_such_subscription', [text()]]]);
    expect(router.subscriptions.length).toBe(1);
  });

  it('answers PUBLISH only where acknowledge is asked for', () => {
    const [, peer] = setUp(1);
    peer.send([16, 1, {}, 'com.topic'], [16, 2, { acknowledge: true }, 'com.topic'], [16, 3, {}, 'com..topic']);
    expect(peer.take()).toEqual([[17, 2, id()]]);
  });

  it('gives one publication id to all subscriptions that match, and the topic to patterns', () => {
    const [, peer, publisher] = setUp(2);
    const exact = subscribe(peer, 1, 'com.a.b');
    const prefix = subscribe(peer, 2, 'com.a', { match: 'prefix' });
    const wildcard = subscribe(peer, 3, 'com..b', { match: 'wildcard' });
    const all = subscribe(peer, 4, '', { match: 'prefix' });
    subscribe(peer, 5, 'com..c', { match: 'wildcard' });
    publisher.send([16, 1, { acknowledge: true }, 'com.a.b', [1]]);
    const [[, , publication]] = publisher.take() as [[number, number, number]];
    expect(peer.take()).toEqual([
      [36, exact, publication, {}, [1]],
      [36, prefix, publication, { topic: 'com.a.b' }, [1]],
      [36, all, publication, { topic: 'com.a.b' }, [1]],
      [36, wildcard, publication, { topic: 'com.a.b' }, [1]],
    ]);
  });

  it('matches prefixes by characters, not by components', () => {
    const [, peer, publisher] = setUp(2);
    subscribe(peer, 1, 'com.emergency', { match: 'prefix' });
    publisher.send([16, 1, {}, 'com.emergency-low'], [16, 2, {}, 'com.emergency.11'], [16, 3, {}, 'com.emerge']);
    expect(peer.take().map(([, , , details]) => details)).toEqual([
      { topic: 'com.emergency-low' },
      { topic: 'com.emergency.11' },
    ]);
  });

  it('leaves the publisher out, unless exclude_me is false', () => {
    const [, peer] = setUp(1);
    const subscription = subscribe(peer, 1, 'com.topic');
    peer.send(
      [16, 2, {}, 'com.topic', [1]],
      [16, 3, { exclude_me: false }, 'com.topic', [2]],
      [16, 4, { exclude_me: true }, 'com.topic', [3]],
    );
    expect(peer.take()).toEqual([[36, subscription, id(), {}, [2]]]);
  });

  it('lets through whom all filters of a PUBLISH allow', () => {
    const [router, publisher] = setUp(1);
    const peers = [joined(router), joined(router), joined(router)] as const;
    const [a, b, c] = peers;
    for (const peer of peers) subscribe(peer, 1, 'com.topic');
    const [viewA, viewB] = router.sessions.slice(1);
    let request = 0;
    const reached = (options: object): RawPeer[] => {
      publisher.send([16, ++request, options, 'com.topic']);
      return peers.filter((peer) => peer.take().length > 0);
    };
    expect(reached({ exclude: [a.session] })).toEqual([b, c]);
    expect(reached({ eligible: [a.session, b.session] })).toEqual([a, b]);
    expect(reached({ eligible: [a.session, b.session], exclude: [a.session] })).toEqual([b]);
    expect(reached({ exclude_authid: [viewA?.authid] })).toEqual([b, c]);
    expect(reached({ eligible_authid: [viewB?.authid] })).toEqual([b]);
    expect(reached({ exclude_authrole: ['anonymous'] })).toEqual([]);
    expect(reached({ eligible_authrole: ['admin'] })).toEqual([]);
    expect(reached({ eligible_authrole: ['anonymous'], eligible: [c.session] })).toEqual([c]);
    expect(reached({ eligible: [] })).toEqual([]);
    expect(reached({ exclude: [] })).toEqual([a, b, c]);
  });

  it('names the publisher who asks for it', () => {
    const [router, publisher, peer] = setUp(2);
    const subscription = subscribe(peer, 1, 'com.topic');
    publisher.send([16, 1, { disclose_me: true }, 'com.topic'], [16, 2, { disclose_me: false }, 'com.topic']);
    const [view] = router.sessions;
    expect(peer.take()).toEqual([
      [
        36,
        subscription,
        id(),
        { publisher: publisher.session, publisher_authid: view?.authid, publisher_authrole: 'anonymous' },
      ],
      [36, subscription, id(), {}],
    ]);
  });

  it('names every publisher, or refuses to name any, as the realm is configured', () => {
    const [, loud, hearer] = setUp(2, { realms: { realm1: { disclosure: 'always' } } });
    subscribe(hearer, 1, 'com.topic');
    loud.send([16, 1, {}, 'com.topic']);
    expect(hearer.take()[0]?.[3]).toEqual(jasmine.objectContaining({ publisher: loud.session }));

    const [, shy] = setUp(1, { realms: { realm1: { disclosure: 'never' } } });
    shy.send(
      [16, 1, { disclose_me: true, acknowledge: true }, 'com.topic'],
      [16, 2, { disclose_me: true }, 'com.topic'],
    );
    expect(shy.take()).toEqual([[8, 16, 1, {}, 'wamp.error.option_disallowed.disclose_me', [text()]]]);
  });

  it('discloses as the authorize hook says', () => {
    const realm = { authorize: ({ action }: { action: string }) => ({ allow: true, disclose: action === 'publish' }) };
    const [, publisher, peer] = setUp(2, { realms: { realm1: realm } });
    subscribe(peer, 1, 'com.topic');
    publisher.send([16, 1, {}, 'com.topic']);
    expect(peer.take()[0]?.[3]).toEqual(jasmine.objectContaining({ publisher: publisher.session }));
  });

  it('keeps the last retained event of a topic for those who ask', () => {
    const [, publisher, peer] = setUp(2);
    publisher.send([16, 1, { retain: true }, 'com.a', [1]], [16, 2, { retain: true, acknowledge: true }, 'com.a', [2]]);
    const [[, , publication]] = publisher.take() as [[number, number, number]];
    peer.send([32, 1, {}, 'com.a'], [32, 2, { get_retained: true }, 'com.a'], [32, 3, { get_retained: true }, 'com.b']);
    expect(peer.take()).toEqual([
      [33, 1, id()],
      [33, 2, id()],
      [36, id(), publication, { retained: true }, [2]],
      [33, 3, id()],
    ]);
    peer.send([32, 4, { get_retained: true, match: 'prefix' }, 'com.']);
    expect(peer.take()[1]).toEqual([36, id(), publication, { topic: 'com.a', retained: true }, [2]]);
  });

  it('gives each session the latest retained event that it may receive', () => {
    const [router, publisher, peer] = setUp(2);
    const other = joined(router);
    const retain = (request: number, options: object): unknown[] => [
      16,
      request,
      { retain: true, ...options },
      'com.a',
      [request],
    ];
    const retained = (who: RawPeer, request: number): unknown => {
      who.send([32, request, { get_retained: true, match: 'prefix' }, 'com.']);
      return who.take().find(([type]) => type === 36)?.[4];
    };
    publisher.send(
      retain(1, {}),
      retain(2, { exclude: [peer.session] }),
      retain(3, { eligible_authid: ['ann'] }),
      retain(4, { exclude: [peer.session] }),
    );
    expect([retained(peer, 1), retained(other, 1)]).toEqual([[1], [4]]);
    // one that is for all takes the place of all before it
    publisher.send(retain(5, {}));
    expect([retained(peer, 2), retained(other, 2)]).toEqual([[5], [5]]);
  });

  it('gives a retained event to its own publisher only where that asks for it', () => {
    const [, publisher] = setUp(1);
    publisher.send([16, 1, { retain: true }, 'com.a', [1]], [32, 2, { get_retained: true }, 'com.a']);
    expect(publisher.take()).toEqual([[33, 2, id()]]);
    publisher.send(
      [16, 3, { retain: true, exclude_me: false }, 'com.b', [1]],
      [32, 4, { get_retained: true }, 'com.b'],
    );
    expect(publisher.take()).toEqual([
      [33, 4, id()],
      [36, id(), id(), { retained: true }, [1]],
    ]);
  });

  it('makes and takes back twenty thousand patterns in no time that grows with their number', () => {
    const [router, peer] = setUp(1);
    const begin = performance.now();
    for (const match of ['prefix', 'wildcard']) {
      for (let i = 0; i < 20_000; i++) {
        peer.link.receive([
          32,
          i + 1 + (match === 'prefix' ? 0 : 20_000),
          { match },
          `com.topic${i}.${match === 'prefix' ? '' : '.x'}`,
        ]);
      }
    }
    expect(router.subscriptions.length).toBe(40_000);
    expect(peer.take().length).toBe(40_000);
    peer.link.lost();
    expect(router.subscriptions).toEqual([]);
    // a look at every pattern for each one that comes and goes took minutes
    expect(performance.now() - begin).toBeLessThan(5000);
  });

  it('keeps retained events within its bound', () => {
    const [router, publisher] = setUp(1, { limits: { retainedPerRealm: 1 } });
    const peer = joined(router);
    publisher.send([16, 1, { retain: true }, 'com.a'], [16, 2, { retain: true }, 'com.b']);
    peer.send([32, 1, { get_retained: true }, 'com.a'], [32, 2, { get_retained: true }, 'com.b']);
    expect(peer.take()).toEqual([
      [33, 1, id()],
      [33, 2, id()],
      [36, id(), id(), { retained: true }],
    ]);
  });

  it('race 28: revokes subscriptions, with notice to who announced it, silently for others', () => {
    const [router, peer] = setUp(1);
    const plain = joined(router, { roles: PLAIN });
    const subscription = subscribe(peer, 1, 'com.topic');
    subscribe(plain, 1, 'com.topic');
    expect(router.revokeSubscription('com.topic', { reason: 'com.app.gone' })).toBeTrue();
    expect(peer.take()).toEqual([[35, 0, { subscription, reason: 'com.app.gone' }]]);
    expect(plain.take()).toEqual([]);
    expect(router.subscriptions).toEqual([]);
    expect(router.revokeSubscription('com.topic')).toBeFalse();
    // an UNSUBSCRIBE that crossed the revocation
    peer.send([34, 2, subscription]);
    expect(peer.take()[0]?.[4]).toBe('wamp.error.no_such_subscription');
  });

  it('revokes the subscription of one session alone, by id', () => {
    const [router, one, two] = setUp(2);
    const subscription = subscribe(one, 1, 'com.', { match: 'prefix' });
    subscribe(two, 1, 'com.', { match: 'prefix' });
    expect(router.revokeSubscription(subscription, { session: two.session, realm: 'realm1' })).toBeTrue();
    expect(two.take()).toEqual([[35, 0, { subscription }]]);
    expect(router.subscriptions.map(({ sessions }) => sessions)).toEqual([[one.session]]);
    expect(router.revokeSubscription(subscription, { realm: 'other' })).toBeFalse();
  });

  it('refuses malformed URIs, strictly where so configured, and what is reserved', () => {
    const [router, peer] = setUp(1);
    peer.send(
      [32, 1, {}, 'com..a'],
      [32, 2, { match: 'prefix' }, 'com.a.'],
      [32, 3, { match: 'wildcard' }, 'com..a'],
      [32, 4, {}, 'com.A-1'],
      [16, 5, { acknowledge: true }, 'com a'],
      [16, 6, { acknowledge: true }, 'wamp.session.on_join'],
      [32, 7, {}, 'wamp.session.on_join'],
    );
    const refused = (type: number, request: number): unknown[] => [
      8,
      type,
      request,
      {},
      'wamp.error.invalid_uri',
      [text()],
    ];
    expect(peer.take()).toEqual([
      refused(32, 1),
      [33, 2, id()],
      [33, 3, id()],
      [33, 4, id()],
      refused(16, 5),
      refused(16, 6),
      [33, 7, id()],
    ]);
    expect(router.sessions.length).toBe(1);
    const [, strict] = setUp(1, { realms: { realm1: { strictUris: true } } });
    strict.send([32, 1, {}, 'com.A-1'], [32, 2, {}, 'com.a_1']);
    expect(strict.take()).toEqual([refused(32, 1), [33, 2, id()]]);
  });

  it('relays payload passthru, payload transparency, and what is outside the standard, untouched', () => {
    const [, publisher, peer] = setUp(2);
    const subscription = subscribe(peer, 1, 'com.topic');
    const bytes = new Uint8Array([1, 2]);
    const ppt = { ppt_scheme: 'x_own', ppt_serializer: 'cbor', ppt_cipher: 'c', ppt_keyid: 'k' };
    publisher.send(
      [16, 1, { ...ppt, x_trace: 7, _own: true, transaction_hash: 'h', unknown: 1 }, 'com.topic', [bytes]],
      [16, 2, { enc_algo: 'cryptobox', enc_serializer: 'json', enc_key: 'k' }, 'com.topic', bytes],
    );
    expect(peer.take()).toEqual([
      [36, subscription, id(), { ...ppt, x_trace: 7, _own: true, transaction_hash: 'h' }, [bytes]],
      [36, subscription, id(), { enc_algo: 'cryptobox', enc_serializer: 'json', enc_key: 'k' }, bytes],
    ]);
  });

  it('ends the session that passes payload through without having announced it', () => {
    const peer = joined(setUp(1)[0], { roles: PLAIN });
    expect(peer.send([16, 1, { ppt_scheme: 'x_own' }, 'com.topic', []]).take()).toEqual([VIOLATION]);
  });

  it('shows the trust level of the publisher', () => {
    const auth = [{ method: 'anonymous', hello: () => ({ accept: { trustlevel: 2 } }) }];
    const [, publisher, peer] = setUp(2, { realms: { realm1: { auth } } });
    subscribe(peer, 1, 'com.topic');
    publisher.send([16, 1, {}, 'com.topic']);
    expect(peer.take()[0]?.[3]).toEqual({ trustlevel: 2 });
  });

  it('ends subscriptions with their session', () => {
    const [router, peer, other] = setUp(2);
    subscribe(peer, 1, 'com.topic');
    subscribe(other, 1, 'com.topic');
    peer.link.lost();
    other.send([6, {}, 'wamp.close.normal']);
    expect(router.subscriptions).toEqual([]);
    expect(router.sessions).toEqual([]);
  });

  it('bounds the subscriptions of a session', () => {
    const [, peer] = setUp(1, { limits: { subscriptionsPerSession: 1 } });
    peer.send([32, 1, {}, 'a'], [32, 2, {}, 'b'], [32, 3, {}, 'a']);
    expect(peer.take()).toEqual([
      [33, 1, id()],
      [8, 32, 2, {}, 'rxwamp.error.limit_exceeded', [text()]],
      [33, 3, id()],
    ]);
  });

  it('publishes in its own name', () => {
    const [router, peer] = setUp(1, { realms: ['realm1', 'other'] });
    const subscription = subscribe(peer, 1, 'com.topic');
    const publication = router.publish('com.topic', [1], { a: 2 }, { options: { x_own: 1 } });
    router.publish('com.topic', [1], {}, { realm: 'other' });
    expect(peer.take()).toEqual([[36, subscription, publication, { x_own: 1 }, [1], { a: 2 }]]);
    expect(() => router.publish('com.topic', [], {}, { realm: 'none' })).toThrowError(/no realm 'none'/);
  });
});
