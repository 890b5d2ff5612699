import type { Message } from '../../src/protocol/messages.ts';
import { WireLog } from '../../src/inspector/wire-log.ts';
import { wordsOf } from '../../src/inspector/words.ts';

describe('WireLog', () => {
  const add = (log: WireLog, direction: 'in' | 'out', ...message: readonly unknown[]): void =>
    log.add({ direction, time: 0, message: message as unknown as Message });
  const names = (log: WireLog): string[] => [...log.shown].map(({ name }) => name);
  const filled = (): WireLog => {
    const log = new WireLog();
    add(log, 'out', 32, 1, {}, 'com.app.news');
    add(log, 'in', 33, 1, 77);
    add(log, 'in', 36, 77, 5, {}, ['Rain'], { until: 'noon' });
    add(log, 'out', 48, 2, {}, 'com.app.add', [1, 2]);
    add(log, 'in', 8, 48, 2, {}, 'com.app.error.too_big', ['no']);
    return log;
  };

  it('shows what a message carries: no ids, no URI twice, nothing that is empty', () => {
    expect([...filled().shown].map(({ text }) => text)).toEqual([
      '',
      '',
      '["Rain"] {until: "noon"}',
      '[1, 2]',
      'com.app.error.too_big ["no"]',
    ]);
  });

  it('filters what is there and what comes, by direction and words', () => {
    const log = filled();
    log.filter = { direction: 'in', words: [] };
    expect(names(log)).toEqual(['SUBSCRIBED', 'EVENT', 'ERROR']);
    add(log, 'out', 48, 3, {}, 'com.app.add');
    expect(names(log)).toEqual(['SUBSCRIBED', 'EVENT', 'ERROR']);
    log.filter = { direction: 'both', words: wordsOf('com.app.news') };
    expect(names(log)).toEqual(['SUBSCRIBE', 'SUBSCRIBED', 'EVENT']);
    add(log, 'in', 36, 77, 6, {});
    expect(names(log)).toEqual(['SUBSCRIBE', 'SUBSCRIBED', 'EVENT', 'EVENT']);
  });

  it('finds a message by its ids, and by its content', () => {
    const log = filled();
    log.filter = { direction: 'both', words: wordsOf('77 rain') };
    expect(names(log)).toEqual(['EVENT']);
    log.filter = { direction: 'both', words: wordsOf('-com.app.news') };
    expect(names(log)).toEqual(['CALL', 'ERROR']);
  });

  it('keeps 5000 messages, and says what is bad', () => {
    const log = filled();
    expect([...log.all].filter(({ bad }) => bad).map(({ name }) => name)).toEqual(['ERROR']);
    for (let i = 0; i < 5000; i++) add(log, 'in', 36, 77, i + 1, {});
    expect([log.all.length, log.shown.length, log.all.total]).toEqual([5000, 5000, 5005]);
    log.clear();
    expect([log.all.length, log.shown.length]).toEqual([0, 0]);
  });
});
