import { matches, wordsOf } from '../../src/inspector/words.ts';

describe('the words of a filter', () => {
  const pass = (filter: string, text: string): boolean => matches(text, wordsOf(filter));

  it('have to be there, all of them, in small or capital letters', () => {
    expect(pass('event com.app', 'EVENT com.app.news')).toBeTrue();
    expect(pass('event com.shop', 'EVENT com.app.news')).toBeFalse();
    expect(pass('  ', 'EVENT')).toBeTrue();
  });

  it('must not be there behind a minus; a minus alone is a minus', () => {
    expect(pass('-event', 'EVENT com.app.news')).toBeFalse();
    expect(pass('-event', 'CALL com.app.add')).toBeTrue();
    expect(pass('-', 'CALL -1')).toBeTrue();
    expect(pass('-', 'CALL 1')).toBeFalse();
  });
});
