import type { MessageOf } from '../../src/protocol/messages.ts';
import { OwnEvents } from '../../src/worker/own-events.ts';

describe('the events of a tab that publishes', () => {
  let own: OwnEvents;
  let passed: number[];
  const event = (publication: number, uri = 'a'): void => {
    own.event([36, 1, publication, {}], uri, (message: MessageOf<36>) => passed.push(message[2]));
  };

  beforeEach(() => {
    own = new OwnEvents();
    passed = [];
  });

  it('pass at once where nothing of that topic is under way', () => {
    event(1);
    own.published('b');
    event(2);
    expect(passed).toEqual([1, 2]);
  });

  it('wait while the id of a publication to their topic is not known, and all others behind them', () => {
    const number = own.published('a');
    event(1);
    event(2, 'b');
    event(3);
    expect(passed).toEqual([]);
    own.acknowledged(number, 3);
    expect(passed).toEqual([1, 2]);
  });

  it('that are its own are dropped, whether PUBLISHED comes first or last, and on each subscription', () => {
    own.acknowledged(own.published('a'), 1);
    event(1);
    event(1);
    const number = own.published('a');
    event(2);
    event(2);
    event(3);
    own.acknowledged(number, 2);
    expect(passed).toEqual([3]);
  });

  it('do not wait for what was published after they came, so that a steady publisher delays no tab', () => {
    const first = own.published('a');
    event(1);
    const second = own.published('a');
    event(2);
    own.acknowledged(first, 10);
    expect(passed).toEqual([1]);
    own.acknowledged(second, 11);
    expect(passed).toEqual([1, 2]);
  });

  it('pass when the router refused the publication', () => {
    const number = own.published('a');
    event(1);
    own.acknowledged(number, undefined);
    expect(passed).toEqual([1]);
  });

  it('are all known again that come before their PUBLISHED, however many are published at once', () => {
    const numbers = Array.from({ length: 1500 }, () => own.published('a'));
    numbers.forEach((_, i) => {
      event(i + 1);
    });
    event(9999);
    numbers.forEach((number, i) => {
      own.acknowledged(number, i + 1);
    });
    expect(passed).toEqual([9999]);
  });

  it('are known again for the last thousand publications', () => {
    for (let id = 1; id <= 1001; id++) own.acknowledged(own.published('a'), id);
    event(1);
    event(2);
    event(1001);
    expect(passed).toEqual([1]);
  });
});
