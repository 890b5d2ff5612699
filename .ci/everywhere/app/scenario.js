// What a program does that imports all entries for browsers: run from each bundle in Chromium, and by each test runner.
import { firstValueFrom } from 'rxjs';
import * as door from 'rxwamp';
import { cbor } from 'rxwamp/cbor';
import { contract } from 'rxwamp/contract';
import { bind } from 'rxwamp/decorators';
import { passthru } from 'rxwamp/e2ee';
import { topic } from 'rxwamp/flow';
import { callees$ } from 'rxwamp/meta';
import { msgpack } from 'rxwamp/msgpack';
import { WampError } from 'rxwamp/protocol';
import { acceptCryptosign, createRouter } from 'rxwamp/router';
import { whenSession } from 'rxwamp/testing';
import { serveTabs } from 'rxwamp/worker';

const { ApplicationError, cryptosign, generateCryptosignKey, WampClient } = door;

/** @returns what is wrong, nothing if all is well */
export async function scenario() {
  const wrong = [];
  const expect = (holds, what) => {
    if (!holds) wrong.push(what);
  };
  expect(WampError === door.WampError, 'two copies of WampError');
  for (const made of [contract, bind, passthru, topic, callees$, serveTabs]) {
    expect(typeof made === 'function', 'an entry gives no function');
  }
  for (const serializer of [door.json(), cbor(), msgpack()]) {
    const [, text] = serializer.decode(serializer.encode([1, 'zwölf']));
    expect(text === 'zwölf', `${serializer.id} does not come back`);
  }
  const { privateKey, publicKey } = await generateCryptosignKey();
  const router = createRouter({ realms: { realm1: { auth: [acceptCryptosign({ [publicKey]: 'joe' })] } } });
  const auth = [cryptosign({ authid: 'joe', privateKey })];
  const wamp = new WampClient({ realm: 'realm1', transports: [router.transport()], auth });
  wamp.connect();
  await whenSession(wamp);
  const { value } = await firstValueFrom(wamp.call('wamp.session.count'));
  expect(value === 1, `${value} sessions`);
  const error = await firstValueFrom(wamp.call('com.app.none')).catch((reason) => reason);
  expect(error instanceof ApplicationError && error instanceof WampError, `an error of another class: ${error}`);
  await wamp.close();
  return wrong;
}
