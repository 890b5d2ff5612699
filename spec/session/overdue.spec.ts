// Replies that get lost: what is asked again, and after how long; what errors.
import { ConnectionLostError } from '../../src/protocol/errors.ts';
import type { Message } from '../../src/protocol/messages.ts';
import { record } from '../../src/testing/record.ts';
import { an, faked, inState, virtual, waitOut, world, type FakeChannel } from '../client/helpers.ts';

const TOPIC = 'com.app.topic';
const PROCEDURE = 'com.app.procedure';
const EXISTS = 'wamp.error.procedure_already_exists';

const uris = (messages: readonly (readonly unknown[])[]): unknown[] => messages.map((message) => message[3]);

/** A client in a session that the spec plays. */
function joined(options: Parameters<typeof faked>[0] = {}): ReturnType<typeof faked> & { channel: FakeChannel } {
  const w = faked(options);
  w.at(0).welcome();
  return Object.assign(w, { channel: w.at(0) });
}

describe('a burst of streams in an open session', () => {
  it('keeps to fifty unanswered requests, whatever they ask for', () => {
    virtual(() => {
      const { client, channel } = joined();
      for (let i = 0; i < 60; i++) {
        client.subscribe(`com.app.t${i}`).subscribe();
        client.register(`com.app.f${i}`, () => i).subscribe();
      }
      const sent = (): number => channel.of(32).length + channel.of(64).length;
      expect(sent()).toBe(50);
      for (let id = 1; id <= 120; id++) {
        channel.reply(id % 2 ? 33 : 65, id, 1000 + id);
        expect(sent()).toBe(Math.min(120, 50 + id));
      }
    });
  });

  it('does not send what was given up before its turn', () => {
    virtual(({ advance }) => {
      const { client, channel } = joined();
      const streams = Array.from({ length: 60 }, (_, i) => client.subscribe(`com.app.t${i}`).subscribe());
      for (let i = 50; i < 59; i++) streams[i]?.unsubscribe();
      advance();
      channel.reply(33, 1, 1001);
      channel.reply(33, 2, 1002);
      expect(uris(channel.of(32)).slice(50)).toEqual(['com.app.t59']);
    });
  });
});

describe('a SUBSCRIBE that stays unanswered', () => {
  it('is sent again within four seconds where a later one was answered', () => {
    virtual(({ advance }) => {
      const { client, channel } = joined();
      const streams = ['com.app.a', 'com.app.b'].map((uri) => record(client.subscribe(uri)));
      channel.reply(33, 2, 20);
      advance(1999);
      expect(channel.of(32).length).toBe(2);
      advance(2001);
      expect(uris(channel.of(32))).toEqual(['com.app.a', 'com.app.b', 'com.app.a']);
      channel.reply(33, 3, 10);
      channel.reply(36, 10, 1, {}, ['here']);
      expect(streams[0]?.values.length).toBe(1);
      advance(600_000);
      expect(channel.of(32).length).toBe(3);
    });
  });

  it('is sent again after requestTimeout, and again, where nothing is answered', () => {
    virtual(({ advance }) => {
      const { client, channel } = joined();
      const topic = record(client.subscribe(TOPIC));
      advance(29_999);
      expect(channel.of(32).length).toBe(1);
      advance(2_001);
      expect(channel.of(32).length).toBe(2);
      advance(32_000);
      expect(channel.of(32).length).toBe(3);
      expect(topic.ended).toBeFalse();
      channel.reply(33, 3, 10);
      advance(600_000);
      expect(channel.of(32).length).toBe(3);
    });
  });

  it('takes the first answer that comes, and no second one', () => {
    virtual(({ advance }) => {
      const { client, channel } = joined({ requestTimeout: 1000 });
      const subscribed: number[] = [];
      const topic = record(client.subscribe(TOPIC, { onSubscribed: ({ id }) => void subscribed.push(id) }));
      advance(2000);
      expect(channel.of(32).length).toBe(2);
      channel.reply(33, 1, 10);
      channel.reply(33, 2, 10);
      channel.reply(36, 10, 1, {}, ['once']);
      expect(subscribed).toEqual([10]);
      expect(topic.values.length).toBe(1);
      topic.stop();
      advance();
      expect(channel.of(34).map(([, , id]) => id)).toEqual([10]);
      expect(inState(client, 'joined').healing).toBe(0);
    });
  });

  it('waits for ever with requestTimeout: Infinity, where nothing else is answered', () => {
    virtual(({ advance }) => {
      const { client, channel } = joined({ requestTimeout: Infinity });
      client.subscribe(TOPIC).subscribe();
      advance(10_000_000);
      expect(channel.of(32).length).toBe(1);
    });
  });
});

