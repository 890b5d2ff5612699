import { acknowledgeEvents } from '../../src/flow/acknowledge.ts';
import { record } from '../../src/testing/record.ts';
import { joined } from '../helpers/wire.ts';

const FEATURE = 'x_acknowledged_event_delivery';

describe('acknowledgeEvents()', () => {
  it('says EVENT_RECEIVED for an event that asks for it, after its observers were called', () => {
    const { wamp, wire } = joined({ features: { broker: FEATURE, dealer: '' }, interceptors: [acknowledgeEvents()] });
    const seen: unknown[] = [];
    wamp.messages$.subscribe(({ message }) => {
      if (message[0] === 337) seen.push(message);
    });
    wamp.subscribe('com.app.t').subscribe(({ details }) => seen.push(details.xAcknowledgedDelivery));
    wire.send([33, 1, 77], [36, 77, 5, { x_acknowledged_delivery: true }, [1]]);

    expect(seen).toEqual([true, [337, 5]]);
    expect(wire.rest().at(-1)).toEqual([337, 5]);
  });

  it('is silent for an event that does not ask, and to a router that does not announce it', () => {
    for (const [features, details] of [
      [FEATURE, {}],
      [FEATURE, { x_acknowledged_delivery: false }],
      ['', { x_acknowledged_delivery: true }],
    ] as const) {
      const { wamp, wire } = joined({
        features: { broker: features, dealer: '' },
        interceptors: [acknowledgeEvents()],
      });
      const events = record(wamp.subscribe('com.app.t'));
      wire.send([33, 1, 77], [36, 77, 5, details, [1]]);

      expect(events.values.length).toBe(1);
      expect(wire.rest().map(([code]) => code)).toEqual([32]);
    }
  });
});
