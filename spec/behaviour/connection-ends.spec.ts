// What ends a connection, row by row: which ends are final, which are tried again, and after how long.
import { Subject } from 'rxjs';
import { ticket } from '../../src/auth/ticket.ts';
import {
  AbortError,
  ConnectFailedError,
  ConnectionLostError,
  GoodbyeError,
  ProtocolError,
} from '../../src/protocol/errors.ts';
import { acceptTicket, type RealmOptions } from '../../src/router/index.ts';
import { createTestRouter } from '../../src/testing/index.ts';
import {
  an,
  FakeChannel,
  inState,
  refusing,
  scripted,
  STEADY,
  tracked,
  virtual,
  world,
  type World,
} from '../client/helpers.ts';
import { Client } from '../../src/client/client.ts';

const waitingOf = ({ client }: World) => inState(client, 'waiting');
const failedOf = ({ client }: World) => inState(client, 'failed');
const uri = (name: string): string => `wamp.error.${name}`;

const REFUSALS = [
  'no_such_realm',
  'no_such_role',
  'no_such_principal',
  'authentication_denied',
  'authentication_required',
  'no_matching_auth_method',
  'no_auth_method',
  'not_authorized',
  'authorization_denied',
];

/** A router that takes the tickets in `valid`, and remembers those that it was shown. */
function ticketed(valid: Set<string>): { realm: RealmOptions; shown: string[] } {
  const shown: string[] = [];
  const check = acceptTicket((secret) => {
    shown.push(secret);
    return valid.has(secret) ? { authid: 'joe' } : undefined;
  });
  return { realm: { auth: [check] }, shown };
}

