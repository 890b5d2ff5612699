// How streams are requested at a join: a window of unanswered requests, refilled by answers.
import { record } from '../../src/testing/record.ts';
import { dialled, type JoinedClient } from '../helpers/wire.ts';

const TOPICS = 120;

/** A client with many topics that has said HELLO. */
function waiting(): Omit<JoinedClient, 'session'> {
  const client = dialled();
  client.wire.take(1);
  for (let i = 0; i < TOPICS; i++) record(client.wamp.subscribe(`com.app.t${i}`));
  return client;
}

const ready = ({ wamp }: Pick<JoinedClient, 'wamp'>): boolean =>
  wamp.status.state === 'joined' && wamp.status.healing === 0;

describe('at a join, requests of streams', () => {
  it('are sent fifty at a time, and one more for each answer, in their order', () => {
    const { wamp, wire } = waiting();
    wire.send([2, 5, { roles: {} }]);
    const sent = wire.rest();
    expect(sent.map((message) => message[3])).toEqual(Array.from({ length: 50 }, (_, i) => `com.app.t${i}`));
    for (let answered = 1; answered <= TOPICS; answered++) {
      expect(ready({ wamp })).toBeFalse();
      wire.send([33, answered, 1000 + answered]);
      const next = 49 + answered;
      expect(wire.rest().map((message) => message[3])).toEqual(next < TOPICS ? [`com.app.t${next}`] : []);
    }
    expect(ready({ wamp })).toBeTrue();
  });

  it('go on after a refusal, too', () => {
    const { wire } = waiting();
    wire.send([2, 5, { roles: {} }]);
    wire.rest();
    wire.send([8, 32, 1, {}, 'wamp.error.not_authorized']);
    expect(wire.rest().map((message) => message[3])).toEqual(['com.app.t50']);
  });

  it('of a stream that is given up before its turn are not sent', () => {
    const client = dialled();
    client.wire.take(1);
    const streams = Array.from({ length: 60 }, (_, i) => record(client.wamp.register(`com.app.f${i}`, () => i)));
    client.wire.send([2, 5, { roles: {} }]);
    client.wire.rest();
    streams[50]?.stop();
    client.wire.send([65, 1, 1001]);
    expect(client.wire.rest().map((message) => message[3])).toEqual(['com.app.f51']);
  });
});
