import { Notifier, type LifecycleEvent, type Status } from '../../src/client/status.ts';

const waiting = (attempt: number): Status => ({ state: 'waiting', attempt, error: new Error('x') });

describe('Board', () => {
  it('begins idle and replays the present status to each new observer', () => {
    const board = new Notifier();
    const seen: Status[] = [];
    board.status$.subscribe((status) => seen.push(status));
    board.setStatus({ state: 'connecting', attempt: 1, transport: 't' });
    board.status$.subscribe((status) => seen.push(status));
    expect(seen.map(({ state }) => state)).toEqual(['idle', 'connecting', 'connecting']);
    expect(board.status.state).toBe('connecting');
  });

  it('shows one order to all observers when one of them causes the next status', () => {
    const board = new Notifier();
    const first: unknown[] = [];
    const second: unknown[] = [];
    board.status$.subscribe((status) => {
      first.push(status);
      if (status.state === 'waiting' && status.attempt < 3) board.setStatus(waiting(status.attempt + 1));
    });
    board.status$.subscribe((status) => second.push(status));
    board.setStatus(waiting(1));
    expect(first.length).toBe(4);
    expect(second).toEqual(first);
  });

  it('keeps statuses and lifecycle events in the order in which they were posted, across both', () => {
    const board = new Notifier();
    const seen: string[] = [];
    board.status$.subscribe(({ state }) => {
      seen.push(state);
      if (state === 'connecting') board.emit({ type: 'challenge', method: 'ticket' });
    });
    board.lifecycle$.subscribe(({ type }) => {
      seen.push(type);
      if (type === 'challenge') board.setStatus(waiting(1));
    });
    board.setStatus({ state: 'connecting', attempt: 1, transport: 't' });
    board.setStatus({ state: 'leaving', reason: 'a.b' });
    expect(seen).toEqual(['idle', 'connecting', 'challenge', 'waiting', 'leaving']);
  });

  it('gives the newest status to those who ask while older ones are being delivered', () => {
    const board = new Notifier();
    let asked: string | undefined;
    board.status$.subscribe(({ state }) => {
      if (state !== 'connecting') return;
      board.setStatus(waiting(7));
      asked = board.status.state;
    });
    board.setStatus({ state: 'connecting', attempt: 1, transport: 't' });
    expect(asked).toBe('waiting');
  });

  it('dates lifecycle events when they happen', () => {
    const board = new Notifier();
    const events: LifecycleEvent[] = [];
    board.lifecycle$.subscribe((event) => events.push(event));
    const before = Date.now();
    board.emit({ type: 'challenge', method: 'ticket' });
    expect(events).toEqual([{ type: 'challenge', method: 'ticket', time: jasmine.any(Number) }]);
    expect(events[0]?.time).toBeGreaterThanOrEqual(before);
    expect(events[0]?.time).toBeLessThanOrEqual(Date.now());
  });
});