describe('what ends a connection: ABORT with a refusal', () => {
  for (const reason of REFUSALS) {
    it(`${reason} fails the only transport at once`, () => {
      virtual(({ advance }) => {
        const w = world();
        w.router.abort(uri(reason));
        w.client.connect();
        advance(1_000_000);
        const { error, attempts } = failedOf(w);
        expect(error).toEqual(jasmine.any(AbortError));
        expect(an(AbortError, error).reason).toBe(uri(reason));
        expect(attempts).toBe(1);
        expect(w.states()).toEqual(['idle', 'connecting', 'joining', 'failed']);
      });
    });

    it(`${reason} takes its transport out of the rotation, and the next one joins`, () => {
      virtual(({ advance }) => {
        const good = createTestRouter();
        const bad = createTestRouter();
        const transports = [bad.transport({ name: 'bad' }), good.transport({ name: 'good' })];
        const w = world({ router: good, transports });
        bad.abort(uri(reason), 3);
        w.client.connect();
        advance(1500);
        expect(w.client.status.state).toBe('joined');
        // the good one is all that is left
        good.dropAll();
        advance(5000);
        good.dropAll();
        advance(5000);
        const dialled = w.statuses.flatMap((status) => (status.state === 'connecting' ? [status.transport] : []));
        expect(dialled).toEqual(['bad', 'good', 'good', 'good']);
      });
    });
  }

  it('fails with ConnectFailedError, which holds what each transport said, when all have failed', () => {
    virtual(({ advance }) => {
      const a = createTestRouter();
      const b = createTestRouter();
      a.abort(uri('no_such_realm'));
      b.abort(uri('not_authorized'));
      const w = world({ router: a, transports: [a.transport({ name: 'a' }), b.transport({ name: 'b' })] });
      w.client.connect();
      advance(10_000);
      const { error, attempts } = failedOf(w);
      expect(error).toEqual(jasmine.any(ConnectFailedError));
      expect(attempts).toBe(2);
      const { errors, attempts: counted, cause, message } = an(ConnectFailedError, error);
      expect(counted).toBe(2);
      expect(errors.map((each) => an(AbortError, each).reason)).toEqual([uri('no_such_realm'), uri('not_authorized')]);
      expect(cause).toBe(errors[1]);
      expect(message).toContain('not_authorized');
    });
  });

  it('leaves a transport that merely cannot be reached in the rotation', () => {
    virtual(({ advance }) => {
      const bad = createTestRouter();
      bad.abort(uri('no_such_realm'));
      const w = world({ router: bad, transports: [bad.transport({ name: 'bad' }), refusing('far')] });
      w.client.connect();
      advance(60_000);
      expect(w.client.status.state).not.toBe('failed');
      const dialled = w.statuses.flatMap((status) => (status.state === 'connecting' ? [status.transport] : []));
      expect(dialled.slice(0, 4)).toEqual(['bad', 'far', 'far', 'far']);
    });
  });

  it('asks once more where the secret is a function, before any session', () => {
    virtual(({ advance }) => {
      const { realm, shown } = ticketed(new Set(['t2']));
      let asked = 0;
      const auth = [ticket({ authid: 'joe', ticket: () => `t${++asked}` })];
      const w = world({ like: { realms: { realm1: realm } }, auth });
      w.client.connect();
      advance();
      expect(waitingOf(w).error).toEqual(jasmine.any(AbortError));
      expect(waitingOf(w).delay).toBe(1500);
      advance(1500);
      expect(w.client.status.state).toBe('joined');
      expect(shown).toEqual(['t1', 't2']);
    });
  });

  it('gives up when the fresh secret is refused, too, and at once where the secret is a value', () => {
    virtual(({ advance }) => {
      const { realm, shown } = ticketed(new Set());
      const fresh = world({
        like: { realms: { realm1: realm } },
        auth: [ticket({ authid: 'joe', ticket: () => 'f' })],
      });
      fresh.client.connect();
      advance(600_000);
      expect(an(AbortError, failedOf(fresh).error).reason).toBe(uri('authentication_denied'));
      expect(shown).toEqual(['f', 'f']);

      const { router } = fresh;
      const fixed = world({
        router,
        transports: [router.transport()],
        auth: [ticket({ authid: 'joe', ticket: 'v' })],
      });
      fixed.client.connect();
      advance(600_000);
      expect(failedOf(fixed).attempts).toBe(1);
      expect(shown).toEqual(['f', 'f', 'v']);
    });
  });

  it('is tried again after the first session, from ten times the initialDelay, until the router has come up', () => {
    virtual(({ advance }) => {
      const valid = new Set(['t']);
      const { realm } = ticketed(valid);
      const w = world({ like: { realms: { realm1: realm } }, auth: [ticket({ authid: 'joe', ticket: 't' })] });
      w.client.connect();
      advance(20_000);
      valid.clear();
      w.router.dropAll();
      advance();
      const delays: (number | undefined)[] = [];
      for (let i = 0; i < 12; i++) {
        delays.push(waitingOf(w).delay);
        advance(waitingOf(w).delay);
      }
      expect(delays.slice(0, 4)).toEqual([1500, 15_000, 22_500, 33_750]);
      expect(Math.max(...delays.map(Number))).toBe(300_000);
      valid.add('t');
      advance(waitingOf(w).delay);
      expect(w.client.status.state).toBe('joined');
    });
  });

  for (const reason of [...REFUSALS, 'authentication_failed', 'authorization_failed', 'protocol_violation']) {
    it(`${reason} after a session is never final`, () => {
      virtual(({ advance }) => {
        const w = world();
        w.client.connect();
        advance(20_000);
        w.router.abort(uri(reason), 20);
        w.router.dropAll();
        advance(20 * 300_000);
        expect(w.client.status.state).toBe('joined');
        expect(w.states()).not.toContain('failed');
      });
    });
  }

  for (const status of [401, 403, 404]) {
    it(`HTTP ${status} is one: final before the first session, tried again slowly after it`, () => {
      virtual(({ advance }) => {
        const refused = new ConnectFailedError('x', 1, [], { status });
        const channel = new FakeChannel();
        const w = world({ transports: [scripted('t', (attempt) => (attempt === 2 ? channel : refused))] });
        w.client.connect();
        expect(failedOf(w).error).toBe(refused);
        w.client.connect();
        channel.welcome();
        advance(20_000);
        channel.lose();
        advance(1500);
        expect(waitingOf(w).error).toBe(refused);
        expect(waitingOf(w).delay).toBe(15_000);
        advance(10_000_000);
        expect(w.client.status.state).toBe('waiting');
      });
    });
  }

  it('takes our own refusal for one: a method that was not offered', () => {
    virtual(({ advance }) => {
      const channel = new FakeChannel();
      const w = world({ transports: [scripted('t', () => channel)], auth: [ticket({ authid: 'joe', ticket: 's' })] });
      w.client.connect();
      channel.reply(4, 'wampcra', {});
      advance(600_000);
      const error = an(AbortError, failedOf(w).error);
      expect(error.local).toBeTrue();
      expect(error.message).toContain('wampcra');
      expect(failedOf(w).attempts).toBe(1);
    });
  });

  it('takes our own refusal for one: a veto on WELCOME', () => {
    virtual(({ advance }) => {
      const channel = new FakeChannel();
      const veto = {
        method: 'ticket',
        hello: () => ({}),
        challenge: () => ({ signature: '' }),
        welcome: () => {
          throw new Error('not this router');
        },
      };
      const w = world({ transports: [scripted('t', () => channel)], auth: [veto] });
      w.client.connect();
      channel.welcome();
      advance(600_000);
      expect(an(AbortError, failedOf(w).error).local).toBeTrue();
      expect(failedOf(w).error.message).toContain('not this router');
      expect(w.states()).not.toContain('joined');
    });
  });
});

