import { filesApart, waitedAt } from '../helpers/waited-at.ts';
import { createRouter } from '../../src/router/index.ts';
import {
  createTestRouter,
  recordMessages,
  whenMessages,
  whenRegistered,
  whenSession,
  whenSubscribed,
} from '../../src/testing/index.ts';
import { timedOut } from '../../src/testing/call-site.ts';
import { joined } from '../router/raw.ts';

/** The line of this file on which it is called. */
const here = (): string | undefined => /waiting\.spec\.ts:(\d+):/.exec(new Error().stack!.split('\n')[2]!)?.[1];

describe('waiting', () => {
  it('has the same functions for any router, and methods of a test router', async () => {
    const router = createRouter();
    joined(router).send([32, 1, {}, 'com.topic'], [64, 2, {}, 'com.p']);
    expect((await whenSession(router)).realm).toBe('realm1');
    expect((await whenSubscribed(router, 'com.topic')).length).toBe(1);
    expect((await whenRegistered(router, 'com.p', 1)).length).toBe(1);
  });

  it('says in time-out what was there instead, and names the line that waited', async () => {
    const router = createTestRouter();
    joined(router).send([32, 1, {}, 'com.a']);
    const [line, waiting] = [here(), router.whenSubscribed('com.b', 2, { timeout: 1 })];
    const error = await waiting.catch((thrown: unknown) => thrown as Error);
    expect((error as Error).message).toMatch(
      `^Waited 1 ms for 2 session\\(s\\) on 'com.b'; instead there is 'com.a' \\(exact\\) with 1${waitedAt('waiting', line)}`,
    );
    if (filesApart) expect((error as Error).stack!.split('\n')[1]).toContain(`waiting.spec.ts:${line}:`);
  });

  it('refuses options that it does not know', async () => {
    const router = createTestRouter();
    const wrong = { within: 1 } as never;
    const unknown = (by: string): string =>
      `${by}: unknown option 'within'; known are timeout; see rxwamp/src/client/errors.md#unknown-option`;
    await expectAsync(router.whenSession(1, wrong)).toBeRejectedWithError(TypeError, unknown('whenSession'));
    await expectAsync(whenSubscribed(router, 'com.a', 1, wrong)).toBeRejectedWithError(unknown('whenSubscribed'));
    await expectAsync(whenRegistered(router, 'com.a', 1, wrong)).toBeRejectedWithError(unknown('whenRegistered'));
    await expectAsync(router.watch('com.a').whenPublished(1, wrong)).toBeRejectedWithError(unknown('whenPublished'));
    await expectAsync(router.mock('com.a').whenCalled(1, wrong)).toBeRejectedWithError(unknown('whenCalled'));
    const filters =
      "recordMessages: unknown option 'nam'; known are name, to, where; see rxwamp/src/client/errors.md#unknown-option";
    expect(() => recordMessages(router, { nam: 'EVENT' } as never)).toThrowError(TypeError, filters);
    expect(() => whenMessages(router, 1, wrong)).toThrowError(
      "whenMessages: unknown option 'within'; known are name, to, where, timeout; see rxwamp/src/client/errors.md#unknown-option",
    );
  });
});

describe('the error of a time-out', () => {
  const message = (stack: string): string => timedOut({ stack }, 'Waited').message;

  it('reads stacks of Firefox and Safari, and those of a bundle name no line', () => {
    const firefox = [
      'when@https://host/src/testing/waiting.ts:3:4',
      'whenSession@https://host/src/testing/when.ts:5:6',
      'later@https://host/app/app.spec.ts:7:8',
      '',
    ].join('\n');
    expect(message(firefox)).toBe('Waited (waiting at https://host/app/app.spec.ts:7:8)');
    expect(message('Error\n    at when (/a/bundle.js:1:2)\n    at test (/a/bundle.js:3:4)')).toBe('Waited');
    expect(message('')).toBe('Waited');
  });
});
