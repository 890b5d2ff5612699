// A test with zone.js and fakeAsync(), in a process of its own: zone.js patches globals.
import 'zone.js/node';
import 'zone.js/testing';
import '@angular/compiler'; // Angular's packages are published half compiled; without a bundler this does the rest
import { fakeAsync, TestBed, tick } from '@angular/core/testing';
import { injectCall, provideWamp, topicResource } from '../../../src/angular/index.ts';
import { provideWampTesting, WAMP_TESTING } from '../../../src/angular/testing.ts';
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
console.log(`RESULTS ${JSON.stringify(seen)}`);
process.exit();