describe('what ends a connection: ABORT that may be technical', () => {
  for (const reason of ['authentication_failed', 'authorization_failed']) {
    it(`${reason} is tried again, and final the fifth time in a row`, () => {
      virtual(({ advance }) => {
        const w = world();
        w.router.abort(uri(reason), 100);
        w.client.connect();
        advance(1_000_000);
        expect(failedOf(w).attempts).toBe(5);
        expect(an(AbortError, failedOf(w).error).reason).toBe(uri(reason));
      });
    });

    it(`${reason} four times does not harm`, () => {
      virtual(({ advance }) => {
        const w = world();
        w.router.abort(uri(reason), 4);
        w.client.connect();
        advance(1_000_000);
        expect(w.client.status.state).toBe('joined');
      });
    });
  }

  it('counts those in a row: another end in between begins anew', () => {
    virtual(({ advance }) => {
      const w = world();
      w.router.abort(uri('authentication_failed'), 4);
      w.client.connect();
      advance(1500 + 2250 + 3375);
      expect(waitingOf(w).attempt).toBe(4);
      w.router.refuse(1);
      advance(5063);
      w.router.abort(uri('authentication_failed'), 4);
      advance(1_000_000);
      expect(w.client.status.state).toBe('joined');
    });
  });
});

describe('what ends a connection: a broken protocol', () => {
  it('ABORT protocol_violation three times in a row without a stable session is final', () => {
    virtual(({ advance }) => {
      const w = world();
      w.router.abort(uri('protocol_violation'), 100);
      w.client.connect();
      advance(1_000_000);
      expect(failedOf(w).attempts).toBe(3);
      expect(an(AbortError, failedOf(w).error).reason).toBe(uri('protocol_violation'));
    });
  });

  const VIOLATIONS = [1002, 1003, 1007, 1008, 1009, 1011];
  for (const code of VIOLATIONS) {
    it(`close code ${code} is tried again before the first session, and final the third time in a row`, () => {
      virtual(({ advance }) => {
        const channels: FakeChannel[] = [];
        const w = world({ transports: [scripted('t', () => (channels[channels.length] = new FakeChannel()))] });
        w.client.connect();
        for (let i = 0; i < 3; i++) {
          expect(w.client.status.state).toBe('joining');
          channels[i]?.lose(new ConnectionLostError('closed', { code }));
          if (w.client.status.state === 'waiting') advance(w.client.status.delay);
        }
        expect(an(ConnectionLostError, failedOf(w).error).code).toBe(code);
        expect(failedOf(w).attempts).toBe(3);
      });
    });
  }

  for (const code of VIOLATIONS) {
    it(`close code ${code} is tried again slowly once there was a session`, () => {
      virtual(({ advance }) => {
        const channels: FakeChannel[] = [];
        const w = world({ transports: [scripted('t', () => (channels[channels.length] = new FakeChannel()))] });
        w.client.connect();
        channels[0]?.welcome();
        for (const delay of [15_000, 22_500, 33_750, 50_625, 75_938]) {
          channels.at(-1)?.lose(new ConnectionLostError('closed', { code }));
          expect(waitingOf(w).delay).toBe(delay);
          advance(delay);
        }
        channels.at(-1)?.welcome();
        expect(w.client.status.state).toBe('joined');
      });
    });
  }

  it('what we find broken counts as well, and we say so', () => {
    virtual(({ advance }) => {
      const channels: FakeChannel[] = [];
      const transport = scripted('t', () => (channels[channels.length] = new FakeChannel()));
      const w = world({ transports: [transport] });
      w.client.connect();
      for (let i = 0; i < 3; i++) {
        channels[i]?.reply(33, 'no id', {});
        if (w.client.status.state === 'waiting') advance(w.client.status.delay);
      }
      expect(failedOf(w).error).toEqual(jasmine.any(ProtocolError));
      expect(channels.length).toBe(3);
      for (const channel of channels) {
        expect(channel.of(3).map(([, , reason]) => reason)).toEqual([uri('protocol_violation')]);
      }
    });
  });

  for (const code of [1000, 1001, 1005, 1006, 1012, 1013, 3000]) {
    it(`close code ${code} is a loss like any`, () => {
      virtual(({ advance }) => {
        const channels: FakeChannel[] = [];
        const transport = scripted('t', () => (channels[channels.length] = new FakeChannel()));
        const w = world({ transports: [transport] });
        w.client.connect();
        for (let i = 0; i < 6; i++) {
          channels[i]?.welcome();
          channels[i]?.lose(new ConnectionLostError('closed', { code }));
          if (w.client.status.state === 'waiting') advance(w.client.status.delay);
        }
        expect(w.client.status.state).toBe('joining');
        expect(channels.length).toBe(7);
      });
    });
  }
});

