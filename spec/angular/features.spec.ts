import { computed, ErrorHandler, inject, InjectionToken, signal } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import {
  injectWamp,
  provideWamp,
  withAuth,
  withConnect,
  withErrorHandler,
  withIdentity,
  wampRef,
  type WampFeature,
} from '../../src/angular/index.ts';
import { ticket, type Identity } from '../../src/index.ts';
import { acceptAnonymous, acceptTicket } from '../../src/router/index.ts';
import { createTestRouter, eventually, record, type TestRouter } from '../../src/testing/index.ts';
import { application, component } from '../helpers/angular.ts';

const realm = 'realm1';
const TICKET = new InjectionToken<string>('ticket');
const users = { joe: { ticket: 'secret' }, ann: { ticket: 'secret' } };

describe('features of provideWamp', () => {
  let router: TestRouter;

  beforeEach(() => {
    router = createTestRouter({ realms: { [realm]: { auth: [acceptTicket(users), acceptAnonymous()] } } });
  });

  const app = (...features: WampFeature[]): void => {
    application(provideWamp({ realm, transports: [router.transport()] }, ...features), {
      provide: TICKET,
      useValue: 'secret',
    });
  };
  const wampOf = (): ReturnType<typeof injectWamp> => TestBed.runInInjectionContext(() => injectWamp());

  it('withConnect() connects with the injector', async () => {
    app(withConnect());
    TestBed.inject(TICKET);
    await router.whenSession();
    expect(router.sessions.length).toBe(1);
  });

  it('withAuth() proves the identity, with what it injects', async () => {
    app(withAuth(() => [ticket({ authid: 'joe', ticket: inject(TICKET) })]));
    wampOf().connect();
    const session = await router.whenSession();
    expect([session.authid, session.authmethod]).toEqual(['joe', 'ticket']);
  });

  it('withErrorHandler() reports errors of handlers, callbacks and publications', async () => {
    const errors: unknown[] = [];
    application(
      provideWamp({ realm, transports: [router.transport()], publishQueue: { size: 0 } }, withErrorHandler()),
      { provide: ErrorHandler, useValue: { handleError: (error: Error) => errors.push(error.message) } },
    );
    const wamp = wampOf();
    wamp.publish('com.app.lost');
    wamp
      .subscribe('com.app.news', {
        onSubscribed() {
          throw new Error('oops');
        },
      })
      .subscribe();
    await eventually(() => errors.length === 2);
    expect(errors).toContain('oops');
    expect(errors.join()).toContain('publish("com.app.lost")');
  });

  describe('withIdentity()', () => {
    const login = (): ReturnType<typeof signal<Identity | undefined>> => signal<Identity | undefined>(undefined);

    it('waits without a user, joins as the user, and anew as the next one; topics follow', async () => {
      const user = login();
      app(
        withIdentity(user),
        withAuth((identity) => [ticket({ authid: identity?.authid ?? '', ticket: inject(TICKET) })]),
      );
      const wamp = wampOf();
      const news = record(wamp.subscribe<number>('com.app.news'));
      TestBed.tick();
      expect(wamp.status.state).toBe('connecting');
      expect(router.sessions).toEqual([]);

      user.set({ authid: 'joe' });
      TestBed.tick();
      await router.whenSubscribed('com.app.news');
      expect(router.sessions.map(({ authid }) => authid)).toEqual(['joe']);
      user.set({ authid: 'ann' });
      TestBed.tick();
      await router.whenSession(({ authid }) => authid === 'ann');
      await eventually(() => router.subscriptions[0]?.sessions[0] === router.sessions[0]?.id);
      router.publish('com.app.news', [1]);
      expect((await news.next())[0]?.value).toBe(1);

      user.set(undefined);
      TestBed.tick();
      await router.whenSession(0);
      expect(wamp.status.state).toBe('connecting');
    });

    it('does not join anew for the same user', async () => {
      const user = login();
      user.set({ authid: 'joe' });
      app(
        withIdentity(computed(() => user())),
        withAuth(() => [ticket({ authid: 'joe', ticket: 'secret' })]),
      );
      const wamp = wampOf();
      wamp.connect();
      const { id } = await router.whenSession();
      user.set({ authid: 'joe' });
      TestBed.tick();
      expect(wamp.status.state).toBe('joined');
      expect(router.sessions.map((session) => session.id)).toEqual([id]);
    });

    it('asks for the authid where nothing proves it, and may inject', async () => {
      const USER = new InjectionToken<() => Identity>('user');
      application(
        { provide: USER, useValue: () => ({ authid: 'guest' }) },
        provideWamp(
          { realm, transports: [router.transport()] },
          withIdentity(() => inject(USER)()),
        ),
      );
      wampOf().connect();
      const session = await router.whenSession();
      expect(session.authmethod).toBe('anonymous');
    });
  });

  it('are those of each client: a ref has its own', async () => {
    const audit = wampRef('audit');
    application(
      provideWamp({ realm, transports: [router.transport()] }),
      provideWamp(
        audit,
        { realm, transports: [router.transport()] },
        withAuth(() => [ticket({ authid: 'ann', ticket: inject(TICKET) })]),
      ),
      { provide: TICKET, useValue: 'secret' },
    );
    const { wamp, other } = component(() => ({ wamp: injectWamp(), other: injectWamp(audit) }));
    expect(wamp).not.toBe(other);
    other.connect();
    expect((await router.whenSession()).authid).toBe('ann');
  });

  it('a ref that nothing provides is named by the error', () => {
    app();
    expect(() => component(() => ({ it: injectWamp(wampRef('audit')) }))).toThrowError(
      "injectWamp() found no client 'audit': add provideWamp(ref, { realm, url }) to the providers",
    );
  });
});
