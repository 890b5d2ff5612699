// Runs in an empty project, by Jest alone: CommonJS, no configuration, no transform of what stands in node_modules.
const { firstValueFrom } = require('rxjs');
const { cryptosign, generateCryptosignKey, WampClient } = require('rxwamp');
const { kwargs } = require('rxwamp/contract');
const { conflate } = require('rxwamp/flow');
const { acceptCryptosign, createRouter } = require('rxwamp/router');
const { useTestRouter, whenSession } = require('rxwamp/testing');

test('an idle client', () => {
  expect(new WampClient({ url: 'ws://127.0.0.1:1', realm: 'realm1' }).status.state).toBe('idle');
});

test('a call, after authentication by a package that has ES modules alone', async () => {
  const { privateKey, publicKey } = await generateCryptosignKey();
  const router = createRouter({ realms: { realm1: { auth: [acceptCryptosign({ [publicKey]: 'joe' })] } } });
  const auth = [cryptosign({ authid: 'joe', privateKey })];
  const wamp = new WampClient({ realm: 'realm1', transports: [router.transport()], auth });
  await firstValueFrom(wamp.connect());
  const { value } = await firstValueFrom(wamp.call('wamp.session.count'));
  expect(value).toBe(1);
  await wamp.close();
});

test('the same classes in all entries', () => {
  expect(kwargs({ a: 1 }).values).toEqual({ a: 1 });
  expect([conflate, whenSession].map((made) => typeof made)).toEqual(['function', 'function']);
  expect(require('rxwamp/protocol').WampError).toBe(require('rxwamp').WampError);
});

describe('the fixture of the guide', () => {
  const wamp = useTestRouter({ beforeEach, afterEach }, { create: (options) => new WampClient(options) });

  test('asks for the price', async () => {
    wamp.router.mock('com.shop.price', () => 3);
    const { value } = await firstValueFrom(wamp.client().call('com.shop.price', ['tea']));
    expect(value).toBe(3);
  });
});
