import { of, throwError } from 'rxjs';
import { anonymous } from '../../src/auth/anonymous.ts';
import { hooked, type AuthHooks } from '../../src/auth/hooked.ts';
import { ticket } from '../../src/auth/ticket.ts';
import { acceptTicket } from '../../src/router/index.ts';
import { createTestRouter, record } from '../../src/testing/index.ts';
import { an, virtual, world, type World } from '../client/helpers.ts';
import { AbortError } from '../../src/protocol/errors.ts';

const routerOf = (): ReturnType<typeof createTestRouter> =>
  createTestRouter({ realms: { realm1: { auth: [acceptTicket({ joe: 's3cret' })] } } });
const withTicket = (hooks: AuthHooks): World =>
  world({
    router: routerOf(),
    auth: [anonymous(), hooked(ticket({ authid: 'joe', ticket: 's3cret' }), hooks)],
  });
const veto = new Error('not today');

describe('hooked()', () => {
  it('asks the hooks, and goes on as the authenticator does', () => {
    virtual((time) => {
      const log: unknown[] = [];
      const w = withTicket({
        challenge: (method, _, round, { realm }) => void log.push([method, round, realm]),
        welcome: ({ authid }) => of(void log.push(authid)),
      });
      w.client.connect();
      time.advance();
      expect(w.client.status.state).toBe('joined');
      expect(log).toEqual([['ticket', 1, 'realm1'], 'joe']);
    });
  });

  const vetoes: Record<string, AuthHooks> = {
    'a CHALLENGE': {
      challenge: () => {
        throw veto;
      },
    },
    'a WELCOME': {
      welcome: () => {
        throw veto;
      },
    },
    'a WELCOME, by an Observable': { welcome: () => throwError(() => veto) },
  };
  for (const [what, hooks] of Object.entries(vetoes)) {
    it(`aborts at ${what} when a hook throws, for good, and tells why`, () => {
      virtual((time) => {
        const w = withTicket(hooks);
        const reported = record(w.client.userErrors$);
        w.client.connect();
        time.advance();
        const { status } = w.client;
        const error = an(AbortError, (status as { error?: unknown }).error);
        expect(status.state).toBe('failed');
        expect(error.local).toBeTrue();
        expect(error.message).toContain('not today');
        expect(error.cause).toBe(veto);
        expect(w.of(3)).toEqual([
          [3, { message: jasmine.stringContaining('not today') }, 'wamp.error.cannot_authenticate'],
        ]);
        expect(reported.values.map(({ context }) => context)).toEqual(['authenticator ticket']);
      });
    });
  }

  it('aborts for a Promise that is rejected', async () => {
    const w = withTicket({ welcome: () => Promise.reject(veto) });
    const failed = record(w.client.status$);
    w.client.connect();
    await new Promise<void>((resolve) => w.client.status$.subscribe(({ state }) => state === 'failed' && resolve()));
    expect(failed.values.at(-1)?.state).toBe('failed');
    await w.client.close();
  });

  it('looks at the WELCOME of any method, where the authenticator itself looks at its own alone', () => {
    virtual((time) => {
      const looked: string[] = [];
      const other = {
        method: 'other',
        hello: () => ({}),
        challenge: () => ({ signature: '' }),
        welcome: () => void looked.push('itself'),
      };
      const w = world({ auth: [anonymous(), hooked(other, { welcome: () => void looked.push('hook') })] });
      w.client.connect();
      time.advance();
      expect(w.client.status.state).toBe('joined');
      expect(looked).toEqual(['hook']);
    });
  });

  it('hands on what else the authenticator has, and names what is wrong', () => {
    const opened: unknown[] = [];
    const whole = hooked(
      {
        method: 'm',
        identity: { authid: 'joe' },
        renewable: true,
        always: true,
        hello: () => ({ authid: 'joe' }),
        opened: (details) => opened.push(details),
        challenge: () => ({ signature: '' }),
      },
      {},
    );
    whole.opened?.({ a: 1 }, {} as never);
    expect(opened).toEqual([{ a: 1 }]);
    expect([whole.method, whole.identity, whole.renewable, whole.always]).toEqual(['m', { authid: 'joe' }, true, true]);
    expect(hooked(anonymous(), {}).always).toBeFalse();
    expect(() => hooked(anonymous(), { welcom: () => undefined } as never)).toThrowError(
      TypeError,
      /unknown option 'welcom'/,
    );
  });
});
