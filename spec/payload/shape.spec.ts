import { markOf } from '../../src/payload/shape.ts';
import type { Dict } from '../../src/protocol/payload.ts';

describe('markOf()', () => {
  const marked = (details: Dict): unknown => markOf([36, 1, 2, details, [3]]);
  const mark = { serializer: undefined, cipher: undefined, keyid: undefined };

  it('reads the attributes of either shape', () => {
    expect(marked({ ppt_scheme: 'x_a', ppt_serializer: 'json', ppt_cipher: 'aes256gcm', ppt_keyid: 'k' })).toEqual({
      shape: 'ppt',
      scheme: 'x_a',
      serializer: 'json',
      cipher: 'aes256gcm',
      keyid: 'k',
    });
    expect(marked({ enc_algo: 'cryptobox', enc_key: 'k' })).toEqual({
      shape: 'enc',
      scheme: 'cryptobox',
      serializer: undefined,
      keyid: 'k',
    });
  });

  it('takes an attribute of the wrong type as absent', () => {
    for (const details of [
      {},
      { ppt_scheme: 5 },
      { ppt_scheme: '' },
      { enc_algo: ['mqtt'] },
      { ppt_serializer: 'json' },
    ]) {
      expect(marked(details)).withContext(JSON.stringify(details)).toBeUndefined();
    }
    expect(marked({ ppt_scheme: 'x_a', ppt_serializer: 1, ppt_keyid: null })).toEqual({
      ...mark,
      shape: 'ppt',
      scheme: 'x_a',
    });
    expect(marked({ ppt_scheme: 5, enc_algo: 'mqtt' })).toEqual(jasmine.objectContaining({ shape: 'enc' }));
  });
});
