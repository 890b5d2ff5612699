// An option that the router would ignore is refused here, where that would change what the request means.
import { NEVER } from 'rxjs';
import { InvalidStateError } from '../../src/protocol/errors.ts';
import { result } from '../../src/session/invocation.ts';
import type { Wamp } from '../../src/session/options.ts';
import { record, type Recording } from '../../src/testing/record.ts';
import { joined } from '../helpers/wire.ts';

/** What asks for a feature, and what it asks for. */
const NEEDS: Record<string, readonly [feature: string, option: string, (wamp: Wamp) => Recording<unknown>]> = {
  'subscribe match': [
    'pattern_based_subscription',
    'match',
    (wamp) => record(wamp.subscribe('com.app.', { match: 'prefix' })),
  ],
  'register match': [
    'pattern_based_registration',
    'match',
    (wamp) => record(wamp.register('com..f', () => 1, { match: 'wildcard' })),
  ],
  'register invoke': [
    'shared_registration',
    'invoke',
    (wamp) => record(wamp.register('com.app.f', () => 1, { invoke: 'roundrobin' })),
  ],
  'register discloseCaller': [
    'caller_identification',
    'disclose_caller',
    (wamp) => record(wamp.register('com.app.f', () => 1, { discloseCaller: true })),
  ],
  'call discloseMe': [
    'caller_identification',
    'disclose_me',
    (wamp) => record(wamp.call('com.app.f', [], {}, { discloseMe: true })),
  ],
  'call with an Observable of arguments': [
    'progressive_call_invocations',
    'progress',
    (wamp) => record(wamp.call('com.app.f', NEVER)),
  ],
  'call pptScheme': [
    'payload_passthru_mode',
    'ppt_scheme',
    (wamp) => record(wamp.call('com.app.f', [], {}, { pptScheme: 'x_own' })),
  ],
  'publish discloseMe': [
    'publisher_identification',
    'disclose_me',
    (wamp) => record(wamp.publish('com.app.t', [], {}, { discloseMe: true })),
  ],
  'publish retain': [
    'event_retention',
    'retain',
    (wamp) => record(wamp.publish('com.app.t', [], {}, { retain: true })),
  ],
  'publish excludeMe: false': [
    'publisher_exclusion',
    'exclude_me',
    (wamp) => record(wamp.publish('com.app.t', [], {}, { excludeMe: false })),
  ],
  'publish exclude': [
    'subscriber_blackwhite_listing',
    'exclude',
    (wamp) => record(wamp.publish('com.app.t', [], {}, { exclude: 5, acknowledge: true })),
  ],
  'publish eligibleAuthrole': [
    'subscriber_blackwhite_listing',
    'eligible_authrole',
    (wamp) => record(wamp.publish('com.app.t', [], {}, { eligibleAuthrole: 'admin' })),
  ],
  'publish pptScheme': [
    'payload_passthru_mode',
    'ppt_scheme',
    (wamp) => record(wamp.publish('com.app.t', [], {}, { pptScheme: 'x_own' })),
  ],
};

const NONE = { broker: '', dealer: '' };

