import { config, finalize, firstValueFrom, timer } from 'rxjs';
import { record } from '../../src/testing/record.ts';
import { joined, turn } from '../helpers/wire.ts';

const TOPIC = 'com.app.topic';
const ACKNOWLEDGE = { acknowledge: true };

describe('publish', () => {
  it('is eager: it is sent before it returns, observed or not', () => {
    const { wamp, wire } = joined();
    const report = wamp.publish(TOPIC, [1], { a: 2 });
    expect(wire.rest()).toEqual([[16, 1, {}, TOPIC, [1], { a: 2 }]]);
    record(report);
    record(report);
    expect(wire.rest()).toEqual([]);
  });

  it('serialises at once: what changes later is not sent', () => {
    const { wamp, wire } = joined();
    const payload = { n: 1 };
    wamp.publish(TOPIC, [payload]);
    payload.n = 2;
    expect(wire.take(16)[4]).toEqual([{ n: 1 }]);
  });

  it('unacknowledged, reports that it was written, to everyone', () => {
    const { wamp } = joined();
    const report = wamp.publish(TOPIC);
    for (const each of [record(report), record(report)]) {
      expect([each.values, each.completed]).toEqual([[{ acknowledged: false }], true]);
    }
  });

  it('acknowledged, reports what the router answered, replayed', () => {
    const { wamp, wire } = joined();
    const report = wamp.publish(TOPIC, [], {}, ACKNOWLEDGE);
    const early = record(report);
    expect(early.ended).toBeFalse();
    wire.send([17, 1, 2 ** 53]);
    for (const each of [early, record(report)]) {
      expect([each.values, each.completed]).toEqual([[{ acknowledged: true, publication: 2 ** 53 }], true]);
    }
  });

  it('reports to every observer, whatever the end of another throws, which is unhandled', async () => {
    const { wamp, wire } = joined();
    const unhandled: unknown[] = [];
    config.onUnhandledError = (error) => unhandled.push(error);
    const [good, bad] = ['com.app.good', 'com.app.bad'].map((topic) => {
      const report = wamp.publish(topic, [], {}, ACKNOWLEDGE);
      record(
        report.pipe(
          finalize(() => {
            throw new Error(topic);
          }),
        ),
      );
      return record(report);
    });
    wire.send([17, 1, 4711], [8, 16, 2, {}, 'wamp.error.not_authorized']);
    expect([good?.completed, bad?.error]).toEqual([
      true,
      jasmine.objectContaining({ uri: 'wamp.error.not_authorized' }),
    ]);
    // RxJS reports in a turn of its own
    await firstValueFrom(timer(0));
    config.onUnhandledError = null;
    expect(unhandled.map(String)).toEqual([
      jasmine.stringMatching(/com\.app\.good/),
      jasmine.stringMatching(/com\.app\.bad/),
    ]);
  });

  it('acknowledge: false is like none', () => {
    const { wamp, wire } = joined();
    const report = record(wamp.publish(TOPIC, [], {}, { acknowledge: false }));
    expect(wire.take(16)[2]).toEqual({ acknowledge: false });
    expect(report.values).toEqual([{ acknowledged: false }]);
  });

  it('errors with what the router says, and which topic, replayed', () => {
    const { wamp, wire } = joined();
    const report = wamp.publish(TOPIC, [], {}, ACKNOWLEDGE);
    const early = record(report);
    wire.send([8, 16, 1, {}, 'wamp.error.not_authorized', ['no']]);
    for (const { error } of [early, record(report)]) {
      expect(error).toEqual(
        jasmine.objectContaining({
          name: 'ApplicationError',
          uri: 'wamp.error.not_authorized',
          args: ['no'],
          topic: TOPIC,
        }),
      );
    }
  });

  it('unsubscribing the report changes nothing', async () => {
    const { wamp, wire } = joined();
    const report = wamp.publish(TOPIC, [], {}, ACKNOWLEDGE);
    report.subscribe().unsubscribe();
    wire.send([17, 1, 5]);
    expect(await firstValueFrom(report)).toEqual({ acknowledged: true, publication: 5 });
    expect(wire.rest().length).toBe(1);
  });

  it('takes one object', () => {
    const { wamp, wire } = joined();
    wamp.publish(TOPIC, { args: [1], kwargs: { a: 2 }, retain: true });
    expect(wire.take(16)).toEqual([16, 1, { retain: true }, TOPIC, [1], { a: 2 }]);
  });

  it('many go out in order, each with its id', () => {
    const { wamp, wire } = joined();
    for (let i = 0; i < 100; i++) wamp.publish(TOPIC, [i]);
    expect(wire.rest().map(([code, id, , , args]) => [code, id, args])).toEqual(
      Array.from({ length: 100 }, (_, i) => [16, i + 1, [i]]),
    );
  });
});

describe('an error of a publication', () => {
  it('that is unobserved goes to lifecycle$ as publisherror, and nowhere else', async () => {
    const { wamp, wire } = joined();
    const reported = record(wamp.lifecycle$);
    wamp.publish(TOPIC, [], {}, ACKNOWLEDGE);
    wamp.publish('com.app.other', [Symbol('no')]);
    wire.send([8, 16, 1, {}, 'com.app.bad']);
    await turn();
    expect(
      reported.values.map((event) =>
        event.type === 'publisherror' ? [event.topic, (event.error as Error).name] : event,
      ),
    ).toEqual([
      ['com.app.other', 'SerializationError'],
      [TOPIC, 'ApplicationError'],
    ]);
  });

  it('that is observed, even in the same turn only, does not', async () => {
    const { wamp, wire } = joined();
    const reported = record(wamp.lifecycle$);
    const report = wamp.publish(TOPIC, [], {}, ACKNOWLEDGE);
    wire.send([8, 16, 1, {}, 'com.app.bad']);
    const late = record(report);
    const unwritten = record(wamp.publish(TOPIC, [Symbol('no')]));
    await turn();
    expect([late.error, unwritten.error]).toEqual([
      jasmine.objectContaining({ uri: 'com.app.bad' }),
      jasmine.objectContaining({ name: 'SerializationError', message: jasmine.stringMatching(/args\[0\]/) }),
    ]);
    expect(reported.values).toEqual([]);
  });

  it('says that it may have been delivered where it was written and not answered', () => {
    const { wamp, wire } = joined();
    const report = record(wamp.publish(TOPIC, [], {}, ACKNOWLEDGE));
    wire.take(16);
    wire.hangUp(1006);
    expect(report.error).toEqual(jasmine.objectContaining({ name: 'ConnectionLostError', maybeDelivered: true }));
    expect((report.error as Error).message).toContain(TOPIC);
  });
});
