import { join } from 'node:path';
import { check, expect, until } from './kit.mjs';
import { allChartsLive, inState } from './streams.mjs';

const phone = { width: 360, height: 740 };
const desktop = { width: 1440, height: 900 };

/** The pairs of colours in which text is set. The least contrast is WCAG's AA for text of any size. */
const pairs = [
  ['--ink', '--paper'],
  ['--ink', '--surface'],
  ['--ink', '--sunken'],
  ['--ink', '--accent-wash'],
  ['--ink-soft', '--paper'],
  ['--ink-soft', '--surface'],
  ['--ink-soft', '--sunken'],
  ['--accent', '--surface'],
  ['--on-accent', '--accent'],
];
const least = 4.5;

/** @param {import('playwright-core').Page} page */
async function background(page) {
  return page.evaluate(() => window.getComputedStyle(document.body).backgroundColor);
}

/** @param {import('playwright-core').Page} page */
function weakPairs(page) {
  return page.evaluate(
    ({ pairs, least }) => {
      /** @param {string} token */
      const luminance = (token) => {
        const probe = document.body.appendChild(document.createElement('i'));
        probe.style.color = `var(${token})`;
        const channels = (window.getComputedStyle(probe).color.match(/[\d.]+/g) ?? []).slice(0, 3).map((part) => {
          const value = Number(part) / 255;
          return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
        });
        probe.remove();
        return 0.2126 * (channels[0] ?? 0) + 0.7152 * (channels[1] ?? 0) + 0.0722 * (channels[2] ?? 0);
      };
      return pairs.flatMap(([front = '', back = '']) => {
        const [light = 0, dark = 0] = [luminance(front), luminance(back)].sort((a, b) => b - a);
        const contrast = (light + 0.05) / (dark + 0.05);
        return contrast < least ? [`${front} on ${back}: ${contrast.toFixed(2)}`] : [];
      });
    },
    { pairs, least },
  );
}