describe('what ends a connection: what passes', () => {
  for (const reason of ['wamp.close.system_shutdown', 'com.app.tired', 'wamp.error.network_failure']) {
    it(`ABORT ${reason} is retried`, () => {
      virtual(({ advance }) => {
        const w = world();
        w.router.abort(reason, 8);
        w.client.connect();
        advance(1_000_000);
        expect(w.client.status.state).toBe('joined');
      });
    });
  }

  it('a lost transport is retried', () => {
    virtual(({ advance }) => {
      const w = world();
      w.client.connect();
      for (let i = 0; i < 8; i++) {
        advance(300_000);
        expect(w.client.status.state).toBe('joined');
        w.router.dropAll();
        advance();
        expect(waitingOf(w).error).toEqual(jasmine.any(ConnectionLostError));
      }
    });
  });

  it('a refused dial is retried', () => {
    virtual(({ advance }) => {
      const w = world();
      w.router.refuse(8);
      w.client.connect();
      advance();
      expect(waitingOf(w).error).toEqual(jasmine.any(ConnectFailedError));
      advance(1_000_000);
      expect(w.client.status.state).toBe('joined');
    });
  });

  it('a join that takes too long is retried', () => {
    virtual(({ advance }) => {
      const w = world();
      w.router.stall({ dials: true });
      w.client.connect();
      advance(9_999);
      expect(w.client.status.state).toBe('joining');
      advance(1);
      expect(waitingOf(w).error).toEqual(jasmine.any(ConnectFailedError));
      expect(waitingOf(w).error.message).toContain('10000 ms');
      w.router.resume();
      advance(1500);
      expect(w.client.status.state).toBe('joined');
    });
  });

  it('a link that ends before WELCOME is retried', () => {
    virtual(({ advance }) => {
      const channels: FakeChannel[] = [];
      const w = world({ transports: [scripted('t', () => (channels[channels.length] = new FakeChannel()))] });
      w.client.connect();
      channels[0]?.lose();
      advance();
      expect(waitingOf(w).error).toEqual(jasmine.any(ConnectionLostError));
      advance(1500);
      channels[1]?.welcome();
      expect(w.client.status.state).toBe('joined');
    });
  });
});