describe('an option whose feature the router did not announce', () => {
  for (const [name, [feature, option, act]] of Object.entries(NEEDS)) {
    it(`is refused, and the feature is named: ${name}`, () => {
      const { wamp, wire } = joined({ features: NONE });
      const outcome = act(wamp);

      expect(outcome.error).toBeInstanceOf(InvalidStateError);
      expect((outcome.error as Error).message).toContain(
        `${option} needs ${feature}, which the router does not announce`,
      );
      expect(wire.rest()).toEqual([]);
      // and no request id was spent
      record(wamp.call('com.app.f'));
      expect(wire.take(48)).toEqual([48, 1, {}, 'com.app.f']);
    });

    it(`is sent with checkFeatures: false: ${name}`, () => {
      const { wamp, wire } = joined({ features: NONE, checkFeatures: false });
      const outcome = act(wamp);

      expect(outcome.error).toBeUndefined();
      // streamed arguments are sent with the first list of them
      expect(wire.rest().length).toBe(name.includes('Observable') ? 0 : 1);
    });

    it(`is sent where the feature is announced: ${name}`, () => {
      const { wamp, wire } = joined({ features: { broker: feature, dealer: feature }, interceptors: [{}] });
      const outcome = act(wamp);

      expect(outcome.error).toBeUndefined();
      expect(wire.rest().length).toBe(name.includes('Observable') ? 0 : 1);
    });
  }

  it('that we do not announce either is refused: for a packed payload the router would end the session', () => {
    const feature = 'payload_passthru_mode';
    const { wamp, wire } = joined({ features: { broker: feature, dealer: feature } });
    const outcomes = [
      record(wamp.call('com.app.f', [], {}, { pptScheme: 'x_own' })),
      record(wamp.publish('com.app.t', [], {}, { pptScheme: 'x_own' })),
    ];

    for (const { error } of outcomes) {
      expect(error).toBeInstanceOf(InvalidStateError);
      expect((error as Error).message).toContain(`ppt_scheme needs ${feature}, which passthru() announces`);
    }
    expect(wire.rest()).toEqual([]);
  });

  for (const features of [NONE, { broker: '', dealer: 'payload_passthru_mode' }]) {
    it(`is no way to pack a result either, ${features.dealer ? 'where only the router announced it' : 'where neither did'}`, () => {
      const { wamp, wire } = joined({ features });
      const errors = record(wamp.userErrors$);
      record(wamp.register('com.app.f', () => result(['secret'], {}, { pptScheme: 'x_own' })));
      wire.take(64);
      wire.send([65, 1, 88], [68, 1, 88, {}]);

      const [answer, ...rest] = wire.rest();
      expect(answer?.slice(0, 5)).toEqual([8, 68, 1, {}, 'wamp.error.runtime_error']);
      expect(answer?.[5]).toEqual([
        jasmine.stringContaining('result("com.app.f"): ppt_scheme needs payload_passthru_mode'),
      ]);
      expect(rest).toEqual([]);
      expect(errors.values.map(({ error }) => error)).toEqual([jasmine.any(InvalidStateError)]);
    });
  }

  it('passes where it says what routers do anyway', () => {
    const { wamp, wire } = joined({ features: NONE });
    const outcomes = [
      record(wamp.subscribe('com.app.t', { match: 'exact' })),
      record(wamp.register('com.app.f', () => 1, { match: 'exact', invoke: 'single', discloseCaller: false })),
      record(wamp.call('com.app.f', [], {}, { discloseMe: false })),
      record(wamp.publish('com.app.t', [], {}, { retain: false, excludeMe: true, discloseMe: false })),
    ];

    expect(outcomes.map(({ error }) => error)).toEqual([undefined, undefined, undefined, undefined]);
    expect(wire.rest().length).toBe(4);
  });

  it('falls back silently where there is a twin on this side, or it is a hint', () => {
    const { wamp, wire } = joined({ features: NONE });
    const call = record(wamp.call('com.app.f', [], {}, { timeout: 1000, cancelMode: 'kill' }));
    record(wamp.subscribe('com.app.t', { getRetained: true, nkey: 'a' }));
    record(wamp.register('com.app.g', () => 1, { forwardTimeout: true, concurrency: 2, forceReregister: true }));
    call.unsubscribe();

    // the timer runs here, and the call, which is not wanted any more, ends here
    expect(wire.rest()).toEqual([
      [48, 1, {}, 'com.app.f'],
      [32, 2, { get_retained: true, nkey: 'a' }, 'com.app.t'],
      [64, 3, { forward_timeout: true, concurrency: 2, force_reregister: true }, 'com.app.g'],
    ]);
  });

  it('errors a stream that comes to a router without the feature, and no other', () => {
    const { wamp, wire } = joined({ features: NONE });
    const [pattern, exact] = [
      record(wamp.subscribe('com.app.', { match: 'prefix' })),
      record(wamp.subscribe('com.app.t')),
    ];

    expect(pattern.error).toBeInstanceOf(InvalidStateError);
    wire.send([33, 1, 77], [36, 77, 5, {}, ['here']]);
    expect(exact.values.length).toBe(1);
  });
});
