import { NEVER } from 'rxjs';
import { ticket } from '../../src/auth/ticket.ts';
import { defineInspector, RxwampInspector } from '../../src/inspector/index.ts';
import { ADVICE } from '../../src/inspector/notice.ts';
import { acceptTicket } from '../../src/router/index.ts';
import { createTestRouter, eventually } from '../../src/testing/index.ts';
import { live, provided } from '../helpers/live.ts';
import { InspectorPage, nextFrame } from './inspector-page.ts';

const SLOWLY = { reconnect: { initialDelay: 60_000, jitter: 0 } };

describe('<rxwamp-inspector>', () => {
  let page: InspectorPage;
  beforeEach(() => {
    page = new InspectorPage(SLOWLY);
  });
  afterEach(() => page.end());

  it('is defined once', () => {
    defineInspector();
    expect(customElements.get('rxwamp-inspector')).toBe(RxwampInspector);
  });

  it('refuses what is no client', () => {
    const element = document.createElement('rxwamp-inspector');
    expect(() => (element.client = {} as never)).toThrowError(TypeError, /<rxwamp-inspector>: expected a WampClient/);
    expect(element.client).toBeUndefined();
  });

  it('takes a client that was given before the element was defined', async () => {
    const early = document.createElement('rxwamp-inspector');
    Object.defineProperty(early, 'client', { value: page.client, configurable: true, writable: true });
    document.body.append(early);
    await eventually(() => early.shadowRoot?.querySelector('[role=tab]') instanceof Element);
    expect(Object.hasOwn(early, 'client')).toBeFalse();
    early.remove();
  });

  it('shows another client anew', async () => {
    await page.show();
    await page.shows('Idle', '.header');
    const other = page.connect();
    other.connect();
    page.element.client = other;
    await page.shows('Joined', '.header');
    expect(page.observed).toEqual([]);
    page.element.client = undefined;
    expect(page.all('*')).toEqual([]);
  });

  it('says what to install where it has nothing to render with, and shows the client as soon as it has', async () => {
    const cause = new TypeError("Failed to resolve module specifier 'lit/html.js'");
    let lacking = true;
    class Lacking extends RxwampInspector {
      override load(): ReturnType<RxwampInspector['load']> {
        return lacking ? Promise.reject(cause) : super.load();
      }
    }
    customElements.define('lacking-inspector', Lacking);
    const element = new Lacking();
    element.client = page.client;
    const text = (): string => element.shadowRoot?.textContent ?? '';
    await jasmine.spyOnGlobalErrorsAsync(async (reported) => {
      document.body.append(element);
      await eventually(() => text().includes('npm install lit'));
      expect(text()).toContain(cause.message);
      await eventually(() => reported.calls.count() === 1);
      expect(reported.calls.allArgs()).toEqual([
        [jasmine.objectContaining({ message: `<rxwamp-inspector>: ${ADVICE}`, cause })],
      ]);
    });
    lacking = false;
    element.remove();
    document.body.append(element);
    await eventually(() => element.shadowRoot?.querySelector('[role=tab]') instanceof Element);
    expect(text()).not.toContain('npm install lit');
    element.remove();
  });

  describe('the tab Connection', () => {
    it('shows the session: who, where, and what the router can do', async () => {
      page.client.connect();
      await page.show();
      await page.shows(/Realm realm1 Session \d+ Authid \S+ Role anonymous/);
      await page.shows(/Router rxwamp-router/);
      await page.shows(/broker \d\d features/);
    });

    it('shows why there is no session, and counts down to the next attempt', async () => {
      page.client.connect();
      await page.show();
      await page.shows('Joined', '.header');
      page.router.dropAll();
      await page.shows(/Waiting retry in (60|59) s|Waiting retry in 1 min/, '.status');
      await page.shows(/State Waiting Attempt 1 Delay 1 min 00 s Next attempt \S+ Cause The link was closed/);
      expect(page.text()).toContain('No session is joined.');
    });

    it('keeps a timeline of statuses and events, the newest first', async () => {
      await page.show();
      page.client.connect();
      await page.shows('ready', '.timeline');
      page.router.dropAll();
      await page.shows('Waiting', '.timeline');
      const moments = page.all('.moment .what').map(({ textContent }) => textContent);
      expect(moments).toEqual([
        ...['Waiting', 'disconnect', 'leave', 'ready', 'join', 'Joined'],
        ...['connect', 'Joining', 'Connecting', 'Idle'],
      ]);
    });
  });

  describe('the tab Streams', () => {
    it('shows what the client holds, and what each of it waits for', async () => {
      await live(page.client, 'com.app.news');
      await live(page.client, 'com.app.news');
      await live(page.client, 'com.app', { match: 'prefix' });
      await provided(page.client, 'com.app.echo', () => 1);
      await page.show();
      page.choose('Streams');
      await page.shows('3 streams');
      const rows = (): string[] =>
        page.all('[role=option]').map(({ textContent }) => textContent.replace(/\s+/g, ' ').trim());
      expect(rows()).toEqual([
        jasmine.stringMatching(/^topic com\.app\.news confirmed 2 \d+ 0 s$/),
        jasmine.stringMatching(/^topic com\.app prefix confirmed 1 \d+ 0 s$/),
        jasmine.stringMatching(/^procedure com\.app\.echo confirmed \d+ 0 s$/),
      ]);
      page.router.dropAll();
      await page.shows('waiting waits for a session');
    });

    it('filters, and shows the options of the selected one', async () => {
      await provided(page.client, 'com.app.news', () => 1, { invoke: 'roundrobin' });
      await live(page.client, 'com.app.weather');
      await page.show();
      page.choose('Streams');
      await page.shows('2 streams');
      page.filter('news');
      await page.shows('1 of 2');
      page.one('[role=option]').click();
      await page.shows('"invoke": "roundrobin"', '.details');
      page.filter('nothing');
      await page.shows('No stream passes the filter.');
    });
  });

  it('shows open calls and invocations with their age, in the tab Calls', async () => {
    const other = page.connect();
    await provided(other, 'com.app.slow', () => NEVER);
    await provided(page.client, 'com.app.confirm', () => NEVER);
    const call = page.client.call('com.app.slow').subscribe({ error: () => undefined });
    other.call('com.app.confirm').subscribe({ error: () => undefined });
    await page.show();
    page.choose('Calls');
    await page.shows(/call com\.app\.slow requested waits for the callee 1? ?\d+ \d s/);
    await page.shows(/invocation com\.app\.confirm requested waits for the handler/);
    call.unsubscribe();
    await page.shows('1 open call');
  });

  it('shows the metrics, in the tab Traffic', async () => {
    await live(page.client, 'com.app.news');
    await page.show();
    page.choose('Traffic');
    await page.shows('The first figures come in a second.');
    page.router.publish('com.app.news', ['x'.repeat(1000)]);
    await page.shows(/Received \d messages\/s, \S+ k?B\/s 1 message, 1\.\d kB while shown/);
    expect(page.text()).toMatch(/Subscriptions 1 Registrations 0 Calls 0/);
    const sent: unknown[] = [];
    page.client.messages$.subscribe(({ direction, message }) => direction === 'out' && sent.push(message));
    await page.shows(/Received 0 messages\/s/);
    // to look at a link sends nothing over it
    expect(sent).toEqual([]);
  });

  describe('the tab Wire', () => {
    const names = (): string[] => page.all('.row .name').map(({ textContent }) => textContent);

    it('shows messages with their topics, those that were subscribed to before included', async () => {
      await live(page.client, 'com.app.news');
      await page.show();
      page.choose('Wire');
      await page.shows('No message yet.');
      page.router.publish('com.app.news', ['Rain']);
      await page.shows(/EVENT com\.app\.news \["Rain"\]/);
      page.client.call('com.app.none').subscribe({ error: () => undefined });
      await page.shows(/ERROR com\.app\.none wamp\.error\.no_such_procedure/);
      expect(names()).toEqual(['EVENT', 'CALL', 'ERROR']);
      expect(page.text('.count')).toBe('3 messages');
    });

    it('filters by words and by direction', async () => {
      await page.show();
      page.choose('Wire');
      await live(page.client, 'com.app.news');
      page.router.publish('com.app.news', ['Rain']);
      await page.shows('5 messages');
      await eventually(() => names().join() === 'HELLO,WELCOME,SUBSCRIBE,SUBSCRIBED,EVENT');
      page.filter('com.app.news -event');
      await page.shows('2 of 5');
      const received = page.all<HTMLInputElement>('.segment input')[2]!;
      received.click();
      await page.shows('1 of 5');
      expect(names()).toEqual(['SUBSCRIBED']);
    });

    it('observes nothing while it is paused', async () => {
      await live(page.client, 'com.app.news');
      await page.show();
      page.choose('Wire');
      expect(page.observed).toContain('messages$');
      page.button('Pause').click();
      await eventually(() => page.button('Resume').getAttribute('aria-pressed') === 'true');
      // the topics that the tap asked for are known by now
      await page.observes('status$', 'lifecycle$');
      page.choose('Streams');
      page.choose('Wire');
      await page.observes('status$', 'lifecycle$');
      page.button('Resume').click();
      expect(page.observed).toContain('messages$');
      page.router.publish('com.app.news', ['Rain']);
      await page.shows('1 message');
    });

    it('shows a message in full beside the list, and copies what is shown', async () => {
      const written = spyOn(navigator.clipboard, 'writeText').and.resolveTo();
      await live(page.client, 'com.app.news');
      await page.show();
      page.choose('Wire');
      page.router.publish('com.app.news', ['Rain'], { until: 'noon' });
      page.router.publish('com.app.news', ['Sun']);
      await page.shows('2 messages');
      page.one('[role=option]').click();
      await page.shows(/"kwargs": { "until": "noon" }/, '.details');
      page.button('Copy message').click();
      await page.shows('Copied 1 message', '.notice');
      expect(written.calls.mostRecent().args[0]).toMatch(
        /^\S+Z <- \[ 36, \d+, \d+, \{\}, \[ "Rain" \], \{ "until": "noon" \} \]$/,
      );
      page.button('Copy').click();
      await page.shows('Copied 2 messages', '.notice');
      expect(written.calls.mostRecent().args[0].split('\n').length).toBe(2);
      written.and.rejectWith(new Error('denied'));
      page.button('Copy').click();
      await page.shows('This page may not copy', '.notice');
      page.button('Clear').click();
      await page.shows('No message yet.');
    });

    it('shows no secret', async () => {
      const router = createTestRouter({ realms: { realm1: { auth: [acceptTicket({ joe: 'geheim' })] } } });
      const guarded = page.connect({
        transports: [router.transport()],
        auth: [ticket({ authid: 'joe', ticket: 'geheim' })],
      });
      page.element.client = guarded;
      await page.show();
      page.choose('Wire');
      guarded.connect();
      await page.shows(/AUTHENTICATE "\*\*\*"/);
      await page.shows('WELCOME');
      expect(page.text()).not.toContain('geheim');
      await router.close();
    });
  });

  describe('unseen', () => {
    it('observes nothing before it is shown', async () => {
      expect(page.observed).toEqual([]);
      page.element.hidden = true;
      document.body.append(page.element);
      await nextFrame();
      await nextFrame();
      expect(page.observed).toEqual([]);
      expect(page.element.shadowRoot).toBeNull();
    });

    it('observes what its tab needs, and no messages for the others', async () => {
      await page.show();
      expect(page.observed).toEqual(['status$', 'lifecycle$']);
      for (const tab of ['Streams', 'Calls', 'Traffic', 'Wire']) {
        page.choose(tab);
        expect(page.observed).withContext(tab).toContain('messages$');
        page.choose('Connection');
        expect(page.observed).withContext(`after ${tab}`).toEqual(['status$', 'lifecycle$']);
      }
    });

    for (const [how, hide] of [
      ['it is hidden', (element: HTMLElement) => (element.hidden = true)],
      ['what it stands in is hidden', (element: HTMLElement) => (element.parentElement!.style.display = 'none')],
      ['it is scrolled out of view', (element: HTMLElement) => (element.style.marginBlockStart = '50000px')],
      ['it is taken from the page', (element: HTMLElement) => element.remove()],
    ] as const) {
      it(`observes nothing while ${how}, and goes on afterwards`, async () => {
        const place = document.createElement('div');
        document.body.append(place);
        await page.show();
        place.append(page.element);
        page.choose('Wire');
        await page.observes('status$', 'lifecycle$', 'messages$');
        hide(page.element);
        await page.observes();
        page.element.hidden = false;
        page.element.style.marginBlockStart = '';
        place.style.display = '';
        place.append(page.element);
        await page.observes('status$', 'lifecycle$', 'messages$');
        page.choose('Connection');
        await page.shows('not observed for', '.timeline');
        place.remove();
      });
    }
  });
});
