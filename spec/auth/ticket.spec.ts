import { EMPTY, firstValueFrom, NEVER, Observable, of, Subject, throwError } from 'rxjs';
import type { Resolvable } from '../../src/auth/authenticator.ts';
import { ticket, type TicketOptions } from '../../src/auth/ticket.ts';
import { AbortError, ConnectFailedError } from '../../src/protocol/errors.ts';
import { acceptTicket } from '../../src/router/index.ts';
import { createTestRouter, record, type TestRouter } from '../../src/testing/index.ts';
import { an, closeAll, inState, STEADY, virtual, waitOut, world } from '../client/helpers.ts';

const routerOf = (): TestRouter =>
  createTestRouter({ realms: { realm1: { auth: [acceptTicket({ joe: 's3cret' })] } } });

describe('ticket', () => {
  afterEach(closeAll);

  it('says who it is in HELLO, and shows the ticket when it is asked', () => {
    virtual(({ advance }) => {
      const auth = [ticket({ authid: 'joe', ticket: 's3cret', authrole: 'user', authextra: { device: 'x' } })];
      const w = world({ router: routerOf(), auth });
      w.client.connect();
      advance();
      expect(w.of(1)[0]?.[2]).toEqual(
        jasmine.objectContaining({
          authmethods: ['ticket'],
          authid: 'joe',
          authrole: 'user',
          authextra: { device: 'x' },
        }),
      );
      expect(w.of(5)).toEqual([[5, 's3cret', {}]]);
      expect(inState(w.client, 'joined').session.details).toEqual(
        jasmine.objectContaining({ authid: 'joe', authrole: 'user', authmethod: 'ticket' }),
      );
      const joining = w.statuses.filter(({ state }) => state === 'joining');
      expect(joining.map((status) => 'authmethod' in status && status.authmethod)).toEqual([false, 'ticket']);
    });
  });

  const sources: Record<string, Resolvable<string>> = {
    'a value': 's3cret',
    'a function': () => 's3cret',
    'an Observable': () => of('s3cret'),
    'an Observable that goes on: its first value': () =>
      new Observable<string>((subscriber) => {
        subscriber.next('s3cret');
        subscriber.next('another');
      }),
  };
  for (const [name, source] of Object.entries(sources)) {
    it(`may be ${name}`, () => {
      virtual(({ advance }) => {
        const w = world({ router: routerOf(), auth: [ticket({ authid: 'joe', ticket: source })] });
        w.client.connect();
        advance();
        expect(w.client.status.state).toBe('joined');
      });
    });
  }

  it('may be a Promise', async () => {
    const w = world({ router: routerOf(), auth: [ticket({ authid: 'joe', ticket: () => Promise.resolve('s3cret') })] });
    const session = await firstValueFrom(w.client.session$);
    expect(session.details.authid).toBe('joe');
  });

  it('is asked anew at every attempt, and only when the router asks', () => {
    virtual((time) => {
      let asked = 0;
      const auth = [
        ticket({
          authid: 'joe',
          ticket: () => {
            asked++;
            return 's3cret';
          },
        }),
      ];
      const w = world({ router: routerOf(), auth });
      w.router.refuse(2);
      w.client.connect();
      waitOut(time, w.client);
      waitOut(time, w.client);
      time.advance();
      expect(w.client.status.state).toBe('joined');
      expect(asked).toBe(1);
      w.router.dropAll();
      waitOut(time, w.client);
      time.advance();
      expect(asked).toBe(2);
    });
  });

  it('unsubscribes a source that is no longer waited for', () => {
    virtual(({ advance }) => {
      const source$ = new Subject<string>();
      const w = world({ router: routerOf(), auth: [ticket({ authid: 'joe', ticket: () => source$ })] });
      w.client.connect();
      advance();
      expect(source$.observed).toBeTrue();
      w.router.dropAll();
      advance();
      expect(source$.observed).toBeFalse();
      expect(w.client.status.state).toBe('waiting');
    });
  });

  const failures: Record<string, () => string> = {
    'a throw': () => {
      throw new RangeError('the vault is shut');
    },
    'an error of an Observable': () => throwError(() => new RangeError('the vault is shut')) as unknown as string,
  };
  for (const [name, source] of Object.entries(failures)) {
    it(`that fails with ${name} ends the attempt, is reported, and is tried again`, () => {
      virtual(({ advance }) => {
        const w = world({ router: routerOf(), auth: [ticket({ authid: 'joe', ticket: source })], reconnect: STEADY });
        const errors = record(w.client.userErrors$);
        w.client.connect();
        advance();
        const error = an(ConnectFailedError, inState(w.client, 'waiting').error);
        expect(error.message).toContain('the vault is shut');
        expect(error.cause).toEqual(jasmine.any(RangeError));
        expect(errors.values).toEqual([{ error: jasmine.any(RangeError), context: 'authenticator ticket' }]);
        // the router is not left in doubt
        expect(w.of(3).length).toBe(1);
        expect(w.of(5)).toEqual([]);
      });
    });
  }

  it('that rejects ends the attempt, is reported, and is tried again', async () => {
    const shut = new RangeError('the vault is shut');
    let asked = 0;
    const auth = [
      ticket({ authid: 'joe', ticket: () => (asked++ === 0 ? Promise.reject(shut) : Promise.resolve('s3cret')) }),
    ];
    const w = world({ router: routerOf(), auth, reconnect: { initialDelay: 1, jitter: 0 } });
    const errors = record(w.client.userErrors$);
    await firstValueFrom(w.client.session$);
    expect(errors.values).toEqual([{ error: shut, context: 'authenticator ticket' }]);
    expect(w.states()).toEqual(['idle', 'connecting', 'joining', 'waiting', 'connecting', 'joining', 'joined']);
  });

  it('that never comes keeps nothing but the attempt waiting', () => {
    virtual(({ advance, timers }) => {
      const w = world({ router: routerOf(), auth: [ticket({ authid: 'joe', ticket: () => NEVER })] });
      w.client.connect();
      advance(3_600_000);
      expect(w.client.status.state).toBe('joining');
      expect(timers()).toBe(0);
    });
  });

  it('that completes without a value ends the attempt', () => {
    virtual(({ advance }) => {
      const w = world({ router: routerOf(), auth: [ticket({ authid: 'joe', ticket: () => EMPTY })] });
      w.client.connect();
      advance();
      expect(inState(w.client, 'waiting').error).toEqual(jasmine.any(ConnectFailedError));
      expect(w.of(5)).toEqual([]);
      expect(w.of(3).length).toBe(1);
    });
  });

  it('that is wrong is refused by the router', () => {
    virtual(({ advance }) => {
      const w = world({ router: routerOf(), auth: [ticket({ authid: 'joe', ticket: 'guess' })] });
      w.client.connect();
      advance();
      const error = an(AbortError, inState(w.client, 'failed').error);
      expect(error.reason).toBe('wamp.error.authentication_denied');
      expect(error.local).toBeFalse();
      expect(error.message).not.toContain('guess');
    });
  });

  it('checks its options', () => {
    const make = (options: unknown) => () => ticket(options as TicketOptions);
    expect(make({ ticket: 's' })).toThrowError(TypeError, /authid must be given/);
    expect(make({ authid: 'joe' })).toThrowError(TypeError, /ticket must be given/);
    expect(make({ authid: 5, ticket: 's' })).toThrowError(TypeError, /authid must be a non-empty string/);
    expect(make({ authid: 'joe', ticket: 's', authrole: 5 })).toThrowError(
      TypeError,
      /authrole must be a non-empty string/,
    );
    expect(make({ authid: 'joe', ticket: 's', authExtra: {} })).toThrowError(TypeError, /unknown option 'authExtra'/);
    expect(make({ authid: 'joe', ticket: '' })).toThrowError(TypeError, /ticket must be .*not empty/);
    // and keeps the secret out of the message
    expect(make({ authid: 'joe', ticket: 47_110_815 })).toThrowError(TypeError, /^(?!.*47110815)/);
    expect(make('47110815')).toThrowError(TypeError, /^(?!.*47110815)/);
  });
});
