import { waitedAt } from '../helpers/waited-at.ts';
import { firstValueFrom } from 'rxjs';
import { ticket } from '../../src/auth/ticket.ts';
import type { Message } from '../../src/protocol/messages.ts';
import { acceptTicket } from '../../src/router/index.ts';
import {
  createTestRouter,
  formatMessage,
  recordMessages,
  useTestRouter,
  whenMessages,
} from '../../src/testing/index.ts';

describe('recordMessages', () => {
  const kit = useTestRouter({ beforeEach, afterEach });

  it('records what passes the router, by name, with fields and direction', async () => {
    const wire = recordMessages(kit.router);
    const wamp = kit.client();
    const subscription = wamp.subscribe('com.app.news').subscribe();
    await wire.when(({ name }) => name === 'SUBSCRIBED');
    expect(wire.names).toEqual(['HELLO', 'WELCOME', 'SUBSCRIBE', 'SUBSCRIBED']);
    expect(wire.messages.map(({ to }) => to)).toEqual(['router', 'client', 'router', 'client']);
    const [subscribe] = wire.filter({ name: 'SUBSCRIBE' });
    const { id } = await firstValueFrom(wamp.session$);
    expect(subscribe?.fields).toEqual({ request: 1, options: {}, topic: 'com.app.news' });
    expect(subscribe?.session).toBe(id);
    subscription.unsubscribe();
    await wire.when(6);
    expect(wire.filter({ to: 'client' }).map(({ name }) => name)).toEqual(['WELCOME', 'SUBSCRIBED', 'UNSUBSCRIBED']);
    wire.reset();
    wire.stop();
    await wamp.close();
    expect(wire.messages).toEqual([]);
  });

  it('records what passes a client, with the same directions and without its secrets, and dials nothing', async () => {
    const router = createTestRouter({ realms: { realm1: { auth: [acceptTicket({ joe: 'secret' })] } } });
    const wamp = kit.client({ transports: [router.transport()], auth: [ticket({ authid: 'joe', ticket: 'secret' })] });
    const wire = recordMessages(wamp);
    expect(wamp.status.state).toBe('idle');
    await firstValueFrom(wamp.session$);
    expect(wire.messages.map(({ to, name }) => `${to} ${name}`)).toEqual([
      'router HELLO',
      'client CHALLENGE',
      'router AUTHENTICATE',
      'client WELCOME',
    ]);
    expect(String(wire)).not.toContain('secret');
    wire.unsubscribe();
    await wamp.close();
    await router.close();
  });

  it('keeps what its filter lets pass', async () => {
    const wire = recordMessages(kit.router, {
      name: ['PUBLISH', 'EVENT'],
      to: 'router',
      where: ({ fields }) => fields['topic'] === 'com.b',
    });
    const wamp = kit.client();
    wamp.publish('com.a');
    await firstValueFrom(wamp.publish('com.b', [1], {}, { acknowledge: true }));
    expect(wire.messages.map(({ message }) => message[0])).toEqual([16]);
    expect(wire.messages[0]?.fields['args']).toEqual([1]);
  });

  it('prints a line for each message, with the time since the first', () => {
    const frames: { direction: 'in' | 'out'; time: number; message: Message; link: number }[] = [
      { direction: 'in', time: 1000, message: [32, 1, {}, 'com.app.news'], link: 1 },
      { direction: 'out', time: 1012, message: [33, 1, 77], link: 1 },
      { direction: 'in', time: 1012, message: ['odd'] as unknown as Message, link: 1 },
    ];
    const wire = recordMessages({
      messages$: { subscribe: (next: (frame: (typeof frames)[0]) => void) => frames.forEach(next) } as never,
    });
    expect(String(wire)).toBe(
      ' 0 ms → SUBSCRIBE request=1 options={} topic="com.app.news"\n' +
        '12 ms ← SUBSCRIBED request=1 subscription=77\n' +
        '12 ms → UNKNOWN frame=["odd"]',
    );
    expect(wire.messages.map(formatMessage)[1]).toBe('← SUBSCRIBED request=1 subscription=77');
    expect(String(recordMessages(kit.router))).toBe('');
  });

  it('says in time-out what passed instead', async () => {
    const wire = recordMessages(kit.router, { name: 'GOODBYE' });
    await expectAsync(wire.when(1, { timeout: 1 })).toBeRejectedWithError(
      new RegExp(`^Waited 1 ms for messages, 1 of them; instead there is nothing${waitedAt('message-recording')}`),
    );
    const wamp = kit.client();
    await firstValueFrom(wamp.session$);
    await wamp.close();
    await expectAsync(wire.when(({ to }) => to === 'router' && false, { timeout: 1 })).toBeRejectedWithError(
      /messages, one as wanted; instead there is → GOODBYE details=\{\} reason="wamp.close.normal"; ← GOODBYE/,
    );
  });
});

describe('whenMessages', () => {
  const kit = useTestRouter({ beforeEach, afterEach });

  it('waits for messages from now on, of a router or a client', async () => {
    const wamp = kit.client();
    await firstValueFrom(wamp.session$);
    const pair = whenMessages(kit.router, 2, { name: ['PUBLISH', 'PUBLISHED'] });
    const answer = whenMessages(wamp, ({ name }) => name === 'PUBLISHED');
    wamp.publish('com.app.news', [], {}, { acknowledge: true });
    expect((await pair).map(({ name }) => name)).toEqual(['PUBLISH', 'PUBLISHED']);
    expect((await answer).length).toBe(1);
    await expectAsync(whenMessages(wamp, 1, { timeout: 1 })).toBeRejectedWithError(/Waited 1 ms for messages/);
  });

  it('counts what a recording holds already', async () => {
    const wire = recordMessages(kit.router);
    await firstValueFrom(kit.client().session$);
    expect((await whenMessages(wire, 2)).map(({ name }) => name)).toEqual(['HELLO', 'WELCOME']);
  });
});
