import { statusWords, statusClock, causesOf, eventWords } from '../../src/inspector/status-words.ts';
import { Journal } from '../../src/inspector/journal.ts';
import { virtual, world } from '../client/helpers.ts';

describe('Journal', () => {
  it('notes statuses and events while it watches, and the gap between two times', () => {
    virtual((time) => {
      const { client } = world();
      let changes = 0;
      const journal = new Journal(client, () => changes++);
      const watching = journal.watch();
      client.subscribe('com.app.a').subscribe();
      client.subscribe('com.app.b').subscribe();
      time.advance(50);
      const notes = (): string[] =>
        [...journal.entries].map((entry) =>
          entry.kind === 'status' ? statusWords(entry.status).title : entry.kind === 'event' ? entry.event.type : 'gap',
        );
      // streams that heal make one entry of it, and not one each
      expect(notes()).toEqual(['Idle', 'Connecting', 'Joining', 'connect', 'Joined', 'join', 'ready']);
      expect(changes).toBeGreaterThanOrEqual(7);
      watching.unsubscribe();
      time.advance(5000);
      journal.watch();
      expect(notes().slice(-2)).toEqual(['gap', 'Joined']);
      const gap = [...journal.entries].find(({ kind }) => kind === 'gap');
      expect(gap).toEqual(jasmine.objectContaining({ since: 50, time: 5050 }));
    });
  });
});

describe('a status in words', () => {
  const error = new Error('The router is gone', { cause: new Error('ECONNREFUSED') });

  it('counts down to the next attempt', () => {
    const waiting = { state: 'waiting', attempt: 3, delay: 8000, retryAt: 9000, error } as const;
    expect([1000, 1001, 8999, 9000].map((now) => statusClock(waiting, now))).toEqual([
      'retry in 8 s',
      'retry in 8 s',
      'retry in 1 s',
      'retry due',
    ]);
    expect(statusClock({ state: 'waiting', attempt: 3, error }, 0)).toBe('');
    expect(statusWords(waiting)).toEqual({
      tone: 'busy',
      title: 'Waiting',
      text: 'retry after 8 s · attempt 3 · The router is gone',
    });
  });

  it('tells the causes behind an error, each once', () => {
    expect(causesOf({ state: 'waiting', attempt: 1, error })).toEqual(['The router is gone', 'ECONNREFUSED']);
    expect(causesOf({ state: 'idle' })).toEqual([]);
  });

  it('names what failed in the words of an event', () => {
    const event = { time: 0, type: 'connectfailure', attempt: 2, transport: 'websocket', error } as const;
    expect(eventWords(event)).toEqual({
      tone: 'bad',
      title: 'connectfailure',
      text: 'websocket · attempt 2 · The router is gone',
    });
    const insecure = { time: 0, type: 'insecure', method: 'ticket', url: 'ws://router.example/ws' } as const;
    expect(eventWords(insecure)).toEqual({
      tone: 'bad',
      title: 'insecure',
      text: 'ticket in the clear to ws://router.example/ws',
    });
  });
});
