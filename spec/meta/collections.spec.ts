import { Subject } from 'rxjs';
import { registrations$, sessions$, subscriptions$, type MetaSession } from '../../src/meta/index.ts';
import { ApplicationError, ProtocolError } from '../../src/protocol/errors.ts';
import type { Wamp } from '../../src/session/options.ts';
import { record, type Recording } from '../../src/testing/record.ts';
import { acceptAnonymous, acceptTicket } from '../../src/router/authentication.ts';
import { ticket as withTicket } from '../../src/auth/ticket.ts';
import { Client } from '../../src/client/client.ts';
import { faked, STEADY, tracked, virtual, waitOut } from '../client/helpers.ts';
import { joined, type Wire } from '../helpers/wire.ts';
import { idOf, inRealm, PROFILES } from './world.ts';

const ids = (list: readonly { readonly session: number }[] | undefined): number[] | undefined =>
  list?.map(({ session }) => session);

for (const [profile, options] of PROFILES) {
  describe(`current states of the realm, ${profile}`, () => {
    it('sessions$ gives the list, and again whenever a session has come or gone', () => {
      inRealm(options, ({ wamp, other, client, router, watch, advance }) => {
        const recording = watch(sessions$(wamp));
        const [a, b] = [idOf(wamp), idOf(other)];
        expect(recording.values.map(ids)).toEqual([[a, b]]);
        const c = idOf(client());
        expect(recording.values.map(ids).slice(1)).toEqual([[a, b, c]]);
        expect(recording.values.at(-1)?.[2]?.authrole).toBe('anonymous');
        router.drop(c);
        advance();
        expect(recording.values.map(ids).slice(2)).toEqual([[a, b]]);
      });
    });

    it('sessions$ heals: after a loss the list is fetched anew, and nothing is emitted until it is there', () => {
      inRealm(options, ({ wamp, other, router, watch, advance }) => {
        const recording = watch(sessions$(wamp));
        const before = idOf(wamp);
        router.dropAll();
        advance();
        expect(recording.values.length).toBe(1);
        advance(60_000);
        expect(idOf(wamp)).not.toBe(before);
        expect(new Set(ids(recording.values.at(-1)))).toEqual(new Set([idOf(wamp), idOf(other)]));
        expect(recording.ended).toBeFalse();
        void wamp.close();
        advance(5_000);
        expect(recording.completed).toBeTrue();
      });
    });

    it('registrations$ and subscriptions$ do the same', () => {
      inRealm(options, ({ wamp, other, watch, advance }) => {
        watch(other.register('com.first', () => 1));
        const registrations = watch(registrations$(wamp));
        const subscriptions = watch(subscriptions$(wamp));
        const uris = (list: readonly { readonly uri: string }[] | undefined): string[] =>
          (list ?? []).map(({ uri }) => uri).filter((uri) => uri.startsWith('com.'));
        expect(registrations.values.map(uris)).toEqual([['com.first']]);
        const callee = watch(other.register('com.second', () => 1));
        const events = watch(other.subscribe('com.topic'));
        expect(uris(registrations.values.at(-1))).toEqual(['com.first', 'com.second']);
        expect(uris(subscriptions.values.at(-1))).toEqual(['com.topic']);
        callee.stop();
        events.stop();
        advance();
        expect(uris(registrations.values.at(-1))).toEqual(['com.first']);
        expect(uris(subscriptions.values.at(-1))).toEqual([]);
      });
    });
  });
}

