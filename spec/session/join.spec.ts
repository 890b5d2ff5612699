import { NEVER, Observable, of, Subject, throwError } from 'rxjs';
import type { AuthAttempt, Authenticator, ChallengeAnswer, Identity } from '../../src/auth/authenticator.ts';
import { AbortError, ConnectFailedError, ConnectionLostError, ProtocolError } from '../../src/protocol/errors.ts';
import { CLIENT_FEATURES } from '../../src/protocol/features.ts';
import { cbor } from '../../src/serializers/cbor.ts';
import { record } from '../../src/testing/record.ts';
import { virtually } from '../helpers/virtual.ts';
import type { JoinedOptions } from '../helpers/wire.ts';
import { dialled, turn } from '../helpers/wire.ts';

const WELCOME = [2, 9129137332, { roles: {} }];

/** A client that has said HELLO, and what it tells of failures. */
function greeting(options: JoinedOptions = {}) {
  const client = dialled(options);
  const hello = client.wire.take(1);
  const lifecycle = record(client.wamp.lifecycle$);
  const errors = record(client.wamp.userErrors$);
  const failure = (): Error | undefined =>
    lifecycle.values.flatMap((event) => (event.type === 'connectfailure' ? [event.error] : []))[0];
  return { ...client, hello, failure, errors };
}

/** A way to authenticate that answers so. */
const method = (answer: Authenticator['challenge'], more: Partial<Authenticator> = {}): Authenticator => ({
  method: 'ticket',
  hello: () => ({}),
  challenge: answer,
  ...more,
});

describe('HELLO', () => {
  it('is the first message, with what this client does', () => {
    const { hello, wire } = greeting();
    expect(hello).toEqual([1, 'realm1', { roles: CLIENT_FEATURES, agent: 'rxwamp' }]);
    expect(wire.rest()).toEqual([]);
  });

  it('names no realm where the router is to assign it; authenticators see that', () => {
    const realms: unknown[] = [];
    const hello = ({ realm }: AuthAttempt): Identity => {
      realms.push(realm);
      return {};
    };
    const auth = [method(() => ({ signature: '' }), { hello })];
    expect([null, 'realm1'].map((realm) => dialled({ realm, auth }).wire.take(1)[1])).toEqual([null, 'realm1']);
    expect(realms).toEqual([null, 'realm1']);
  });

  it('has the shares of all authenticators, methods by preference', async () => {
    const { wire } = dialled({
      agent: 'mine/1',
      auth: [
        method(() => ({ signature: '' }), {
          method: 'cryptosign',
          hello: () => ({ authid: 'joe', authextra: { pubkey: 'x' } }),
        }),
        method(() => ({ signature: '' }), { hello: () => Promise.resolve({ authid: 'joe', authrole: 'user' }) }),
        method(() => ({ signature: '' }), { method: 'wamp-scram', hello: () => of({ authextra: { nonce: 'y' } }) }),
      ],
    });
    await turn();
    await turn();
    expect(wire.take(1)[2]).toEqual({
      roles: CLIENT_FEATURES,
      agent: 'mine/1',
      authmethods: ['cryptosign', 'ticket', 'wamp-scram'],
      authid: 'joe',
      authrole: 'user',
      authextra: { pubkey: 'x', nonce: 'y' },
    });
  });

  it('is not said where a share cannot be had', () => {
    const { wamp, wire } = dialled({
      auth: [method(() => NEVER, { hello: () => throwError(() => new RangeError('mine')) })],
    });
    expect(wire.log).toEqual([]);
    expect(wamp.status).toEqual(jasmine.objectContaining({ state: 'waiting' }));
  });
});

describe('WELCOME', () => {
  it('may come without a challenge, whatever was offered', () => {
    const { wamp, wire } = greeting({ auth: [method(() => NEVER)] });
    wire.send(WELCOME);
    expect(wamp.status.state).toBe('joined');
  });

  it('is shown to the authenticator that was used; a throw refuses the session', () => {
    const judged: string[] = [];
    const veto = (name: string): Authenticator =>
      method(() => NEVER, {
        method: name,
        welcome: () => {
          judged.push(name);
          throw new RangeError('signature of the router');
        },
      });
    const { wamp, wire, failure } = greeting({ auth: [veto('ticket'), veto('wamp-scram')] });
    wire.send([2, 5, { roles: {}, authmethod: 'wamp-scram' }]);
    expect(judged).toEqual(['wamp-scram']);
    expect(wire.take(3)).toEqual([3, { message: 'signature of the router' }, 'wamp.error.cannot_authenticate']);
    expect(wire.closed).toBe(1000);
    expect(failure()).toEqual(
      jasmine.objectContaining({ name: 'AbortError', local: true, cause: jasmine.any(RangeError) }),
    );
    expect(wamp.status.state).not.toBe('joined');
  });

  it('waits for a verdict that takes its time', () => {
    const verdict = new Subject<void>();
    const { wamp, wire } = greeting({ auth: [method(() => NEVER, { welcome: () => verdict })] });
    wire.send(WELCOME);
    expect(wamp.status.state).toBe('joining');
    verdict.next();
    expect(wamp.status.state).toBe('joined');
  });
});

