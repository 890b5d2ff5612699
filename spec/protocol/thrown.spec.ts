import { messageOf } from '../../src/protocol/thrown.ts';

describe('What a thrown value says', () => {
  const mute = Object.defineProperty(new Error('unread'), 'message', {
    get: () => {
      throw new Error('no message');
    },
  });
  const bare: unknown = Object.create(null);
  const cases: [string, unknown, string][] = [
    ['the message of an error', new Error('gone'), 'gone'],
    ['the message of what is an error in another realm', { message: 'gone', stack: '' }, 'gone'],
    ['the text of another value', 'gone', 'gone'],
    ['null as text', null, 'null'],
    ['undefined as text', undefined, 'undefined'],
    ['a number as text', 7, '7'],
    ['the kind of an error without a message', new TypeError(), 'an object'],
    ['the kind of a text that is blank', ' ', 'the string " "'],
    ['the kind of an object that says nothing', new String(' '), 'an object'],
    ['the kind of an object that cannot be made text', bare, 'an object'],
    ['the kind of an error that cannot be asked', mute, 'an object'],
  ];
  for (const [name, thrown, said] of cases) {
    it(`is ${name}`, () => {
      expect(messageOf(thrown)).toBe(said);
    });
  }
});