describe('what ends a connection: Retry-After', () => {
  const answered = (retryAfter: number): ConnectFailedError =>
    new ConnectFailedError('x', 1, [], { status: 503, retryAfter });

  it('is kept: nothing is dialled before', () => {
    virtual(({ advance }) => {
      const transport = scripted('t', () => answered(120_000));
      const w = world({ transports: [transport] });
      w.client.connect();
      expect(waitingOf(w).delay).toBe(120_000);
      advance(119_999);
      expect(transport.opened.length).toBe(1);
      advance(1);
      expect(transport.opened.length).toBe(2);
    });
  });

  it('that is shorter than the wait of the backoff changes nothing', () => {
    virtual(() => {
      const w = world({ transports: [scripted('t', () => answered(1000))] });
      w.client.connect();
      expect(waitingOf(w).delay).toBe(1500);
    });
  });
});

describe('what ends a connection: GOODBYE from the router', () => {
  it('killed is retried from ten times the initialDelay', () => {
    virtual(({ advance }) => {
      const w = world();
      w.client.connect();
      advance();
      w.router.goodbye('wamp.close.killed', 'go away');
      advance();
      expect(waitingOf(w).delay).toBe(15_000);
      expect(waitingOf(w).error).toEqual(jasmine.any(GoodbyeError));
      expect(waitingOf(w).error.message).toContain('go away');
      advance(14_999);
      expect(w.client.status.state).toBe('waiting');
      advance(1);
      expect(w.client.status.state).toBe('joined');
    });
  });

  it('killed goes on from there when the next attempts fail', () => {
    virtual(({ advance }) => {
      const w = world();
      w.client.connect();
      advance(20_000);
      w.router.goodbye('wamp.close.killed');
      w.router.refuse(2);
      advance(15_000);
      expect(waitingOf(w).delay).toBeGreaterThanOrEqual(15_000);
      advance(waitingOf(w).delay);
      expect(waitingOf(w).delay).toBeGreaterThanOrEqual(15_000);
    });
  });

  it('killed a second time before the session was stable is final', () => {
    virtual(({ advance }) => {
      const w = world();
      w.client.connect();
      advance(20_000);
      w.router.goodbye('wamp.close.killed');
      advance(15_000);
      expect(w.client.status.state).toBe('joined');
      advance(9_999);
      w.router.goodbye('wamp.close.killed');
      advance(1);
      expect(an(GoodbyeError, failedOf(w).error).reason).toBe('wamp.close.killed');
    });
  });

  it('killed a second time after a stable session is retried once more', () => {
    virtual(({ advance }) => {
      const w = world();
      w.client.connect();
      for (let i = 0; i < 4; i++) {
        advance(30_000);
        expect(w.client.status.state).toBe('joined');
        w.router.goodbye('wamp.close.killed');
        advance();
        expect(waitingOf(w).delay).toBe(15_000);
      }
    });
  });

  it('logout is final', () => {
    virtual(({ advance }) => {
      const w = world();
      w.client.connect();
      advance(20_000);
      w.router.goodbye('wamp.close.logout');
      advance();
      expect(an(GoodbyeError, failedOf(w).error).reason).toBe('wamp.close.logout');
      expect(failedOf(w).error).toEqual(jasmine.any(GoodbyeError));
    });
  });

  for (const reason of ['wamp.close.system_shutdown', 'wamp.close.normal', 'com.app.bye']) {
    it(`${reason} is answered once, and then a loss like any`, () => {
      virtual(({ advance }) => {
        const w = world();
        w.client.connect();
        advance();
        w.router.goodbye(reason);
        advance();
        expect(an(GoodbyeError, waitingOf(w).error).reason).toBe(reason);
        expect(waitingOf(w).delay).toBe(1500);
        expect(w.of(6).map(([, , said]) => said)).toEqual(['wamp.close.goodbye_and_out']);
        advance(1500);
        expect(w.client.status.state).toBe('joined');
      });
    });
  }
});