describe('CHALLENGE', () => {
  const answers: readonly (readonly [what: string, answer: () => unknown])[] = [
    ['a value', () => ({ signature: 'secret' })],
    ['a Promise', () => Promise.resolve({ signature: 'secret' })],
    ['an Observable', () => of({ signature: 'secret' }, { signature: 'another' })],
  ];
  for (const [what, answer] of answers) {
    it(`is answered with ${what}`, async () => {
      const { wire } = greeting({ auth: [method(answer as () => ChallengeAnswer)] });
      wire.send([4, 'ticket', {}]);
      await turn();
      await turn();
      expect(wire.rest()).toEqual([[5, 'secret', {}]]);
    });
  }

  it('goes to the authenticator that it names, with its extra; the answer may have one, too', () => {
    const seen: unknown[] = [];
    const { wamp, wire } = greeting({
      auth: [
        method(() => NEVER),
        method(
          (name, extra, round, attempt) => {
            seen.push(name, extra, round, attempt.realm, attempt.number);
            return { signature: 'proof', extra: { nonce: 'z' } };
          },
          { method: 'wamp-scram' },
        ),
      ],
    });
    wire.send([4, 'wamp-scram', { nonce: 'y' }]);
    expect(seen).toEqual(['wamp-scram', { nonce: 'y' }, 1, 'realm1', 1]);
    expect(wire.take(5)).toEqual([5, 'proof', { nonce: 'z' }]);
    wire.send(WELCOME);
    expect(wamp.status.state).toBe('joined');
  });

  it('may come in eight rounds, and not in nine', () => {
    const rounds: number[] = [];
    const { wire, failure } = greeting({
      auth: [
        method((_name, _extra, round) => {
          rounds.push(round);
          return { signature: `${round}` };
        }),
      ],
    });
    for (let i = 1; i <= 8; i++) {
      wire.send([4, 'ticket', {}]);
      expect(wire.take(5)[1]).toBe(`${i}`);
    }
    wire.send([4, 'ticket', {}]);
    expect(wire.take(3)[2]).toBe('wamp.error.cannot_authenticate');
    expect(rounds).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(failure()).toBeInstanceOf(AbortError);
  });

  const broken: readonly (readonly [what: string, answer: () => unknown, reported: boolean])[] = [
    [
      'a throw',
      () => {
        throw new RangeError('mine');
      },
      true,
    ],
    ['an Observable that errors', () => throwError(() => new RangeError('mine')), true],
    ['no signature', () => ({}), false],
    ['nothing', () => undefined, false],
    ['a number', () => ({ signature: 5 }), false],
  ];
  for (const [what, answer, reported] of broken) {
    it(`answered with ${what} aborts`, () => {
      const { wire, failure, errors } = greeting({ auth: [method(answer as () => ChallengeAnswer)] });
      wire.send([4, 'ticket', {}]);
      expect(wire.take(3)[2]).toBe('wamp.error.cannot_authenticate');
      expect(wire.rest()).toEqual([]);
      expect(failure()).toBeInstanceOf(Error);
      expect(errors.values.map(({ context }) => context)).toEqual(reported ? ['authenticator ticket'] : []);
    });
  }

  it('nothing may come while the answer is being found', () => {
    const { wire, failure } = greeting({ auth: [method(() => NEVER)] });
    wire.send([4, 'ticket', {}], WELCOME);
    expect(wire.take(3)[2]).toBe('wamp.error.protocol_violation');
    expect(failure()).toBeInstanceOf(ProtocolError);
  });
});

