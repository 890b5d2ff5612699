import { filter } from 'rxjs';
import { InvalidStateError } from '../../src/protocol/errors.ts';
import type { Message } from '../../src/protocol/messages.ts';
import type { InterceptedWire, Interceptor, Next } from '../../src/session/interceptors.ts';
import { record } from '../../src/testing/record.ts';
import { dialled, joined } from '../helpers/wire.ts';

const WELCOME = [2, 5, { roles: { broker: {}, dealer: {} } }];

/** Writes down what passes. */
const witness = (name: string, log: string[]): Interceptor => ({
  incoming(message, next) {
    log.push(`${name} in ${message[0]}`);
    next(message);
  },
  outgoing(message, next) {
    log.push(`${name} out ${message[0]}`);
    next(message);
  },
});

describe('interceptors', () => {
  it('see every message from HELLO on: the first is nearest to the application', () => {
    const log: string[] = [];
    const { wamp, wire } = dialled({ interceptors: [witness('a', log), witness('b', log)] });
    wire.send(WELCOME);
    record(wamp.call('com.app.f'));
    wire.send([50, 1, {}, [1]]);

    expect(log).toEqual(['a out 1', 'b out 1', 'b in 2', 'a in 2', 'a out 48', 'b out 48', 'b in 50', 'a in 50']);
  });

  it('may change messages both ways, and messages$ shows what was on the wire', () => {
    const { wamp, wire } = joined({
      interceptors: [
        {
          outgoing: (message, next) => {
            next(message[0] === 48 ? [48, message[1], { ...message[2], x_trace: 7 }, message[3]] : message);
          },
          incoming: (message, next) => {
            next(message[0] === 50 ? [50, message[1], message[2], ['changed']] : message);
          },
        },
      ],
    });
    const seen = record(wamp.messages$);
    const call = record(wamp.call('com.app.f'));
    wire.send([50, 1, {}, ['as it was']]);

    expect(wire.take(48)).toEqual([48, 1, { x_trace: 7 }, 'com.app.f']);
    expect(call.values[0]?.value).toBe('changed');
    expect(seen.values.map(({ message }) => message)).toEqual([
      [48, 1, { x_trace: 7 }, 'com.app.f'],
      [50, 1, {}, ['as it was']],
    ]);
  });

  it('may keep a message, send one by themselves, and pass on several', () => {
    let own: InterceptedWire | undefined;
    const { wamp, wire } = joined({
      interceptors: [
        (link) => {
          own = link;
          return {
            incoming(message, next) {
              if (message[0] !== 36) next(message);
              else if (message[3]['x_twice']) {
                next(message);
                next(message);
              }
            },
          };
        },
      ],
    });
    const events = record(wamp.subscribe('com.app.t'));
    wire.send([33, 1, 77], [36, 77, 1, {}, [1]], [36, 77, 2, { x_twice: true }, [2]]);
    own?.send([337, 2]);

    expect(events.values.map(({ value }) => value)).toEqual([2, 2]);
    expect(wire.rest().at(-1)).toEqual([337, 2]);
  });

  it('are made anew for each connection where they are functions', async () => {
    let made = 0;
    const factory = (): Interceptor => {
      made += 1;
      return {};
    };
    const { wire, wamp } = joined({ interceptors: [factory], reconnect: { initialDelay: 0 } });
    expect(made).toBe(1);
    const again = record(wamp.status$.pipe(filter(({ state }) => state === 'joining')));
    wire.hangUp(1006);
    await again.next();
    expect(made).toBe(2);
    wire.hangUp(1006);
    await wamp.close();
  });

  it('fail the one operation by throwing on the way out, and no request id is lost', () => {
    const { wamp, wire } = joined({
      interceptors: [
        {
          outgoing: (message: Message, next: Next) => {
            if (message[3] === 'com.app.secret') throw new RangeError('not this one');
            next(message);
          },
        },
      ],
    });
    const outcomes = [
      record(wamp.call('com.app.secret')),
      record(wamp.publish('com.app.secret', [], {}, { acknowledge: true })),
      record(wamp.subscribe('com.app.secret')),
      record(wamp.register('com.app.secret', () => 1)),
    ];
    const other = record(wamp.call('com.app.f'));
    wire.send([50, 1, {}, ['fine']]);

    expect(outcomes.map(({ error }) => String(error))).toEqual(Array<string>(4).fill('RangeError: not this one'));
    expect(other.values[0]?.value).toBe('fine');
  });

  it('are not blamed for what the wire, or a refusal of theirs, says of a message', () => {
    const { wamp } = joined({
      interceptors: [
        {
          outgoing: (message, next) => {
            if (message[3] === 'com.app.refused') throw new InvalidStateError('not now');
            next(message);
          },
        },
      ],
    });
    const reported = record(wamp.userErrors$);
    const circle: unknown[] = [];
    circle.push(circle);
    const calls = [record(wamp.call('com.app.f', circle)), record(wamp.call('com.app.refused'))];

    expect(calls.map(({ error }) => (error as Error).name)).toEqual(['SerializationError', 'InvalidStateError']);
    expect(reported.values).toEqual([]);
  });

  it('that throw on the way in are reported on userErrors$, and the session goes on', () => {
    const { wamp, wire } = joined({
      interceptors: [
        {
          incoming: (message, next) => {
            if (message[0] === 36 && message[2] === 1) throw new RangeError('broken');
            next(message);
          },
        },
      ],
    });
    const reported = record(wamp.userErrors$);
    const events = record(wamp.subscribe('com.app.t'));
    wire.send([33, 1, 77], [36, 77, 1, {}, [1]], [36, 77, 2, {}, [2]]);

    expect(reported.values).toEqual([{ error: new RangeError('broken'), context: 'interceptor' }]);
    expect(events.values.map(({ value }) => value)).toEqual([2]);
  });

  it('whose making throws fail the attempt, which says why and leaves no link behind', async () => {
    const { wamp, wire } = dialled({
      interceptors: [
        () => {
          throw new RangeError('cannot be made');
        },
      ],
    });
    const { status } = wamp;

    expect(wire.rest()).toEqual([]);
    expect(status.state).not.toBe('joining');
    expect(String((status as { error?: Error }).error)).toContain('cannot be made');
    expect(wire.closed).toBeDefined();
    expect((await wamp.close()).reason).toBe('wamp.close.normal');
    expect(wamp.status.state).toBe('closed');
  });
});
