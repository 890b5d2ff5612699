import { CLIENT_FEATURES, supports } from '../../src/protocol/features.ts';

describe('supports', () => {
  it('is true for a feature that is announced with true', () => {
    const details = { roles: { dealer: { features: { call_canceling: true, call_timeout: 1 } }, broker: {} } };
    expect(supports(details, 'dealer', 'call_canceling')).toBeTrue();
    expect(supports(details, 'dealer', 'call_timeout'))
      .withContext('1 is not true')
      .toBeFalse();
    expect(supports(details, 'dealer', 'other')).toBeFalse();
    expect(supports(details, 'broker', 'call_canceling')).toBeFalse();
  });

  it('is false, and never throws, where anything on the way is missing or odd', () => {
    const odd: unknown[] = [undefined, null, true, 1, 'x', [], {}, Uint8Array.of(1)];
    for (const value of odd) {
      const places = [{ roles: value }, { roles: { dealer: value } }, { roles: { dealer: { features: value } } }];
      for (const details of places) {
        expect(supports(details as Record<string, unknown>, 'dealer', 'call_canceling')).toBeFalse();
      }
    }
    expect(supports({}, 'dealer', 'call_canceling')).toBeFalse();
  });

  it('takes no inherited name for a feature', () => {
    expect(supports({ roles: { dealer: { features: {} } } }, 'dealer', 'toString')).toBeFalse();
  });
});

describe('CLIENT_FEATURES', () => {
  it('announce what this client does, and nothing else', () => {
    const names = Object.fromEntries(
      Object.entries(CLIENT_FEATURES).map(([role, { features }]) => [role, Object.keys(features).sort()]),
    );
    expect(names).toEqual({
      publisher: ['publisher_exclusion', 'publisher_identification', 'subscriber_blackwhite_listing'],
      subscriber: [
        'pattern_based_subscription',
        'publication_trustlevels',
        'publisher_identification',
        'subscription_revocation',
      ],
      caller: [
        'call_canceling',
        'call_timeout',
        'caller_identification',
        'progressive_call_invocations',
        'progressive_call_results',
      ],
      callee: [
        'call_canceling',
        'call_reroute',
        'call_timeout',
        'call_trustlevels',
        'caller_identification',
        'pattern_based_registration',
        'progressive_call_invocations',
        'progressive_call_results',
        'registration_revocation',
        'shared_registration',
      ],
    });
    for (const { features } of Object.values(CLIENT_FEATURES)) {
      for (const value of Object.values(features)) expect(value).toBeTrue();
    }
  });
});
