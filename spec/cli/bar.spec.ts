// The progress bar, drawn on a stream that says it is a terminal; results are not drawn, but printed.
import { PassThrough } from 'node:stream';
import { Subject } from 'rxjs';
import { Bar, doneOf, type Progress } from '../../src/cli/bar.ts';
import { Client } from '../../src/client/client.ts';
import { result } from '../../src/session/invocation.ts';
import { serveRouter, type ServedRouter } from '../../src/router/node/index.ts';
import { createTestRouter, type TestRouter } from '../../src/testing/test-router.ts';
import { Console } from '../helpers/console.ts';
import { provided } from '../helpers/live.ts';
import { virtually } from '../helpers/virtual.ts';

const BEGIN = '\r\u001b[?7l';
const END = '\u001b[K\u001b[?7h';
const ERASED = '\r\u001b[K';

describe('Bar', () => {
  /** What is written at which time (ms), without the sequences that begin and end every line. */
  const drawn = (act: (bar: Bar, at: (ms: number, action: () => void) => void) => void): [number, string][] => {
    const lines: [number, string][] = [];
    virtually((at, now) => {
      const screen = new PassThrough();
      spyOn(screen, 'write').and.callFake(((line: string) => {
        const isLine = line.startsWith(BEGIN) && line.endsWith(END);
        lines.push([now(), isLine ? line.slice(BEGIN.length, -END.length) : line]);
        return true;
      }) as PassThrough['write']);
      act(new Bar(screen, 'com.scan'), at);
    });
    return lines;
  };
  const bar = (full: number): string => '█'.repeat(full) + '░'.repeat(40 - full);
  const some = (...args: unknown[]): Progress => ({ args, kwargs: {} });

  it('knows how far a result says that the call is', () => {
    expect(doneOf(some(3, 12))).toEqual({ done: 3, total: 12 });
    expect(doneOf({ args: [], kwargs: { done: 3, total: 12 } })).toEqual({ done: 3, total: 12 });
    expect(doneOf(some(0.25))).toEqual({ done: 25, total: 100 });
    expect(doneOf(some(40))).toEqual({ done: 40, total: 100 });
    expect(doneOf({ args: [], kwargs: { progress: 1 } })).toEqual({ done: 100, total: 100 });
    for (const odd of ['half', -1, NaN, null, {}, undefined]) expect(doneOf(some(odd))).toBeUndefined();
  });

  it('draws at most ten times a second, the latest at last, and erases itself', () => {
    const lines = drawn((it, at) => {
      for (let i = 1; i <= 50; i++) at(i, () => it.show(some(i, 200)));
      at(500, () => it.show(some(400, 200)));
      at(510, () => it.close());
    });
    expect(lines).toEqual([
      [1, `com.scan ${bar(0)} 0%`],
      [101, `com.scan ${bar(10)} 25%`],
      [500, `com.scan ${bar(40)} 100%`],
      [510, ERASED],
    ]);
  });

  it('draws nothing after close(), which writes nothing where nothing was drawn', () => {
    expect(drawn((it) => it.close())).toEqual([]);
    const lines = drawn((it, at) => {
      at(1, () => it.show(some(1, 4)));
      at(2, () => it.show(some(2, 4)));
      at(3, () => it.close());
      at(4, () => it.show(some(3, 4)));
      at(5, () => it.close());
    });
    expect(lines.map(([ms]) => ms)).toEqual([1, 3]);
  });

  it('counts results without a number, shows the beginning of the last, and lets none move the cursor', () => {
    const lines = drawn((it, at) => {
      at(0, () => it.show(some('a\u001b[2Jb')));
      at(200, () => it.show(some('x'.repeat(100))));
      at(400, () => it.show(some('a', 'b')));
    });
    expect(lines.map(([, text]) => text.slice(`com.scan ${bar(0)} 0% `.length))).toEqual([
      '1: "a\\u001b[2Jb"',
      `2: "${'x'.repeat(59)}`,
      '3: ["a","b"]',
    ]);
  });
});

describe('rxwamp call --bar', () => {
  let router: TestRouter;
  let served: ServedRouter;
  let wamp: Client;
  let steps: Subject<unknown>;

  beforeEach(async () => {
    router = createTestRouter();
    served = await serveRouter(router);
    wamp = new Client({ realm: 'realm1', transports: [router.transport()] });
    steps = new Subject();
    await provided(wamp, 'spec.slow', () => steps);
  });
  afterEach(async () => {
    await wamp.close();
    await served.close();
    await router.close();
  });

  /** A terminal, and what is on it. */
  const terminal = (): {
    screen: NodeJS.WritableStream;
    shows: (pattern: RegExp) => Promise<void>;
    text: () => string;
  } => {
    let text = '';
    const screen = Object.assign(new PassThrough(), { isTTY: true, columns: 100 });
    screen.on('data', (data: Buffer) => (text += data.toString()));
    const shows = (pattern: RegExp): Promise<void> =>
      new Promise((resolve) => {
        const look = (): void => {
          if (!pattern.test(text)) return;
          screen.off('data', look);
          resolve();
        };
        screen.on('data', look);
        look();
      });
    return { screen, shows, text: () => text };
  };

  it('draws how far it is, and prints the final result alone', async () => {
    const { screen, shows, text } = terminal();
    const it = new Console(['call', 'spec.slow', '--bar', '--url', served.url], screen);
    await router.whenSession(2);
    await firstInvocation(router);
    steps.next(0.25);
    await shows(/spec\.slow █+░+ 25%/);
    steps.next(80);
    await shows(/80%/);
    steps.next(result(['done']));
    expect(await it.code).toBe(0);
    expect(it.out).toBe('"done"\n');
    // what was drawn is erased
    expect(text().endsWith(ERASED)).toBeTrue();
  });

  it('counts results that tell no number', async () => {
    const { screen, shows } = terminal();
    const it = new Console(['call', 'spec.slow', '--bar', '--url', served.url], screen);
    await firstInvocation(router);
    steps.next('reading');
    await shows(/1: "reading"/);
    steps.error(new Error('broken'));
    expect(await it.code).toBe(1);
    expect(it.err).toContain('broken');
  });

  it('draws nothing where there is no terminal', async () => {
    const it = new Console(['call', 'spec.slow', '--bar', '--url', served.url]);
    await firstInvocation(router);
    steps.next(0.5);
    steps.complete();
    expect(await it.code).toBe(0);
    expect([it.out, it.err]).toEqual(['', '']);
  });
});

/** Resolves when a call has come to its callee. */
const firstInvocation = (router: TestRouter): Promise<void> =>
  new Promise((resolve) => {
    const watching = router.messages$.subscribe(({ direction, message }) => {
      if (direction !== 'out' || message[0] !== 68) return;
      watching.unsubscribe();
      // the frame moves at the end of the turn
      setImmediate(resolve);
    });
  });
