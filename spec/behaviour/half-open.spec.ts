// Links that carry nothing more, or no more for now: what is asked of a client meanwhile waits.
import { record } from '../../src/testing/index.ts';
import { ConnectionLostError } from '../../src/protocol/errors.ts';
import { an, faked, FakeChannel, inState, scripted, virtual, waitOut, world, type World } from '../client/helpers.ts';

describe('a link that the router has begun to close', () => {
  for (const [name, use, code] of [
    ['a call', ({ client }: World) => client.call('com.app.add', [1]), 48],
    ['a publication', ({ client }: World) => client.publish('com.app.topic', [1]), 16],
    ['an acknowledged one', ({ client }: World) => client.publish('com.app.topic', [1], {}, { acknowledge: true }), 16],
    ['a subscription', ({ client }: World) => client.subscribe('com.app.topic'), 32],
    ['a registration', ({ client }: World) => client.register('com.app.add', () => 1), 64],
  ] as const) {
    it(`is over when ${name} needs it, which waits for the next session`, () => {
      virtual((time) => {
        const w = faked();
        w.at(0).welcome();
        w.at(0).closing = true;
        const used = record<unknown>(use(w));
        expect(w.client.status.state).toBe('waiting');
        expect(w.at(0).dropped).toBeGreaterThan(0);
        waitOut(time, w.client);
        w.at(1).welcome(2);
        expect(used.error).toBeUndefined();
        expect(w.at(1).of(code).length).toBe(1);
      });
    });
  }

  it('is no open session', () => {
    virtual(() => {
      const w = faked();
      w.at(0).welcome();
      w.at(0).closing = true;
      const published = record(w.client.publish('com.app.topic'));
      an(ConnectionLostError, inState(w.client, 'waiting').error);
      expect(published.ended).toBeFalse();
      expect(w.types()).toContain('disconnect');
    });
  });
});

describe('maxBufferedAmount', () => {
  function congested(options: Parameters<typeof world>[0] = {}): World & { channel: FakeChannel } {
    const channel = new FakeChannel();
    const w = world({ transports: [scripted('t', () => channel)], maxBufferedAmount: 1000, ...options });
    w.client.connect();
    channel.welcome();
    channel.bufferedAmount = 1001;
    return Object.assign(w, { channel });
  }
  const published = (channel: FakeChannel): unknown[] => channel.of(16).map(([, , , , args]) => args?.[0]);

  it('lets publications wait, in their order, until the network has taken more', () => {
    virtual(({ advance }) => {
      const { client, channel } = congested();
      client.publish('com.app.topic', [1]);
      const acknowledged = record(client.publish('com.app.topic', [2], {}, { acknowledge: true }));
      advance(5000);
      expect(published(channel)).toEqual([]);
      expect(client.status.state).toBe('joined');
      channel.bufferedAmount = 1000;
      // behind those that wait
      client.publish('com.app.topic', [3]);
      expect(published(channel)).toEqual([]);
      advance(50);
      expect(published(channel)).toEqual([1, 2, 3]);
      client.publish('com.app.topic', [4]);
      expect(published(channel)).toEqual([1, 2, 3, 4]);
      channel.reply(17, 2, 99);
      expect(acknowledged.completed).toBeTrue();
    });
  });

  it('does not keep calls and subscriptions', () => {
    virtual(() => {
      const { client, channel } = congested();
      client.publish('com.app.topic', [1]);
      client.call('com.app.add').subscribe({ error: () => undefined });
      client.subscribe('com.app.topic').subscribe();
      expect(channel.sent.map(([code]) => code)).toEqual([1, 48, 32]);
    });
  });

  it('refuses publications beyond the queue, or that wait too long, as without a session', () => {
    virtual(({ advance }) => {
      const { client } = congested({ publishQueue: { size: 1, ttl: 300 } });
      const first = record(client.publish('com.app.topic'));
      const second = record(client.publish('com.app.topic'));
      expect(an(ConnectionLostError, second.error).message).toMatch(/1 publications wait already/);
      advance(300);
      expect(an(ConnectionLostError, first.error).message).toMatch(/within 300 ms/);
    });
  });

  it('holds where a session begins, too: the rest of the queue follows as it is taken', () => {
    virtual((time) => {
      const { client, channel } = congested();
      for (let i = 1; i <= 3; i++) client.publish('com.app.topic', [i]);
      const send = channel.send.bind(channel);
      channel.send = (message) => {
        send(message);
        channel.bufferedAmount += 600;
      };
      channel.bufferedAmount = 0;
      time.advance(50);
      expect(published(channel)).toEqual([1, 2]);
      channel.bufferedAmount = 0;
      time.advance(50);
      expect(published(channel)).toEqual([1, 2, 3]);
    });
  });

  it('keeps nothing back when the client closes', () => {
    virtual(() => {
      const { client, channel } = congested();
      client.publish('com.app.topic', [1]);
      void client.close();
      expect(channel.sent.map(([code]) => code)).toEqual([1, 16, 6]);
    });
  });

  it('passes publications on to the next session when this one is lost', () => {
    virtual((time) => {
      const channels: FakeChannel[] = [];
      const { client } = world({
        transports: [scripted('t', () => (channels[channels.length] = new FakeChannel()))],
        maxBufferedAmount: 1000,
      });
      client.connect();
      channels[0]?.welcome();
      if (channels[0]) channels[0].bufferedAmount = 1001;
      client.publish('com.app.topic', [1]);
      channels[0]?.lose();
      waitOut(time, client);
      channels[1]?.welcome(2);
      expect(channels.map((channel) => published(channel))).toEqual([[], [1]]);
    });
  });

  it('holds for a session, too, which has no queue: it refuses', () => {
    virtual(({ advance }) => {
      const { client, channel, events } = congested();
      const { session } = inState(client, 'joined');
      const refused = record(session.publish('com.app.topic', [1]));
      session.publish('com.app.topic', [2], {}, { acknowledge: true });
      advance();
      expect(an(ConnectionLostError, refused.error).message).toMatch(/com\.app\.topic.*maxBufferedAmount/);
      expect(events.filter(({ type }) => type === 'publisherror').length).toBe(1);
      channel.bufferedAmount = 1000;
      session.publish('com.app.topic', [3]);
      expect(published(channel)).toEqual([3]);
    });
  });
});
