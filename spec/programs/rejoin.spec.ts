import { NEVER, of, tap } from 'rxjs';
import { ticket } from '../../src/auth/ticket.ts';
import { rejoin } from '../../src/programs/rejoin.ts';
import { ConnectionLostError } from '../../src/protocol/errors.ts';
import type { Session } from '../../src/session/session.ts';
import { acceptTicket } from '../../src/router/index.ts';
import { createTestRouter, record } from '../../src/testing/index.ts';
import type { Transport } from '../../src/transports/transport.ts';
import { faked, inState, STEADY, virtual, waitOut, world, type World } from '../client/helpers.ts';

/** A router with two realms; the second wants a ticket. */
const twoRealms = (): ReturnType<typeof createTestRouter> =>
  createTestRouter({ realms: { realm1: {}, realm2: { auth: [acceptTicket({ joe: 's3cret' })] } } });

/** A transport that counts how often it is dialled. */
const counting = (transport: Transport): Transport & { dialled: number } => {
  const counted = {
    name: transport.name,
    dialled: 0,
    open: (attempt?: Parameters<Transport['open']>[0]) => {
      counted.dialled++;
      return transport.open(attempt);
    },
  };
  return counted;
};

const session = ({ client }: World): Session => inState(client, 'joined').session;

describe('rejoin()', () => {
  it('says GOODBYE and HELLO on the same link, and the streams follow', () => {
    virtual((time) => {
      const router = createTestRouter();
      const transport = counting(router.transport());
      const w = world({ router, transports: [transport] });
      const reported: unknown[] = [];
      const onSubscribed = ({ again }: { again: boolean }): void => void reported.push(again);
      const events = record(w.client.subscribe<number>('com.app.t', { onSubscribed }));
      const registrations = record(w.client.register('com.app.f', () => 'here'));
      time.advance();
      const before = session(w);
      const next = record(rejoin(w.client));
      time.advance();

      expect(transport.dialled).toBe(1);
      expect(next.values.map(({ id }) => id)).toEqual([session(w).id]);
      expect(next.completed).toBeTrue();
      expect(session(w)).not.toBe(before);
      expect(before.open).toBeFalse();
      expect(w.received.map(([type]) => type)).toEqual([1, 32, 64, 6, 1, 32, 64]);
      expect(reported).toEqual([false, true]);
      expect(registrations.values.map(({ again }) => again)).toEqual([false, true]);
      expect(w.types()).toEqual(['connect', 'join', 'ready', 'leave', 'disconnect', 'connect', 'join', 'ready']);
      expect(w.states()).toEqual(['idle', 'connecting', 'joining', 'joined', 'connecting', 'joining', 'joined']);

      w.client.publish('com.app.t', [1], {}, { excludeMe: false });
      const call = record(w.client.call('com.app.f'));
      time.advance();
      expect(events.values.map(({ value }) => value)).toEqual([1]);
      expect(call.values[0]?.value).toBe('here');
    });
  });

  it('over and over on one link, and closes it in the end', () => {
    virtual((time) => {
      const router = createTestRouter();
      const transport = counting(router.transport());
      const w = world({ router, transports: [transport] });
      w.client.connect();
      time.advance();
      const ids = new Set([session(w).id]);
      for (let i = 0; i < 5; i++) {
        rejoin(w.client);
        time.advance();
        ids.add(session(w).id);
      }
      expect(ids.size).toBe(6);
      expect(transport.dialled).toBe(1);
      let closed = false;
      w.client.status$.subscribe({ complete: () => (closed = true) });
      void w.client.close();
      time.advance();
      expect(closed).toBeTrue();
      expect(time.timers()).toBe(0);
    });
  });

  it('in another realm, as another user; that holds for later sessions, too', () => {
    virtual((time) => {
      const w = world({ router: twoRealms() });
      w.client.connect();
      time.advance();
      expect(session(w).realm).toBe('realm1');
      let asked = 0;
      const auth = [ticket({ authid: 'joe', ticket: () => (asked++, of('s3cret')) })];
      rejoin(w.client, { realm: 'realm2', auth });
      time.advance();
      expect([session(w).realm, session(w).details.authid]).toEqual(['realm2', 'joe']);

      w.router.dropAll();
      waitOut(time, w.client);
      time.advance();
      expect([session(w).realm, session(w).details.authid]).toEqual(['realm2', 'joe']);
      expect(asked).toBe(2);
    });
  });

  it('fails open calls as a loss does, and keeps what waits', () => {
    virtual((time) => {
      const w = world();
      w.client.register('com.app.slow', () => NEVER).subscribe();
      time.advance();
      const call = record(w.client.call('com.app.slow'));
      time.advance();
      rejoin(w.client);
      const waiting = record(w.client.call('wamp.session.count'));
      const queued = record(w.client.publish('com.app.t', [], {}, { acknowledge: true }));
      expect(call.error).toBeInstanceOf(ConnectionLostError);
      time.advance();
      expect(waiting.values[0]?.value).toBe(1);
      expect(queued.completed).toBeTrue();
    });
  });

  for (const [when, end] of Object.entries({
    'with its GOODBYE': (hangUp: () => void) => hangUp(),
    'when HELLO comes': (hangUp: () => void, advance: () => void) => {
      advance();
      hangUp();
    },
  })) {
    it(`dials anew, at once, where the router hangs up ${when}`, () => {
      virtual((time) => {
        const w = faked();
        time.advance();
        w.at(0).welcome(7);
        const events = record(w.client.subscribe('com.app.t'));
        const next = record(rejoin(w.client));
        expect(w.at(0).of(6).length).toBe(1);
        w.at(0).reply(6, {}, 'wamp.close.goodbye_and_out');
        end(
          () => w.at(0).lose(),
          () => time.advance(),
        );
        time.advance();
        expect(w.at(1).of(1).length).toBe(1);
        w.at(1).welcome(8);
        expect(next.values.map(({ id }) => id)).toEqual([8]);
        expect(w.at(1).of(32).length).toBe(1);
        expect(w.types()).not.toContain('connectfailure');
        w.at(1).reply(33, 1, 5);
        w.at(1).reply(36, 5, 1, {}, ['x']);
        expect(events.values.length).toBe(1);
        // and what comes after that is a loss like any
        w.at(1).lose();
        expect(w.client.status.state).toBe('waiting');
      });
    });
  }

  it('dials anew where GOODBYE is not answered within closeTimeout', () => {
    virtual((time) => {
      const w = faked({ closeTimeout: 500 });
      time.advance();
      w.at(0).welcome(7);
      rejoin(w.client);
      time.advance(499);
      expect(w.at(0).dropped).toBe(0);
      time.advance(2);
      expect(w.at(0).dropped).toBeGreaterThan(0);
      time.advance(1);
      w.at(1).welcome(8);
      expect(session(w).id).toBe(8);
    });
  });

  it('again before GOODBYE was answered: on a link of its own, and nothing of the first one is left', () => {
    virtual((time) => {
      const w = faked({ closeTimeout: 500 });
      time.advance();
      w.at(0).welcome(7);
      const reported: boolean[] = [];
      w.client.subscribe('com.app.t', { onSubscribed: ({ again }) => reported.push(again) }).subscribe();
      w.at(0).reply(33, 1, 5);
      rejoin(w.client);
      rejoin(w.client);
      time.advance();
      w.at(1).welcome(8);
      w.at(1).reply(33, 1, 6);
      expect(reported).toEqual([false, true]);
      expect(inState(w.client, 'joined').healing).toBe(0);
      // late
      w.at(0).reply(6, {}, 'wamp.close.goodbye_and_out');
      time.advance(1);
      expect(w.at(0).open).toBeFalse();
      expect(inState(w.client, 'joined').session.id).toBe(8);
      expect(w.at(1).of(34)).toEqual([]);
    });
  });

  it('hangs up the link where it is closed meanwhile', () => {
    for (const answers of [true, false]) {
      virtual((time) => {
        const w = faked({ closeTimeout: 500 });
        time.advance();
        w.at(0).welcome(7);
        const next = record(rejoin(w.client));
        let closed = false;
        void w.client.close();
        w.client.status$.subscribe({ complete: () => (closed = true) });
        if (answers) w.at(0).reply(6, {}, 'wamp.close.goodbye_and_out');
        time.advance(500);
        expect(w.at(0).open).toBeFalse();
        expect(closed).toBeTrue();
        expect(next.error).toEqual(jasmine.objectContaining({ name: 'ClosedError' }));
      });
    }
  });

  it('hangs up the link where no session takes it over', () => {
    virtual((time) => {
      // who joins is asked first, and thinks longer than the link is kept
      const w = faked({ closeTimeout: 500 });
      time.advance();
      w.at(0).welcome(7);
      rejoin(w.client, { auth: [{ method: 'slow', hello: () => NEVER, challenge: () => ({ signature: '' }) }] });
      w.at(0).reply(6, {}, 'wamp.close.goodbye_and_out');
      time.advance(900);
      expect(w.at(0).open).toBeTrue();
      time.advance(200);
      expect(w.at(0).open).toBeFalse();
    });
  });

  it('goes by the new settings at once where it is not joined, also after it has given up', () => {
    virtual((time) => {
      const waiting = world({ router: twoRealms(), realm: 'nowhere', reconnect: { ...STEADY, retryable: () => true } });
      waiting.client.connect();
      time.advance();
      expect(waiting.client.status.state).toBe('waiting');
      const failed = world({ router: twoRealms(), realm: 'nowhere' });
      failed.client.connect();
      time.advance();
      expect(failed.client.status.state).toBe('failed');
      const idle = world({ router: twoRealms(), realm: 'nowhere' });
      for (const w of [waiting, failed, idle]) {
        const next = record(rejoin(w.client, { realm: 'realm1' }));
        time.advance();
        expect(next.values[0]?.realm).toBe('realm1');
      }
    });
  });

  it('errors with the refusal, and of a closed client', () => {
    virtual((time) => {
      const w = world({ router: twoRealms() });
      w.client.connect();
      time.advance();
      const next = record(rejoin(w.client, { realm: 'nowhere' }));
      time.advance();
      expect(next.error).toEqual(jasmine.objectContaining({ reason: 'wamp.error.no_such_realm' }));
      expect(w.client.status.state).toBe('failed');
      void w.client.close();
      time.advance();
      const late = record(rejoin(w.client));
      time.advance();
      expect(late.error).toEqual(jasmine.objectContaining({ name: 'ClosedError' }));
    });
  });

  it('works with a reconnection that is off, or one’s own', () => {
    virtual((time) => {
      for (const reconnect of [false, tap<Session>()] as const) {
        const w = world({ reconnect });
        w.client.connect();
        time.advance();
        const before = session(w);
        rejoin(w.client);
        time.advance();
        expect(session(w)).not.toBe(before);
      }
    });
  });

  it('keeps the transport that is in use at the head of those that fail over', () => {
    virtual((time) => {
      const router = createTestRouter();
      const [a, b] = [counting(router.transport()), counting(router.transport())];
      const refused = { name: 'refused', open: () => (router.refuse(1), router.transport().open()) };
      const w = world({ router, transports: [refused, a, b] });
      w.client.connect();
      time.advance();
      waitOut(time, w.client);
      time.advance();
      expect([a.dialled, b.dialled]).toEqual([1, 0]);
      rejoin(w.client);
      time.advance();
      expect([a.dialled, b.dialled]).toEqual([1, 0]);
      w.router.dropAll();
      waitOut(time, w.client);
      time.advance();
      expect([a.dialled, b.dialled]).toEqual([1, 1]);
    });
  });

  it('keeps the errors that were defined, and says what is wrong with its options', () => {
    virtual((time) => {
      const w = world({ errors: [[RangeError, 'wamp.error.no_such_procedure']] });
      w.client.connect();
      time.advance();
      rejoin(w.client);
      const call = record(w.client.call('com.app.nobody'));
      time.advance();
      expect(call.error).toBeInstanceOf(RangeError);
      expect(() => rejoin(w.client, { realm: '' })).toThrowError(/realm: expected a URI/);
      expect(() => rejoin(w.client, { realm: undefined } as never)).not.toThrow();
      expect(() => rejoin(w.client, { url: 'ws://x' } as never)).toThrowError(TypeError, /unknown option 'url'/);
      expect(() => rejoin({} as never)).toThrowError(TypeError, /expected a WampClient/);
    });
  });
});