describe('before WELCOME', () => {
  it('ABORT refuses the session, and is not answered', () => {
    const { wire, failure } = greeting();
    wire.send([3, { message: 'text' }, 'wamp.error.no_such_realm']);
    expect(failure()).toEqual(
      jasmine.objectContaining({
        name: 'AbortError',
        reason: 'wamp.error.no_such_realm',
        details: { message: 'text' },
        local: false,
        args: [],
        kwargs: {},
      }),
    );
    expect([wire.rest(), wire.closed]).toEqual([[], 1000]);
  });

  it('ABORT may say more: values, and what was wrong with a SCRAM exchange', () => {
    const { wire, failure } = greeting();
    wire.send([3, { scram: 'invalid-proof', x_hint: 1 }, 'wamp.error.authentication_denied', ['a'], { retry_in: 5 }]);
    expect(failure()).toEqual(
      jasmine.objectContaining({
        details: { scram: 'invalid-proof', x_hint: 1 },
        args: ['a'],
        kwargs: { retry_in: 5 },
      }),
    );
    const other = greeting({ serializer: cbor() });
    other.wire.send([3, {}, 'com.app.no', Uint8Array.of(1)]);
    expect(other.failure()).toEqual(jasmine.objectContaining({ args: [Uint8Array.of(1)], kwargs: {} }));
    const wrong = greeting();
    wrong.wire.send([3, { scram: 7 }, 'com.app.no']);
    expect(wrong.failure()).toEqual(jasmine.objectContaining({ reason: 'com.app.no', details: {} }));
  });

  for (const [name, frame] of [
    ['GOODBYE', [6, {}, 'wamp.close.normal']],
    ['ERROR', [8, 32, 1, {}, 'com.app.bad']],
    ['PUBLISHED', [17, 1, 2]],
    ['SUBSCRIBED', [33, 1, 2]],
    ['UNSUBSCRIBED', [35, 1]],
    ['EVENT', [36, 1, 2, {}]],
    ['RESULT', [50, 1, {}]],
    ['REGISTERED', [65, 1, 2]],
    ['UNREGISTERED', [67, 1]],
    ['INVOCATION', [68, 1, 2, {}]],
    ['INTERRUPT', [69, 1, {}]],
    ['message code, got the number 1', [1, 'realm1', {}]],
  ] as const) {
    it(`${name} is a violation`, () => {
      const { wire, failure } = greeting();
      wire.send(frame);
      const [, details, reason] = wire.take(3);
      expect([reason, details['message']]).toEqual(['wamp.error.protocol_violation', jasmine.stringContaining(name)]);
      expect(failure()).toBeInstanceOf(ProtocolError);
      expect(wire.closed).toBeDefined();
    });
  }

  for (const frame of ['[]', '{}', '[2,0,{}]', '[2,5,1]', '[2,5,["x"]]', 'nonsense']) {
    it(`so is ${frame}`, () => {
      const { wire, failure } = greeting();
      wire.frame(frame);
      expect(wire.take(3)[2]).toBe('wamp.error.protocol_violation');
      expect(failure()).toBeInstanceOf(ProtocolError);
    });
  }

  it('a router that hangs up is a lost connection', () => {
    const { wire, failure } = greeting();
    wire.hangUp();
    expect(failure()).toBeInstanceOf(ConnectionLostError);
  });

  it('the second of two WELCOMEs is one too many', () => {
    const { wamp, wire } = greeting();
    wire.send(WELCOME, WELCOME);
    expect(wire.take(3)[2]).toBe('wamp.error.protocol_violation');
    expect(wamp.status.state).not.toBe('joined');
  });
});

describe('joinTimeout', () => {
  it('runs from dialling to WELCOME', () => {
    virtually((at) => {
      const { wire, wamp, failure } = greeting({ joinTimeout: 1000 });
      at(999, () => expect(wamp.status.state).toBe('joining'));
      at(1001, () => {
        expect(failure()).toBeInstanceOf(ConnectFailedError);
        expect(failure()?.message).toMatch(/wire: not joined within 1000 ms/);
        expect(wire.closed).toBeDefined();
      });
    });
  });

  it('stands still while the application is asked for its secret', () => {
    virtually((at) => {
      const secret = new Subject<ChallengeAnswer>();
      const { wire, wamp } = greeting({ joinTimeout: 1000, auth: [method(() => secret)] });
      at(500, () => wire.send([4, 'ticket', {}]));
      at(60_000, () => secret.next({ signature: 'typed slowly' }));
      at(60_499, () => expect(wamp.status.state).toBe('joining'));
      at(60_501, () => expect(wamp.status.state).not.toBe('joining'));
    });
  });

  it('is over with the session', () => {
    virtually((at) => {
      const { wire, wamp } = greeting({ joinTimeout: 1000 });
      at(500, () => wire.send(WELCOME));
      at(5000, () => expect(wamp.status.state).toBe('joined'));
    });
  });

  it('gives up a transport that never opens', () => {
    virtually((at) => {
      let left = false;
      const transport = { name: 'deaf', open: () => new Observable<never>(() => () => (left = true)) };
      const { wamp } = dialled({ joinTimeout: 1000, transports: [transport] });
      const lifecycle = record(wamp.lifecycle$);
      at(1001, () => {
        expect(left).toBeTrue();
        expect(lifecycle.values.map(({ type }) => type)).toEqual(['connectfailure']);
      });
    });
  });
});
