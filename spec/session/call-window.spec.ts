// A burst of calls: how many are sent at once, and when the others follow.
import { ConnectionLostError } from '../../src/protocol/errors.ts';
import { record } from '../../src/testing/record.ts';
import { faked, virtual, type FakeChannel } from '../client/helpers.ts';

const CALL = 48;
const RESULT = 50;

/** A client in a session that the spec plays, and a function that makes many calls. */
function joined(): { channel: FakeChannel; burst: (count: number) => ReturnType<typeof record>[]; sent: () => number } {
  const w = faked();
  w.at(0).welcome();
  const channel = w.at(0);
  return {
    channel,
    burst: (count) => Array.from({ length: count }, (_, i) => record(w.client.call('com.app.f', [i]))),
    sent: () => channel.of(CALL).length,
  };
}

describe('a burst of calls', () => {
  it('is sent as replies come, fifty unanswered at a time, in the order in which the calls were made', () => {
    virtual(() => {
      const { channel, burst, sent } = joined();
      const calls = burst(120);
      expect(sent()).toBe(50);
      for (let id = 1; id <= 120; id++) {
        channel.reply(RESULT, id, {}, [id]);
        expect(sent()).toBe(Math.min(120, 50 + id));
      }
      expect(channel.of(CALL).map((message) => message[4])).toEqual(Array.from({ length: 120 }, (_, i) => [i]));
      expect(calls.every(({ ended }) => ended)).toBeTrue();
    });
  });

  it('goes on every 100 ms where the procedure is slow', () => {
    virtual(({ advance }) => {
      const { burst, sent } = joined();
      burst(120);
      advance(99);
      expect(sent()).toBe(50);
      advance(1);
      expect(sent()).toBe(100);
      advance(100);
      expect(sent()).toBe(120);
    });
  });

  it('is not held back by calls that have been open for longer', () => {
    virtual(({ advance }) => {
      const { burst, sent } = joined();
      burst(50);
      advance(101);
      burst(50);
      expect(sent()).toBe(100);
    });
  });

  it('does not send what was cancelled before its turn, nor count it', () => {
    virtual(() => {
      const { channel, burst } = joined();
      const calls = burst(60);
      for (const call of calls.slice(50, 59)) call.unsubscribe();
      channel.reply(RESULT, 1, {}, [1]);
      expect(channel.of(CALL).map((message) => (message[4] as number[])[0])).toEqual([...Array(50).keys(), 59]);
    });
  });

  it('ends with its session: what was not sent says so', () => {
    virtual(() => {
      const { channel, burst } = joined();
      const calls = burst(60);
      channel.lose(new ConnectionLostError('gone'));
      const delivered = calls.map(({ error }) => (error as ConnectionLostError).maybeDelivered);
      expect(delivered).toEqual(Array.from({ length: 60 }, (_, i) => i < 50));
    });
  });
});
