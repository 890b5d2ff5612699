import { mergeIdentities } from '../../src/auth/identities.ts';

describe('mergeIdentities', () => {
  it('makes one of several shares', () => {
    expect(
      mergeIdentities([
        { authid: 'joe', authextra: { pubkey: 'x' } },
        { authid: 'joe', authrole: 'user', authextra: { nonce: 'y' } },
        {},
      ]),
    ).toEqual({ authid: 'joe', authrole: 'user', authextra: { pubkey: 'x', nonce: 'y' } });
    expect(mergeIdentities([])).toEqual({});
    expect(mergeIdentities([{ authid: 'joe' }, {}])).toEqual({ authid: 'joe' });
  });

  it('refuses contradictions and names them', () => {
    const contradict = (a: object, b: object) => () => mergeIdentities([a, b]);
    expect(contradict({ authid: 'joe' }, { authid: 'ann' })).toThrowError(TypeError, /authid/);
    expect(contradict({ authrole: 'a' }, { authrole: 'b' })).toThrowError(TypeError, /authrole/);
    expect(contradict({ authextra: { nonce: 1 } }, { authextra: { nonce: 2 } })).toThrowError(TypeError, /nonce/);
  });
});
