import { ATTRIBUTES, camelised } from '../../src/protocol/attributes.ts';
import { fromWire, isPrivate, toWire } from '../../src/protocol/names.ts';
import { isDict } from '../../src/protocol/kinds.ts';

describe('names of attributes', () => {
  it('have one camelCase twin each, there and back', () => {
    const wire = Object.keys(ATTRIBUTES);
    const camel = wire.map(fromWire);
    expect(new Set(camel).size).toBe(wire.length);
    for (const name of camel) expect(name).toMatch(/^[a-zA-Z]+$/);
    expect(camel.map(toWire)).toEqual(wire);
  });

  const twins: readonly (readonly [wire: string, camel: string])[] = [
    ['exclude_me', 'excludeMe'],
    ['eligible_authrole', 'eligibleAuthrole'],
    ['ppt_keyid', 'pptKeyid'],
    ['forward_for', 'forwardFor'],
    ['x_acknowledged_delivery', 'xAcknowledgedDelivery'],
    ['topic', 'topic'],
    ['made_up_by_a_router', 'madeUpByARouter'],
  ];
  for (const [wire, camel] of twins) {
    it(`${wire} is ${camel}`, () => {
      expect(fromWire(wire)).toBe(camel);
      expect(toWire(camel)).toBe(wire);
    });
  }

  it('outside the standard, x_… and _…, stay as they are', () => {
    for (const name of ['x_cb_node', '_private', 'x_a_b']) {
      expect(isPrivate(name)).toBeTrue();
      expect(fromWire(name)).toBe(name);
    }
    for (const name of ['topic', 'x_', '_', 'x_acknowledged_delivery', 'X_a', 'x_a b']) {
      expect(isPrivate(name)).withContext(name).toBeFalse();
    }
  });
});

describe('camelised', () => {
  it('renames the keys and leaves what is nested', () => {
    const nested = { stays_here: 1 };
    const seen = camelised({ publisher_authid: 'joe', x_cb_node: nested, unknown_key: [nested] });
    expect(seen).toEqual({ publisherAuthid: 'joe', x_cb_node: nested, unknownKey: [nested] });
    expect(seen['x_cb_node']).toBe(nested);
  });

  it('keeps a key __proto__ as an own member', () => {
    const seen = camelised(JSON.parse('{"__proto__":{"polluted":true}}') as Record<string, unknown>);
    expect(Object.keys(seen)).toEqual(['__proto__']);
    expect(Object.getPrototypeOf(seen)).toBe(Object.prototype);
  });
});

describe('isDict', () => {
  it('is true for dictionaries, not for lists, binary, null and plain values', () => {
    expect([{}, Object.create(null), { a: 1 }].map(isDict)).toEqual([true, true, true]);
    expect([[], Uint8Array.of(1), null, undefined, 1, 'x', true].some(isDict)).toBeFalse();
  });
});