describe('sessions$()', () => {
  const JOIN = 11;
  const LEAVE = 12;
  /** A client whose sessions$ is in force; the list has been asked for, and not been answered. */
  function asked(): {
    wire: Wire;
    values: () => unknown[];
    list: number;
    recording: Recording<readonly MetaSession[]>;
  } {
    const { wamp, wire } = joined();
    const recording = record(sessions$(wamp));
    wire.send([33, wire.take(32)[1], JOIN], [33, wire.take(32)[1], LEAVE]);
    const [, list, , procedure] = wire.take(48);
    expect(procedure).toBe('wamp.session.list');
    return { wire, list, recording, values: () => recording.values.map(ids) };
  }
  const join = (session: number, publication = session): readonly unknown[] => [
    36,
    JOIN,
    publication,
    {},
    [{ session, authrole: 'user' }],
  ];
  const leave = (session: number): readonly unknown[] => [36, LEAVE, 1000 + session, {}, [session]];
  const described = (wire: Wire): void => {
    const [, request, , , args] = wire.take(48);
    wire.send([50, request, {}, [{ session: (args as number[])[0], authrole: 'user' }]]);
  };

  it('asks for the list when both topics are in force, not before', () => {
    const { wamp, wire } = joined();
    record(sessions$(wamp));
    const first = wire.take(32);
    const second = wire.take(32);
    wire.send([33, first[1], JOIN]);
    expect(wire.rest()).toEqual([]);
    wire.send([33, second[1], LEAVE]);
    expect(wire.take(48)[3]).toBe('wamp.session.list');
  });

  it('has those who join while the list is under way, once', () => {
    const { wire, list, values } = asked();
    wire.send(join(1), join(2), [50, list, {}, [[1]]]);
    expect(values()).toEqual([]);
    described(wire);
    expect(values()).toEqual([[1, 2]]);
  });

  it('has not those who leave between the list and their description, whichever tells it first', () => {
    const { wire, list, values } = asked();
    wire.send([50, list, {}, [[1, 2, 3]]]);
    const [one, two, three] = [wire.take(48), wire.take(48), wire.take(48)];
    wire.send([8, 48, two[1], {}, 'wamp.error.no_such_session']);
    wire.send([50, three[1], {}, [{ session: 3 }]], leave(3), leave(2));
    expect(values()).toEqual([]);
    wire.send([50, one[1], {}, [{ session: 1 }]]);
    expect(values()).toEqual([[1]]);
  });

  it('takes a second word of the same coming or going for nothing new', () => {
    const { wire, list, values } = asked();
    wire.send([50, list, {}, [[]]]);
    expect(values()).toEqual([[]]);
    wire.send(join(5));
    wire.send(leave(5), leave(5));
    expect(values()).toEqual([[], [5], []]);
  });

  it('asks for so many descriptions at a time', () => {
    const { wamp, wire } = joined();
    const recording = record(sessions$(wamp, { concurrency: 2 }));
    wire.send([33, wire.take(32)[1], JOIN], [33, wire.take(32)[1], LEAVE]);
    wire.send([50, wire.take(48)[1], {}, [[1, 2, 3]]]);
    const [one, two] = [wire.take(48), wire.take(48)];
    expect(wire.rest()).toEqual([]);
    wire.send([50, two[1], {}, [{ session: 2 }]]);
    const three = wire.take(48);
    wire.send([50, three[1], {}, [{ session: 3 }]], [50, one[1], {}, [{ session: 1 }]]);
    expect(recording.values.map(ids)).toEqual([[1, 2, 3]]);
  });

  it('begins anew in each session: nothing of the one before counts, be it lost while the list was under way', () => {
    virtual((time) => {
      const { client, at } = faked();
      const recording = record(sessions$(client));
      at(0).welcome(1);
      at(0).reply(33, 1, JOIN);
      at(0).reply(33, 2, LEAVE);
      at(0).reply(50, 3, {}, [[1]]);
      at(0).reply(50, 4, {}, [{ session: 1, authrole: 'user' }]);
      at(0).reply(...join(2));
      expect(recording.values.map(ids)).toEqual([[1], [1, 2]]);
      at(0).lose();
      waitOut(time, client);
      at(1).welcome(2);
      at(1).reply(33, 1, JOIN);
      // one topic is in force again, the other not
      at(1).reply(...join(3));
      expect(at(1).of(48)).toEqual([]);
      at(1).reply(33, 2, LEAVE);
      expect(at(1).of(48).length).toBe(1);
      at(1).reply(...join(4));
      at(1).lose();
      waitOut(time, client);
      at(2).welcome(3);
      at(2).reply(33, 1, JOIN);
      at(2).reply(...join(5));
      at(2).reply(33, 2, LEAVE);
      at(2).reply(...join(6));
      expect(recording.values.length).toBe(2);
      // the list is younger than what came before it was asked for
      at(2).reply(50, 3, {}, [[]]);
      expect(recording.values.map(ids).slice(2)).toEqual([[6]]);
      expect(recording.ended).toBeFalse();
    });
  });

  it('asks nothing more, and gives its topics back, when it is unsubscribed meanwhile', () => {
    inRealm({}, ({ wamp, router, advance }) => {
      const recording = record(sessions$(wamp));
      recording.stop();
      advance();
      expect(router.subscriptions).toEqual([]);
      const calls: unknown[] = [];
      router.messages$.subscribe(({ message }) => message[0] === 48 && calls.push(message));
      advance(1000);
      expect(calls).toEqual([]);
    });
  });

  it('leaves out other roles where roles are given', () => {
    const tickets = { ann: { ticket: 'x', authrole: 'admin' }, joe: { ticket: 'x', authrole: 'user' } };
    inRealm(
      { realms: { realm1: { auth: [acceptTicket(tickets), acceptAnonymous()] } } },
      ({ wamp, router, watch, advance }) => {
        const recording = watch(sessions$(wamp, { authroles: ['admin'] }));
        const login = (authid: string): number => {
          const transports = [router.transport()];
          const auth = [withTicket({ authid, ticket: 'x' })];
          const client = tracked(
            new Client({ realm: 'realm1', transports, auth, reconnect: STEADY, keepalive: false }),
          );
          client.connect();
          advance();
          return idOf(client);
        };
        const ann = login('ann');
        const joe = login('joe');
        expect(recording.values.map(ids)).toEqual([[], [ann]]);
        router.drop(joe);
        advance();
        expect(recording.values.length).toBe(2);
        expect(watch(sessions$(wamp, { authroles: ['admin', 'user'] })).values.map(ids)).toEqual([[ann]]);
      },
    );
  });

  it('fetches anew whenever refresh emits', () => {
    inRealm({ like: 'nexus' }, ({ wamp, watch, advance }) => {
      const refresh = new Subject<void>();
      const recording = watch(subscriptions$(wamp, { refresh }));
      // nexus does not tell a session of what it does itself
      watch(wamp.subscribe('com.own'));
      const has = (): boolean => recording.values.at(-1)!.some(({ uri }) => uri === 'com.own');
      expect(has()).toBeFalse();
      refresh.next();
      advance();
      expect(has()).toBeTrue();
      refresh.error(new Error('enough'));
      expect(recording.error).toEqual(new Error('enough'));
    });
  });

  it('of a Session ends with it', () => {
    inRealm({}, ({ wamp, watch, router, advance }) => {
      const { session } = wamp.status as unknown as { session: Wamp };
      const left = watch(sessions$(session));
      expect(left.values.length).toBe(1);
      router.dropAll();
      advance();
      expect((left.error as Error).name).toBe('ConnectionLostError');
    });
  });

  it('says what the router lacks', () => {
    const permission = (uri: string, call: boolean, subscribe: boolean): object => ({
      uri,
      match: 'prefix',
      call,
      subscribe,
    });
    const error = (permissions: readonly object[]): ApplicationError => {
      let found: unknown;
      inRealm({ realms: { realm1: { roles: { anonymous: permissions as never } } } }, ({ wamp, failure }) => {
        found = failure(sessions$(wamp));
      });
      expect(found).toBeInstanceOf(ApplicationError);
      return found as ApplicationError;
    };
    const mute = error([permission('wamp.', false, true)]);
    expect(mute.uri).toBe('wamp.error.not_authorized');
    expect(mute.message).toMatch(
      /^wamp\.session\.list: wamp\.error\.not_authorized: sessions\$\(\) needs the session meta API: permission to call wamp\.session\.list .* the router answered/,
    );
    expect(mute.cause).toBeInstanceOf(ApplicationError);
    const deaf = error([permission('wamp.', true, false)]);
    expect(deaf.topic).toBe('wamp.session.on_join');
    expect(deaf.message).toContain('permission to call wamp.session.list and .get, and to subscribe to');
  });

  it('says so where the router has no meta API', () => {
    const { wire, list, recording } = asked();
    wire.send([8, 48, list, {}, 'wamp.error.no_such_procedure']);
    expect((recording.error as ApplicationError).uri).toBe('wamp.error.no_such_procedure');
    expect((recording.error as Error).message).toContain('sessions$() needs the session meta API');
  });

  it('errors where an event is not what it should be', () => {
    const { wire, list, recording } = asked();
    wire.send([50, list, {}, [[]]], [36, JOIN, 1, {}, ['who']]);
    expect(recording.error).toBeInstanceOf(ProtocolError);
  });

  it('checks what it is given at once', () => {
    inRealm({}, ({ wamp }) => {
      expect(() => sessions$({} as Wamp)).toThrowError(/sessions\$\(\): expected a WampClient or a Session/);
      expect(() => sessions$(wamp, { concurrency: 0 })).toThrowError(/concurrency must be an integer above 0/);
      expect(() => sessions$(wamp, { refresh: 5 as never })).toThrowError(/refresh must be an Observable/);
      expect(() => registrations$(wamp, { authroles: [] } as object)).toThrowError(/unknown option 'authroles'/);
    });
  });
});