describe('what ends a connection: retryable overrules', () => {
  it('a refusal: true tries again for as long as it says so', () => {
    virtual(({ advance }) => {
      const w = world({ reconnect: { ...STEADY, retryable: () => true } });
      w.router.abort(uri('no_such_realm'), 12);
      w.client.connect();
      advance(2_000_000);
      expect(w.client.status.state).toBe('joined');
    });
  });

  it('the fifth doubtful one, the third violation, the second kill, a logout', () => {
    virtual(({ advance }) => {
      const w = world({ reconnect: { ...STEADY, retryable: () => true } });
      w.router.abort(uri('authentication_failed'), 9);
      w.client.connect();
      advance(2_000_000);
      expect(w.client.status.state).toBe('joined');
      for (let i = 0; i < 5; i++) {
        w.router.sendRaw('all', [99]);
        advance();
        expect(w.client.status.state).toBe('waiting');
        advance(waitingOf(w).delay);
      }
      for (const reason of ['wamp.close.killed', 'wamp.close.killed', 'wamp.close.logout']) {
        w.router.goodbye(reason);
        advance();
        expect(w.client.status.state).toBe('waiting');
        advance(waitingOf(w).delay);
      }
      expect(w.client.status.state).toBe('joined');
    });
  });

  it('a loss: false gives up at once', () => {
    virtual(({ advance }) => {
      const asked: Error[] = [];
      const retryable = (error: Error): boolean => {
        asked.push(error);
        return false;
      };
      const w = world({ reconnect: { ...STEADY, retryable } });
      w.client.connect();
      advance();
      w.router.dropAll();
      advance();
      expect(failedOf(w).error).toEqual(jasmine.any(ConnectionLostError));
      expect(asked).toEqual([failedOf(w).error]);
    });
  });

  it('undefined leaves it to the table', () => {
    virtual(({ advance }) => {
      const w = world({ reconnect: { ...STEADY, retryable: () => undefined } });
      w.client.connect();
      advance();
      w.router.dropAll();
      advance(1500);
      expect(w.client.status.state).toBe('joined');
      w.router.goodbye('wamp.close.logout');
      advance();
      expect(w.client.status.state).toBe('failed');
    });
  });
});

describe('what ends a connection: the client that has failed', () => {
  it('shows the cause to its streams and to what waits, and tries again at connect()', () => {
    virtual(({ advance }) => {
      const w = world();
      w.router.abort(uri('no_such_realm'), 1);
      const ends: unknown[] = [];
      const error = (reason: unknown): void => {
        ends.push(reason);
      };
      w.client.subscribe('com.app.topic').subscribe({ error });
      w.client.register('com.app.procedure', () => 1).subscribe({ error });
      w.client.call('com.app.procedure').subscribe({ error });
      w.client.publish('com.app.topic', [1]).subscribe({ error });
      const sessions: unknown[] = [];
      w.client.session$.subscribe((session) => sessions.push(session));
      advance();
      const { error: cause } = failedOf(w);
      expect(ends).toEqual([cause, cause, cause, cause]);
      expect(sessions).toEqual([]);
      w.client.connect();
      expect(w.client.status).toEqual({ state: 'connecting', attempt: 1, transport: 'memory' });
      advance();
      expect(w.client.status.state).toBe('joined');
      expect(sessions.length).toBe(1);
    });
  });

  it('has all transports in its rotation again at connect()', () => {
    virtual(({ advance }) => {
      const a = createTestRouter();
      const b = createTestRouter();
      a.abort(uri('no_such_realm'));
      b.abort(uri('no_such_realm'));
      const client = tracked(
        new Client({
          realm: 'realm1',
          transports: [a.transport(), b.transport()],
          reconnect: STEADY,
          keepalive: false,
        }),
      );
      client.connect();
      advance(10_000);
      expect(client.status.state).toBe('failed');
      client.connect();
      advance();
      expect(client.status.state).toBe('joined');
      expect(a.sessions.length).toBe(1);
    });
  });

  it('is not disturbed by a secret that comes after it was given up', () => {
    virtual(({ advance }) => {
      const secret$ = new Subject<string>();
      const w = world({
        like: { realms: { realm1: { auth: [acceptTicket({ joe: 's' })] } } },
        auth: [ticket({ authid: 'joe', ticket: () => secret$ })],
        reconnect: false,
      });
      w.client.connect();
      advance();
      w.router.dropAll();
      advance();
      expect(w.client.status.state).toBe('failed');
      secret$.next('s');
      advance(10_000);
      expect(w.client.status.state).toBe('failed');
      expect(w.of(5)).toEqual([]);
      expect(secret$.observed).toBeFalse();
    });
  });
});
