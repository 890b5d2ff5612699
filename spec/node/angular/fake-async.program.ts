// Tests with zone.js, by fakeAsync() and by settled(), in a process of their own: zone.js patches globals.
import 'zone.js/node';
import 'zone.js/testing';
import '@angular/compiler'; // Angular's packages are published half compiled; without a bundler this does the rest
import { NgZone } from '@angular/core';
import { fakeAsync, TestBed, tick } from '@angular/core/testing';
import { callResource, injectCall, provideWamp, topicResource } from '../../../src/angular/index.ts';
import { provideWampTesting, settled, WAMP_TESTING } from '../../../src/angular/testing.ts';
import { application, component } from '../../helpers/angular.ts';

interface Zones {
  readonly current: { fork(spec: object): { run<T>(body: () => T): T } };
  readonly ProxyZoneSpec: new () => object;
}
const { Zone } = globalThis as unknown as { Zone: Zones };

const seen: unknown[] = [];
// what zone.js does around each test of a framework
Zone.current.fork(new Zone.ProxyZoneSpec()).run(
  fakeAsync(() => {
    application(provideWamp({ realm: 'realm1', url: 'ws://127.0.0.1:9' }), provideWampTesting());
    const { router } = TestBed.inject(WAMP_TESTING);
    router.mock('com.calc.add', ({ args: [a, b] }) => Number(a) + Number(b));
    const [price, add] = component(
      () => [topicResource<number>('com.shop.price'), injectCall<[number, number], number>('com.calc.add')] as const,
    );
    tick();
    router.publish('com.shop.price', [3]);
    void add.run(1, 2);
    tick();
    seen.push(price.status(), price.value(), add.value());
    TestBed.resetTestingModule();
    tick(1000);
  }),
);

// where nothing provides a client, the kit's own one leaves the zone alone, too; effects that call enter it
application(provideWampTesting());
const { router } = TestBed.inject(WAMP_TESTING);
const zone = TestBed.inject(NgZone);
router.mock('com.shop.name', ({ args: [id] }) => `name ${String(id)}`);
const [selected, name] = zone.run(() =>
  component(() => {
    const id = topicResource<number>('com.shop.selected', { initialValue: 1 });
    return [id, callResource<string>('com.shop.name', () => [id.value()])] as const;
  }),
);
await settled();
router.publish('com.shop.selected', [2]);
await settled();
seen.push(selected.status(), name.value(), zone.hasPendingMacrotasks);
TestBed.resetTestingModule();

console.log(`RESULTS ${JSON.stringify(seen)}`);
process.exit();