/** @param {import('./streams.mjs').Context} context */
export async function looksChecks({ page, artifacts }) {
  /** @param {string} name @param {boolean} [whole] */
  const picture = (name, whole = true) => page.screenshot({ path: join(artifacts, `${name}.png`), fullPage: whole });

  await check('light: contrast of all text is AA', async () => {
    await page.evaluate(() => {
      window.scrollTo(0, 0);
    });
    const weak = await weakPairs(page);
    expect(weak.length === 0, weak.join('\n'));
    await picture('desktop-light');
    await picture('dashboard', false);
  });

  await check('dark follows the system, contrast is AA', async () => {
    const light = await background(page);
    await page.emulateMedia({ colorScheme: 'dark' });
    await until(
      page,
      'another background',
      (before) => window.getComputedStyle(document.body).backgroundColor !== before,
      light,
    );
    const weak = await weakPairs(page);
    expect(weak.length === 0, weak.join('\n'));
    await page.getByRole('button', { name: 'Use light colours' }).waitFor();
    await picture('desktop-dark');
  });

  await check('the button overrules the system, and the choice is kept', async () => {
    const dark = await background(page);
    await page.getByTestId('theme').click();
    const light = await background(page);
    expect(light !== dark, 'the colours are the same');
    await page.reload();
    await page.getByTestId('status').waitFor();
    expect((await background(page)) === light, 'the choice is forgotten');
    await page.emulateMedia({ colorScheme: 'light' });
    await allChartsLive(page);
  });

  await check('360 px wide: nothing is wider than the screen', async () => {
    await page.setViewportSize(phone);
    await page.getByTestId('search').fill('observable');
    await page.locator('[data-testid="search-hits"] mark').first().waitFor();
    await page.getByTestId('walk-start').click();
    await until(page, 'the walk done', () => document.querySelector('[data-testid="walk-status"][data-phase="done"]'));
    const { wide, culprits } = await page.evaluate(() => ({
      wide: document.documentElement.scrollWidth,
      culprits: [...document.querySelectorAll('main *')]
        .filter(
          (element) =>
            element.getBoundingClientRect().right > innerWidth + 1 && !element.closest('.hits, .marks, svg, .largest'),
        )
        .map((element) => `${element.tagName}.${element.className}`),
    }));
    expect(wide <= phone.width, `${wide} px: ${culprits.join(', ')}`);
    await picture('phone');
    await page.setViewportSize(desktop);
  });

  await check('on a phone, what is pressed is 44 px high, and no text is below 12 px', async () => {
    const browser = /** @type {import('playwright-core').Browser} */ (page.context().browser());
    const touch = await browser.newContext({ viewport: phone, hasTouch: true, isMobile: true, locale: 'en-GB' });
    try {
      const mobile = await touch.newPage();
      await mobile.goto(page.url());
      await inState(mobile, 'joined');
      await mobile.getByTestId('project').waitFor();
      const { low, small } = await mobile.evaluate(() => {
        const shown = [...document.body.querySelectorAll('*')].filter(
          (element) => element.getClientRects().length > 0 && !element.closest('.unseen, .skip'),
        );
        const name = (/** @type {Element} */ element) =>
          `${element.tagName} ${element.textContent?.trim().slice(0, 20) ?? ''}`;
        return {
          low: shown
            .filter((element) => element.matches('button, a, input, select, textarea'))
            .filter((element) => element.getBoundingClientRect().height < 44)
            .map(name),
          small: shown.filter((element) => parseFloat(getComputedStyle(element).fontSize) < 12).map(name),
        };
      });
      expect(low.length === 0, `too low: ${low.join(', ')}`);
      expect(small.length === 0, `too small: ${small.join(', ')}`);
    } finally {
      await touch.close();
    }
  });

  await check('the main controls are reached by keyboard', async () => {
    await page.reload(); // the focus begins anew, too
    await page.getByTestId('project').waitFor();
    await page.keyboard.press('Tab');
    expect(
      await page.evaluate(() => document.activeElement?.classList.contains('skip')),
      'the skip link is not the first',
    );
    /** @type {string[]} */
    const reached = [];
    for (let key = 0; key < 60; key += 1) {
      await page.keyboard.press('Tab');
      const { id, outlined } = await page.evaluate(() => ({
        id: document.activeElement?.getAttribute('data-testid') ?? '',
        outlined:
          document.activeElement === document.body ||
          window.getComputedStyle(/** @type {Element} */ (document.activeElement)).outlineStyle !== 'none',
      }));
      expect(outlined, `no focus is seen on ${id}`);
      reached.push(id);
    }
    const wanted = [
      'status',
      'theme',
      'code',
      'copy',
      'drop',
      'offline-toggle',
      'router-stop',
      'search',
      'search-folder',
      'search-hits',
      'walk-start',
      'note',
      'second-tab',
      'login',
      'project-refresh',
    ];
    const missing = wanted.filter((id) => !reached.includes(id));
    expect(missing.length === 0, `not reached: ${missing.join(', ')}; reached: ${reached.join(', ')}`);
  });

  await check('a browser whose locale is no language shows the page', async () => {
    const bare = await /** @type {import('playwright-core').Browser} */ (page.context().browser()).newPage();
    try {
      const odd = await bare.evaluate(() => {
        try {
          return !new Intl.NumberFormat(navigator.language);
        } catch {
          return true;
        }
      });
      expect(odd, 'the browser has an ordinary locale, so this proves nothing');
      await bare.goto(page.url());
      await inState(bare, 'joined');
    } finally {
      await bare.close();
    }
  });

  await check('the skip link leads to the dashboard, and keys press buttons', async () => {
    await page.locator('.skip').focus();
    await page.keyboard.press('Enter');
    expect(await page.evaluate(() => document.activeElement?.id === 'main'), 'the focus is elsewhere');
    await page.getByTestId('walk-start').focus();
    await page.keyboard.press('Space');
    await until(page, 'a walk', () => document.querySelector('[data-testid="walk-status"][data-phase="running"]'));
    await page.getByTestId('walk-cancel').focus();
    await page.keyboard.press('Enter');
    await until(page, 'its end', () => document.querySelector('[data-testid="walk-status"][data-phase="cancelled"]'));
  });
}
