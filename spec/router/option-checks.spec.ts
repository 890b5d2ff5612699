import type { RouterOptions } from '../../src/router/index.ts';
import { createTestRouter } from '../../src/testing/index.ts';

describe('options of createTestRouter()', () => {
  const wrong: readonly (readonly [options: unknown, said: RegExp])[] = [
    [5, /^createTestRouter: options must be an object, got a number$/],
    [{ realm: 'x' }, /^createTestRouter: unknown option 'realm'; known are realms, /],
    [{ realms: 'x' }, /^createTestRouter: realms must be a list of names, or options by name, got the string "x"$/],
    [{ realms: { x: true } }, /^createTestRouter: realm x must be an object, got the boolean true$/],
    [{ realms: { x: { atuh: [] } } }, /^createTestRouter: realm x: unknown option 'atuh'; known are auth, /],
    [{ autoCreateRealms: { atuh: [] } }, /^createTestRouter: autoCreateRealms: unknown option 'atuh'/],
    [{ like: 'autobahn' }, /^createTestRouter: like must be 'crossbar' or 'nexus', got the string "autobahn"$/],
    [{ quirks: { none: true } }, /^createTestRouter: quirks: unknown option 'none'/],
    [{ limits: { realm: 1 } }, /^createTestRouter: limits: unknown option 'realm'/],
  ];
  for (const [options, said] of wrong) {
    it(`are refused: ${JSON.stringify(options)}`, () => {
      expect(() => createTestRouter(options as RouterOptions)).toThrowError(TypeError, said);
    });
  }

  it('may be left out, each', () => {
    const realms = { a: { auth: undefined, strictUris: true } } as unknown as Record<string, object>;
    for (const options of [{}, { realms: ['a'] }, { realms }, { autoCreateRealms: true, like: undefined }]) {
      expect(() => createTestRouter(options as RouterOptions)).not.toThrow();
    }
  });
});