describe('a REGISTER that stays unanswered', () => {
  it('is sent again after requestTimeout, not when others are answered', () => {
    virtual(({ advance }) => {
      const { client, channel } = joined();
      const registration = record(client.register(PROCEDURE, () => 1));
      client.subscribe(TOPIC).subscribe();
      channel.reply(33, 2, 20);
      advance(29_999);
      expect(channel.of(64).length).toBe(1);
      advance(2_001);
      expect(channel.of(64).length).toBe(2);
      channel.reply(65, 3, 30);
      expect(registration.values.map(({ id }) => id)).toEqual([30]);
    });
  });

  it('and meets its own first one has the client join anew', () => {
    virtual((time) => {
      const w = joined();
      const registration = record(w.client.register(PROCEDURE, () => 1));
      time.advance(32_000);
      w.channel.reply(8, 64, 2, {}, EXISTS);
      expect(registration.ended).toBeFalse();
      expect(an(ConnectionLostError, inState(w.client, 'waiting').error).message).toContain(PROCEDURE);
      waitOut(time, w.client);
      w.at(1).welcome(2);
      // the router has not noticed yet that the first session is gone
      w.at(1).reply(8, 64, 1, {}, EXISTS);
      expect(registration.ended).toBeFalse();
      time.advance(5000);
      w.at(1).reply(65, 2, 40);
      expect(registration.values.map(({ id }) => id)).toEqual([40]);
    });
  });

  it('takes a late first answer, and leaves the second one alone', () => {
    virtual(({ advance }) => {
      const { client, channel } = joined();
      const registration = record(client.register(PROCEDURE, () => 1));
      advance(32_000);
      channel.reply(65, 1, 30);
      channel.reply(8, 64, 2, {}, EXISTS);
      expect(registration.values.map(({ id }) => id)).toEqual([30]);
      expect(inState(client, 'joined').healing).toBe(0);
    });
  });

  it('is refused where the procedure is another client’s', () => {
    virtual(({ advance }) => {
      const { client, channel } = joined();
      const registration = record(client.register(PROCEDURE, () => 1));
      advance(32_000);
      channel.reply(8, 64, 1, {}, EXISTS);
      expect(registration.error).toEqual(jasmine.objectContaining({ uri: EXISTS }));
      expect(client.status.state).toBe('joined');
    });
  });
});

describe('an UNREGISTER that stays unanswered', () => {
  it('is sent again, so that the next registration gets its turn', () => {
    virtual(({ advance }) => {
      const { client, channel } = joined();
      const first = record(client.register(PROCEDURE, () => 1));
      channel.reply(65, 1, 30);
      first.stop();
      client.register(PROCEDURE, () => 2).subscribe();
      advance(32_000);
      expect(channel.of(66).map(([, , id]) => id)).toEqual([30, 30]);
      expect(channel.of(64).length).toBe(1);
      channel.reply(8, 66, 3, {}, 'wamp.error.no_such_registration');
      expect(channel.of(64).length).toBe(2);
    });
  });
});

describe('an acknowledged PUBLISH that stays unanswered', () => {
  it('errors after requestTimeout, and may have been delivered', () => {
    virtual(({ advance }) => {
      const { client, channel } = joined({ requestTimeout: 8000 });
      const lost = record(client.publish(TOPIC, [1], {}, { acknowledge: true }));
      const answered = record(client.publish(TOPIC, [2], {}, { acknowledge: true }));
      channel.reply(17, 2, 5);
      advance(7999);
      expect([lost.ended, answered.completed]).toEqual([false, true]);
      advance(2001);
      const error = an(ConnectionLostError, lost.error);
      expect(error.maybeDelivered).toBeTrue();
      expect(error.message).toContain(TOPIC);
      // an answer that comes after all is no violation
      channel.reply(17, 1, 6);
      expect(client.status.state).toBe('joined');
      expect(channel.of(16).length).toBe(2);
    });
  });

  it('goes to publisherror where its report has no observer', () => {
    virtual(({ advance }) => {
      const w = joined();
      w.client.publish(TOPIC, [1], {}, { acknowledge: true });
      advance(32_000);
      expect(w.types()).toContain('publisherror');
    });
  });
});

describe('what is watched', () => {
  it('has one timer while something is unanswered, and none afterwards', () => {
    virtual(({ advance, timers }) => {
      const { client, channel } = joined();
      const before = timers();
      for (let i = 0; i < 5; i++) client.publish(TOPIC, [i], {}, { acknowledge: true });
      expect(timers()).toBe(before + 1);
      for (let i = 1; i <= 5; i++) channel.reply(17, i, i);
      advance(2000);
      expect(timers()).toBe(before);
      client.publish(TOPIC, [], {}, { acknowledge: true });
      channel.lose();
      advance();
      // the wait for the next attempt
      expect(timers()).toBe(before + 1);
    });
  });

  it('has every stream confirmed and every report ended by a router that loses a third of its replies', () => {
    virtual(({ advance }) => {
      const w = world();
      const lossy = new Set<number>([17, 33, 65]);
      let [replies, lost] = [0, 0];
      w.router.intercept((message: Message, { direction }) =>
        // a few REGISTERED only: each costs a session
        direction === 'out' && lossy.has(message[0]) && ++replies % 3 === 0 && (message[0] !== 65 || ++lost < 4)
          ? undefined
          : message,
      );
      const confirmed = new Set<string>();
      for (let i = 0; i < 200; i++) {
        const uri = `com.app.t${i}`;
        w.client.subscribe(uri, { onSubscribed: () => confirmed.add(uri) }).subscribe();
      }
      for (let i = 0; i < 30; i++) {
        const uri = `com.app.f${i}`;
        w.client.register(uri, () => i).subscribe(() => confirmed.add(uri));
      }
      advance();
      const reports = Array.from({ length: 90 }, () => record(w.client.publish(TOPIC, [], {}, { acknowledge: true })));
      advance(600_000);
      expect(inState(w.client, 'joined').healing).toBe(0);
      expect(confirmed.size).toBe(230);
      expect(w.router.registrations.length).toBe(30);
      expect(reports.every(({ ended }) => ended)).toBeTrue();
      expect(reports.filter(({ error }) => error).length).toBeGreaterThan(20);
    });
  });
});
