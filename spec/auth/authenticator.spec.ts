// What any authenticator can do, and what a client makes of several.
import { of, Subject, throwError } from 'rxjs';
import { anonymous } from '../../src/auth/anonymous.ts';
import type { AuthAttempt, Authenticator } from '../../src/auth/authenticator.ts';
import { ticket } from '../../src/auth/ticket.ts';
import { AbortError, ConnectFailedError, ProtocolError } from '../../src/protocol/errors.ts';
import { record } from '../../src/testing/index.ts';
import { an, FakeChannel, inState, scripted, virtual, waitOut, world, type World } from '../client/helpers.ts';

function faked(
  auth: readonly Authenticator[],
  options: Parameters<typeof world>[0] = {},
): World & { at(n: number): FakeChannel } {
  const channels: FakeChannel[] = [];
  const transport = scripted('t', () => (channels[channels.length] = new FakeChannel()));
  const w = world({ transports: [transport], auth, ...options });
  w.client.connect();
  return Object.assign(w, { at: (n: number) => channels[n]! });
}

const custom = (more: Partial<Authenticator> = {}): Authenticator => ({
  method: 'custom',
  hello: () => ({}),
  challenge: () => ({ signature: 'sig' }),
  ...more,
});

describe('authenticators', () => {
  it('share one HELLO: methods in their order, one identity, authextra merged', () => {
    virtual(() => {
      const w = faked([
        custom({ hello: () => ({ authid: 'joe', authextra: { pubkey: 'p' } }) }),
        custom({ method: 'other', hello: () => of({ authid: 'joe', authrole: 'user', authextra: { nonce: 'n' } }) }),
      ]);
      const [, realm, details] = w.at(0).of(1)[0]!;
      expect(realm).toBe('realm1');
      expect(details['authmethods']).toEqual(['custom', 'other']);
      expect(details['authid']).toBe('joe');
      expect(details['authrole']).toBe('user');
      expect(details['authextra']).toEqual({ pubkey: 'p', nonce: 'n' });
    });
  });

  it('that contradict each other are an error at construction', () => {
    const auth =
      (...list: Authenticator[]) =>
      () =>
        world({ auth: list });
    const joe = ticket({ authid: 'joe', ticket: 's' });
    expect(auth(joe, ticket({ authid: 'ann', ticket: 's' }))).toThrowError(TypeError, /must agree on authid/);
    expect(auth(joe, anonymous({ authid: 'ann' }))).toThrowError(TypeError, /authid/);
    expect(auth(anonymous({ authrole: 'a' }), anonymous({ authrole: 'b' }))).toThrowError(TypeError, /authrole/);
    const extra = (value: number): Authenticator => anonymous({ authextra: { device: value } });
    expect(auth(extra(1), extra(2))).toThrowError(TypeError, /device/);
    expect(auth(extra(1), extra(1))).not.toThrow();
  });

  it('that contradict each other only when asked end the attempt, before anything is dialled', () => {
    virtual(() => {
      const w = faked([
        custom({ hello: () => ({ authid: 'a' }) }),
        custom({ method: 'x', hello: () => ({ authid: 'b' }) }),
      ]);
      expect(an(ConnectFailedError, inState(w.client, 'waiting').error).message).toContain('authid');
      expect(w.at(0)).toBeUndefined();
    });
  });

  it('answer several rounds, of several methods, counted over all', () => {
    virtual(() => {
      const asked: unknown[] = [];
      const challenge: Authenticator['challenge'] = (method, extra, round) => {
        asked.push([method, extra, round]);
        return { signature: `${method} ${round}`, extra: { round } };
      };
      const w = faked([custom({ challenge }), custom({ method: 'second', challenge })]);
      w.at(0).reply(4, 'custom', { a: 1 });
      w.at(0).reply(4, 'second', {});
      w.at(0).reply(4, 'custom', {});
      w.at(0).welcome();
      expect(asked).toEqual([
        ['custom', { a: 1 }, 1],
        ['second', {}, 2],
        ['custom', {}, 3],
      ]);
      expect(w.at(0).of(5)).toEqual([
        [5, 'custom 1', { round: 1 }],
        [5, 'second 2', { round: 2 }],
        [5, 'custom 3', { round: 3 }],
      ]);
      expect(w.types()).toEqual(['connect', 'challenge', 'challenge', 'challenge', 'join', 'ready']);
    });
  });

  it('answer eight rounds, not nine', () => {
    virtual(() => {
      const w = faked([custom()]);
      for (let i = 0; i < 8; i++) w.at(0).reply(4, 'custom', {});
      expect(w.at(0).of(5).length).toBe(8);
      expect(w.client.status.state).toBe('joining');
      w.at(0).reply(4, 'custom', {});
      expect(w.at(0).of(5).length).toBe(8);
      expect(
        w
          .at(0)
          .of(3)
          .map(([, , reason]) => reason),
      ).toEqual(['wamp.error.cannot_authenticate']);
      expect(an(AbortError, inState(w.client, 'failed').error).local).toBeTrue();
    });
  });

  it('are not asked for a method that was not offered: the client aborts', () => {
    virtual(() => {
      const w = faked([custom()]);
      w.at(0).reply(4, 'scram', {});
      expect(w.at(0).of(5)).toEqual([]);
      const [abort] = w.at(0).of(3);
      expect(abort?.[2]).toBe('wamp.error.cannot_authenticate');
      expect(abort?.[1]['message']).toContain('"scram"');
      expect(inState(w.client, 'failed').error.message).toContain('scram');
      expect(w.at(0).closed).toBe(1000);
    });
  });

  it('without any, a CHALLENGE is one that was not offered', () => {
    virtual(() => {
      const w = faked([]);
      w.at(0).reply(4, 'ticket', {});
      expect(an(AbortError, inState(w.client, 'failed').error).local).toBeTrue();
    });
  });

  it('have one attempt object for all questions of an attempt, and another one in the next', () => {
    virtual((time) => {
      const attempts: AuthAttempt[] = [];
      const keep = (attempt: AuthAttempt): void => {
        attempts.push(attempt);
      };
      const w = faked([
        custom({
          hello: (attempt) => {
            keep(attempt);
            return {};
          },
          challenge: (_method, _extra, _round, attempt) => {
            keep(attempt);
            return { signature: '' };
          },
          welcome: (_details, attempt) => {
            keep(attempt);
          },
        }),
      ]);
      w.at(0).reply(4, 'custom', {});
      w.at(0).welcome();
      expect(attempts.length).toBe(3);
      expect(new Set(attempts).size).toBe(1);
      expect(attempts[0]).toEqual(jasmine.objectContaining({ number: 1, realm: 'realm1', transport: 't' }));
      w.at(0).lose();
      waitOut(time, w.client);
      expect(attempts.length).toBe(4);
      expect(attempts[3]).not.toBe(attempts[0]);
      expect(attempts[3]?.number).toBe(2);
    });
  });

  it('may take their time for each step, and nothing goes on meanwhile', () => {
    virtual((time) => {
      const hello$ = new Subject<object>();
      const answer$ = new Subject<{ signature: string }>();
      const welcome$ = new Subject<undefined>();
      const w = faked([custom({ hello: () => hello$, challenge: () => answer$, welcome: () => welcome$ })], {
        joinTimeout: 100,
      });
      time.advance(5000);
      expect(w.at(0)).toBeUndefined();
      hello$.next({});
      w.at(0).reply(4, 'custom', {});
      time.advance(5000);
      expect(w.at(0).of(5)).toEqual([]);
      answer$.next({ signature: 's' });
      expect(w.at(0).of(5)).toEqual([[5, 's', {}]]);
      w.at(0).welcome();
      time.advance(5000);
      expect(w.client.status.state).toBe('joining');
      welcome$.next(undefined);
      expect(w.client.status.state).toBe('joined');
    });
  });

  const vetoes: Record<string, Authenticator['welcome'] & object> = {
    throws: () => {
      throw new Error('wrong router signature');
    },
    errors: () => throwError(() => new Error('wrong router signature')),
  };
  for (const [how, welcome] of Object.entries(vetoes)) {
    it(`refuse a WELCOME: one ${how}, the client aborts and never counts as joined`, () => {
      virtual(() => {
        const w = faked([custom({ welcome })]);
        const sessions = record(w.client.session$);
        w.at(0).welcome();
        expect(sessions.values).toEqual([]);
        const error = an(AbortError, inState(w.client, 'failed').error);
        expect(error.local).toBeTrue();
        expect(error.message).toContain('wrong router signature');
        expect(w.at(0).of(3).length).toBe(1);
        expect(w.at(0).of(6)).toEqual([]);
        expect(w.states()).toEqual(['idle', 'connecting', 'joining', 'failed']);
      });
    });
  }

  it('look at WELCOME where their method was used, all of them where the router does not tell', () => {
    virtual(() => {
      const looked: string[] = [];
      const looking = (method: string): Authenticator =>
        custom({
          method,
          welcome: () => {
            looked.push(method);
          },
        });
      const reported = faked([looking('a'), looking('b')]);
      reported.at(0).reply(2, 1, { roles: {}, authmethod: 'b' });
      expect(looked).toEqual(['b']);
      expect(reported.client.status.state).toBe('joined');
      const untold = faked([looking('c'), looking('d')]);
      untold.at(0).welcome();
      expect(looked).toEqual(['b', 'c', 'd']);
    });
  });

  it('that answer nonsense are refused', () => {
    virtual(() => {
      const w = faked([custom({ challenge: () => 'sig' as never })]);
      w.at(0).reply(4, 'custom', {});
      expect(inState(w.client, 'failed').error.message).toContain('{ signature: string');
    });
  });

  it('whose HELLO fails end the attempt before anything is dialled; the error is reported, and it is tried again', () => {
    virtual((time) => {
      let fails = true;
      const w = faked([
        custom({
          hello: () => {
            if (fails) throw new RangeError('no key');
            return {};
          },
        }),
      ]);
      expect(an(ConnectFailedError, inState(w.client, 'waiting').error).cause).toEqual(jasmine.any(RangeError));
      fails = false;
      waitOut(time, w.client);
      w.at(0).welcome();
      expect(w.client.status.state).toBe('joined');
    });
  });

  it('that still ponder when the router speaks: a violation', () => {
    virtual(() => {
      const answer$ = new Subject<{ signature: string }>();
      const w = faked([custom({ challenge: () => answer$ })]);
      w.at(0).reply(4, 'custom', {});
      w.at(0).welcome();
      expect(inState(w.client, 'waiting').error).toEqual(jasmine.any(ProtocolError));
      expect(answer$.observed).toBeFalse();
      expect(
        w
          .at(0)
          .of(3)
          .map(([, , reason]) => reason),
      ).toEqual(['wamp.error.protocol_violation']);
    });
  });

  it('that still ponder when the router aborts are let go', () => {
    virtual(() => {
      const answer$ = new Subject<{ signature: string }>();
      const w = faked([custom({ challenge: () => answer$ })], { reconnect: false });
      w.at(0).reply(4, 'custom', {});
      w.at(0).reply(3, {}, 'wamp.error.authentication_denied');
      expect(an(AbortError, inState(w.client, 'failed').error).local).toBeFalse();
      expect(answer$.observed).toBeFalse();
      // an ABORT is never answered
      expect(w.at(0).of(3)).toEqual([]);
    });
  });

  it('add to HELLO what only the open link can tell', () => {
    virtual(() => {
      const channel = Object.assign(new FakeChannel(), {
        channelBinding: (type: string) => new Uint8Array([type.length]),
      });
      const asked: unknown[] = [];
      const w = faked(
        [
          custom({
            hello: (attempt) => {
              asked.push(attempt.channelBinding?.('tls-unique'));
              return { authid: 'joe', authextra: { pubkey: 'p' } };
            },
            opened: (details, attempt) => {
              asked.push(attempt.channelBinding?.('tls-unique'));
              details['authextra'] = { pubkey: 'p', channel_binding: 'tls-unique' };
            },
            challenge: (_method, _extra, _round, attempt) => {
              asked.push(attempt.channelBinding?.('tls-exporter'));
              return { signature: '' };
            },
          }),
          custom({ method: 'other', opened: () => undefined }),
        ],
        { transports: [scripted('t', () => channel)] },
      );
      expect(channel.of(1)[0]?.[2]).toEqual(
        jasmine.objectContaining({ authid: 'joe', authextra: { pubkey: 'p', channel_binding: 'tls-unique' } }),
      );
      channel.reply(4, 'custom', {});
      expect(asked).toEqual([undefined, new Uint8Array([10]), new Uint8Array([12])]);
      expect(w.client.status.state).toBe('joining');
    });
  });

  it('that refuse the open link end the attempt for good, and nothing is said', () => {
    const refusing: Record<string, Authenticator['opened'] & object> = {
      'a throw': () => {
        throw new Error('not by this link');
      },
      'a refusal': () => {
        throw new AbortError('wamp.error.cannot_authenticate', { message: 'not by this link' }, { local: true });
      },
    };
    for (const opened of Object.values(refusing)) {
      virtual(() => {
        const w = faked([custom({ opened, hello: () => ({ authid: 'joe' }) })]);
        const error = an(AbortError, inState(w.client, 'failed').error);
        expect(error.local).toBeTrue();
        expect(error.message).toContain('not by this link');
        expect(w.at(0).sent).toEqual([]);
        expect(w.at(0).closed).toBe(1000);
      });
    }
  });

  it('may refuse a CHALLENGE for good; the error is reported', () => {
    virtual(() => {
      const refuse = (): never => {
        throw new AbortError('wamp.error.cannot_authenticate', { message: 'too weak' }, { local: true });
      };
      const w = faked([custom({ challenge: refuse })]);
      const reported = record(w.client.userErrors$);
      w.at(0).reply(4, 'custom', {});
      expect(an(AbortError, inState(w.client, 'failed').error).message).toContain('too weak');
      expect(w.at(0).of(3)).toEqual([
        [3, { message: jasmine.stringContaining('too weak') }, 'wamp.error.cannot_authenticate'],
      ]);
      expect(reported.values.map(({ context }) => context)).toEqual(['authenticator custom']);
    });
  });

  it('that always look at WELCOME do so whatever method it names', () => {
    virtual(() => {
      const judged: unknown[] = [];
      const welcome = ({ authmethod }: { readonly authmethod?: unknown }): void => {
        judged.push(authmethod);
      };
      const w = faked([custom({ always: true, welcome }), custom({ method: 'other', welcome })]);
      w.at(0).reply(2, 1, { roles: {}, authmethod: 'anonymous' });
      expect(judged).toEqual(['anonymous']);
    });
  });
});
