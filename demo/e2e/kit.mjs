// The kit of the end-to-end run: the demo as a process, a browser, and checks that wait for conditions.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

/** The finder of browsers is no part of this TypeScript project: only its types are declared here. */
/** @type {{ findChrome(): string, chromeFlags: string[] }} */
const { findChrome, chromeFlags } = await import(new URL('../../.ci/chrome.mjs', import.meta.url).href);

export const root = fileURLToPath(new URL('../..', import.meta.url));

export const patience = 30_000; // ms for any one condition

/** @type {{ passed: number, failed: number }} */
export const totals = { passed: 0, failed: 0 };

/**
 * Runs one check and prints its line. A failed one does not keep the others from running.
 *
 * @param {string} name
 * @param {() => unknown} body
 */
export async function check(name, body) {
  const begin = performance.now();
  try {
    await body();
    totals.passed += 1;
    console.log(`✓ ${name} (${((performance.now() - begin) / 1000).toFixed(1)} s)`);
  } catch (error) {
    totals.failed += 1;
    console.log(`✗ ${name}\n    ${String(error instanceof Error ? error.message : error).replaceAll('\n', '\n    ')}`);
  }
}

/**
 * @param {unknown} condition
 * @param {string} message
 */
export function expect(condition, message) {
  if (!condition) throw new Error(message);
}

/**
 * Waits until a function is true in the page.
 *
 * @template T
 * @param {import('playwright-core').Page} page
 * @param {string} what it is in words, for the error
 * @param {(argument: T) => unknown} condition
 * @param {T} [argument]
 */
export async function until(page, what, condition, argument) {
  try {
    // @ts-expect-error the optional argument is the same type on both sides, which the compiler cannot see
    await page.waitForFunction(condition, argument, { timeout: patience, polling: 50 });
  } catch (error) {
    const state = await page.evaluate(() =>
      ['status', 'search-status', 'walk-status', 'role', 'news']
        .map(
          (id) => `${id}: ${document.querySelector(`[data-testid="${id}"]`)?.textContent?.trim().replace(/\s+/g, ' ')}`,
        )
        .join('\n'),
    );
    throw new Error(`not seen: ${what}\n${state}`, { cause: error });
  }
}

/**
 * Starts the demo as a user would, and resolves when it has printed the page's address.
 *
 * @param {string[]} args
 */
export async function startDemo(args) {
  const child = spawn(process.execPath, [join(root, 'demo/start.mjs'), ...args], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = once(child, 'exit');
  let output = '';
  child.stderr.setEncoding('utf8').on('data', (text) => (output += text));
  /** @type {{ page?: string | undefined, router?: string | undefined }} */
  const urls = {};
  for await (const line of createInterface({ input: child.stdout })) {
    output += `${line}\n`;
    urls.router ??= /^Router +(ws:\S+)/.exec(line)?.[1];
    urls.page ??= /^Page +(http:\S+)/.exec(line)?.[1];
    if (urls.page) break;
  }
  child.stdout.resume();
  return {
    page: urls.page ?? '',
    router: urls.router ?? '',
    output: () => output,
    /** Resolves with the exit code. @param {NodeJS.Signals} [signal] */
    async end(signal) {
      if (signal && child.exitCode === null && child.signalCode === null) child.kill(signal);
      const [code] = await exited;
      return code;
    },
  };
}

/**
 * A browser that has fonts even where the system has none, since without any it cannot draw text at all. Its system's
 * locale is the POSIX one of a bare container; pages may choose another.
 */
export async function startBrowser() {
  const executablePath = findChrome();
  const own = join(dirname(executablePath), 'fonts');
  const fonts = existsSync(own) ? { FONTCONFIG_FILE: fontConfig(own) } : {};
  return chromium.launch({
    executablePath,
    args: chromeFlags,
    env: { ...environment(), ...fonts, LANG: 'C.UTF-8', LC_ALL: 'C.UTF-8' },
  });
}

/** @param {string} folder */
function fontConfig(folder) {
  const cache = join(root, 'demo/.cache');
  const file = join(cache, 'fonts.conf');
  mkdirSync(cache, { recursive: true });
  writeFileSync(
    file,
    `<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig><dir>${folder}</dir>` +
      `<dir>/usr/share/fonts</dir><cachedir>${join(cache, 'fonts')}</cachedir></fontconfig>\n`,
  );
  return file;
}

/** @returns {Record<string, string>} */
function environment() {
  return Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}
