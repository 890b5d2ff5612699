// The progress bar, drawn on what takes itself for a terminal; results are not drawn, but printed.
import { PassThrough } from 'node:stream';
import { Subject } from 'rxjs';
import { Client } from '../../src/client/client.ts';
import { result } from '../../src/session/invocation.ts';
import { serveRouter, type ServedRouter } from '../../src/router/node/index.ts';
import { createTestRouter, type TestRouter } from '../../src/testing/test-router.ts';
import { Console } from '../helpers/console.ts';
import { provided } from '../helpers/live.ts';

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
    // what was drawn is taken away, and the cursor is back
    expect(text()).toContain('\u001b[?25h');
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
