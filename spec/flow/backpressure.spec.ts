import { firstValueFrom, first, type Observable } from 'rxjs';
import { backpressure, type Backpressure } from '../../src/flow/backpressure.ts';
import type { Wamp } from '../../src/session/options.ts';
import { Client } from '../../src/client/client.ts';
import { virtually } from '../helpers/virtual.ts';
import { joined, makeWire } from '../helpers/wire.ts';

const FRAME = '[16,1,{},"com.app.t",["xxxxxxxxxx"]]'.length;

function record(states: Observable<Backpressure>): { seen: Backpressure[]; ended: boolean; stop: () => void } {
  const out = { seen: [] as Backpressure[], ended: false, stop: () => subscription.unsubscribe() };
  const subscription = states.subscribe({
    next: (state) => out.seen.push(state),
    complete: () => (out.ended = true),
  });
  return out;
}

describe('backpressure()', () => {
  it('tells the present state at once, and then each change', () => {
    virtually((at) => {
      const { wamp, wire } = joined();
      const { seen, stop } = record(backpressure(wamp, { period: 20 }));
      expect(seen).toEqual([{ bufferedAmount: 0, queued: 0, congested: false }]);
      at(30, () => wamp.publish('com.app.t', ['xxxxxxxxxx']));
      at(50, () => {
        expect(seen.slice(1)).toEqual([{ bufferedAmount: FRAME, queued: 0, congested: false }]);
        wire.rest();
      });
      at(110, () => {
        expect(seen.slice(2)).toEqual([{ bufferedAmount: 0, queued: 0, congested: false }]);
        stop();
      });
    });
  });

  it('is congested from above the high mark until it is at the low one', () => {
    virtually((at) => {
      const { session, wire } = joined();
      const { seen, stop } = record(backpressure(session, { high: FRAME, low: FRAME - 1, period: 10 }));
      const publish = (): void => void session.publish('com.app.t', ['xxxxxxxxxx']);
      publish();
      at(15, publish);
      at(25, () => {
        wire.rest();
        publish(); // between the marks
      });
      at(35, () => wire.rest());
      at(45, () => {
        expect(seen.map(({ bufferedAmount, congested }) => [bufferedAmount / FRAME, congested])).toEqual([
          [0, false],
          [1, false],
          [2, true],
          [1, true],
          [0, false],
        ]);
        stop();
      });
    });
  });

  it('is congested while there is no session, and goes on in the next', () => {
    virtually((at) => {
      const wire = makeWire();
      const wamp = new Client({ realm: 'realm1', keepalive: false, transports: [wire.transport] });
      const { seen, stop } = record(backpressure(wamp, { period: 10 }));
      wamp.publish('com.app.t');
      at(15, () => {
        wire.take(1);
        wire.send([2, 1, { roles: {} }]);
      });
      at(25, () => wire.rest());
      at(35, () => {
        expect(seen[0]).toEqual({ bufferedAmount: 0, queued: 0, congested: true });
        expect(seen[1]).toEqual({ bufferedAmount: 0, queued: 1, congested: true });
        expect(seen.at(-1)).toEqual({ bufferedAmount: 0, queued: 0, congested: false });
        stop();
        void wamp.close();
      });
    });
  });

  it('completes when the client is closed, and when the session is over', () => {
    virtually((at) => {
      const { wamp, session } = joined();
      const ofClient = record(backpressure(wamp));
      const ofSession = record(backpressure(session));
      session.leave();
      at(60, () => {
        expect([ofClient.ended, ofSession.ended]).toEqual([false, true]);
        void wamp.close();
      });
      at(120, () => expect(ofClient.ended).toBeTrue());
    });
  });

  it('lets a handler wait between progressive results', async () => {
    const { session, wire } = joined();
    const clear = firstValueFrom(backpressure(session, { high: 0, period: 1 }).pipe(first((link) => !link.congested)));
    expect(await clear).toEqual({ bufferedAmount: 0, queued: 0, congested: false });
    session.publish('com.app.t');
    let waited = true;
    const later = firstValueFrom(
      backpressure(session, { high: 0, period: 1 }).pipe(first((link) => !link.congested)),
    ).then(() => waited);
    waited = false;
    wire.rest();
    expect(await later).toBeFalse();
  });

  it('names what is wrong', () => {
    const { wamp } = joined();
    expect(() => backpressure({} as Wamp)).toThrowError(/backpressure\(\): expected a WampClient or a Session/);
    expect(() => backpressure(wamp, { hihg: 1 } as object)).toThrowError(/unknown option 'hihg'/);
    expect(() => backpressure(wamp, { high: -1 })).toThrowError(/high must be a number from 0/);
  });
});
