import { durationOf, countOf, indented, lineOf, optionsOf, pairsOf, valueOf } from '../../src/cli/values.ts';
import { formatOutput } from '../../src/cli/output.ts';
import { plain, table } from '../../src/cli/text.ts';

describe('values of the command line', () => {
  it('are JSON, and where they are none, strings', () => {
    expect(['2', '-1.5', 'true', 'null', '"2"', '[1,{"a":[]}]', ' 3 '].map(valueOf)).toEqual([
      2,
      -1.5,
      true,
      null,
      '2',
      [1, { a: [] }],
      3,
    ]);
    for (const text of ['two', '007', '', '{a:1}', "'2'", '-', '1 2', 'undefined', 'NaN']) {
      expect(valueOf(text)).withContext(text).toBe(text);
    }
    expect(valueOf('12345678901234567890')).toBe(12345678901234567890n);
    expect(valueOf('"\\u0000AQI="')).toEqual(new Uint8Array([1, 2]));
  });

  it('may have names, and values with =', () => {
    expect(pairsOf('--kw', ['a=1', 'b=x=y', 'c='])).toEqual({ a: 1, b: 'x=y', c: '' });
    expect(pairsOf('--kw', undefined)).toEqual({});
    expect(Object.keys(pairsOf('--kw', ['__proto__=1']))).toEqual(['__proto__']);
    for (const odd of ['a', '=1']) {
      expect(() => pairsOf('--kw', [odd])).toThrowError(`--kw: expected <name>=<value>, got '${odd}'`);
    }
    expect(optionsOf(['disclose_me=true', 'cancelMode=kill', 'x_mine=[1]'])).toEqual({
      discloseMe: true,
      cancelMode: 'kill',
      x_mine: [1],
    });
  });

  it('leave as one line of JSON, whatever they are', () => {
    expect(lineOf({ a: [1, 12345678901234567890n, new Uint8Array([1, 2]), 'x\ny'] })).toBe(
      '{"a":[1,12345678901234567890,"\\u0000AQI=","x\\ny"]}',
    );
    expect([undefined, null, NaN, '\0x'].map(lineOf)).toEqual(['null', 'null', 'null', '"\\u0000x"']);
  });

  it('can be indented, and lose no digit', () => {
    const line = '{"a":[1,12345678901234567890,{}],"b, {c}: \\"[":{"d":[]},"e":null}';
    expect(indented(line)).toBe(
      '{\n  "a": [\n    1,\n    12345678901234567890,\n    {}\n  ],\n' +
        '  "b, {c}: \\"[": {\n    "d": []\n  },\n  "e": null\n}',
    );
    expect(indented('"a: b"')).toBe('"a: b"');
  });

  it('are shown alone, with the keywords, or with all that is known of them', () => {
    const arrived = (args: unknown[], kwargs = {}) => ({ args, kwargs, toJSON: () => ({ args, all: true }) });
    expect(formatOutput(arrived([5]), { show: 'value' })).toBe('5\n');
    expect(formatOutput(arrived([]), { show: 'value' })).toBe('null\n');
    expect(formatOutput(arrived([5, 6]), { show: 'value' })).toBe('{"args":[5,6],"kwargs":{}}\n');
    expect(formatOutput(arrived([], { a: 1 }), { show: 'value' })).toBe('{"args":[],"kwargs":{"a":1}}\n');
    expect(formatOutput(arrived([5]), { show: 'payload' })).toBe('{"args":[5],"kwargs":{}}\n');
    expect(formatOutput(arrived([5]), { show: 'all' })).toBe('{"args":[5],"all":true}\n');
    expect(formatOutput(arrived([[5]]), { show: 'value', pretty: true })).toBe('[\n  5\n]\n');
  });

  it('are times and counts', () => {
    const time = durationOf('--timeout');
    expect(['10', '10s', '500ms', '1.5s', '2m', '1h'].map(time)).toEqual([
      10_000, 10_000, 500, 1500, 120_000, 3_600_000,
    ]);
    for (const odd of ['', '0', '-1', 'x', '10d', '1000h', '1e3']) {
      expect(() => time(odd)).toThrowError(`--timeout: expected a time like 10s, 500ms or 5m, got '${odd}'`);
    }
    expect(['1', '20'].map(countOf('--times'))).toEqual([1, 20]);
    expect(countOf('--queue', 0)('0')).toBe(0);
    for (const odd of ['', '0', '-1', '1.5', 'x', '99999999999999999']) {
      expect(() => countOf('--times')(odd)).toThrowError(`--times: expected a number from 1, got '${odd}'`);
    }
  });

  it('stand in columns, and move no cursor', () => {
    expect(
      table(
        ['id', 'uri'],
        [
          ['7', 'com.a'],
          ['123', 'com.app.long'],
        ],
      ),
    ).toBe('   id  uri\n    7  com.a\n  123  com.app.long\n');
    expect(table(['id'], [])).toBe('');
  });

  it('stand below each other where the terminal is too narrow for a table of them', () => {
    const rows = [
      ['7', 'com.app.add', ''],
      ['42', 'com.app.subtract', 'exact'],
    ];
    const wide = '  id  uri               match\n   7  com.app.add\n  42  com.app.subtract  exact\n';
    expect(table(['id', 'uri', 'match'], rows, 29)).toBe(wide);
    expect(table(['id', 'uri', 'match'], rows, 28)).toBe(
      '  id     7\n  uri    com.app.add\n  match\n\n  id     42\n  uri    com.app.subtract\n  match  exact\n',
    );
    expect(plain('a\u001b[2Jb\u009bc\n')).toBe('a\\u001b[2Jb\\u009bc\\u000a');
  });
});
