// TestBed with a component: what an Angular application's own specs look like.
import '../helpers/angular.ts'; // TestBed's environment
import { AsyncPipe } from '@angular/common';
import { Component, ErrorHandler } from '@angular/core';
import { TestBed, type ComponentFixture } from '@angular/core/testing';
import { map, throwError } from 'rxjs';
import { injectWamp, provideWamp } from '../../src/angular/index.ts';
import { provideWampTesting, WAMP_TESTING } from '../../src/angular/testing.ts';
import { WampClient } from '../../src/index.ts';
import { eventually } from '../../src/testing/index.ts';

class Ticker {
  readonly #wamp = injectWamp();
  readonly price$ = this.#wamp.subscribe<number>('com.shop.price').pipe(map((event) => event.value));
  buy(): void {
    this.#wamp.publish('com.shop.order', ['tea']);
  }
}
// as the decorator, in a dialect that every compiler understands
Component({
  selector: 'app-ticker',
  imports: [AsyncPipe],
  template: '{{ price$ | async }} €<button (click)="buy()">Buy</button>',
})(Ticker);

describe('provideWampTesting under TestBed', () => {
  const text = ({ nativeElement }: ComponentFixture<unknown>): string =>
    (nativeElement as HTMLElement).firstChild?.textContent ?? '';

  beforeEach(() => {
    TestBed.configureTestingModule({
      providers: [provideWamp({ realm: 'realm1', url: 'ws://127.0.0.1:9' }), provideWampTesting({ strict: true })],
    });
  });

  it('feeds a component from the router, and sees what it publishes', async () => {
    const { router } = TestBed.inject(WAMP_TESTING);
    const fixture = TestBed.createComponent(Ticker);
    fixture.autoDetectChanges();
    await router.whenSubscribed('com.shop.price');
    router.publish('com.shop.price', [3]);
    await eventually(() => text(fixture) === '3 €');
    const orders = router.watch('com.shop.order');
    (fixture.nativeElement as HTMLElement).querySelector('button')?.click();
    const [order] = await orders.whenPublished();
    expect(order?.args).toEqual(['tea']);
    router.dropAll();
    await router.whenSession(0);
    await router.whenSubscribed('com.shop.price');
    router.publish('com.shop.price', [4]);
    await eventually(() => text(fixture) === '4 €');
    fixture.destroy();
    await expectAsync(TestBed.inject(WAMP_TESTING).close()).toBeResolved();
  });

  it('tells of a component that was not destroyed', async () => {
    const { router, close } = TestBed.inject(WAMP_TESTING);
    TestBed.createComponent(Ticker).autoDetectChanges();
    await router.whenSubscribed('com.shop.price');
    await expectAsync(close()).toBeRejectedWithError(/'com.shop.price' is subscribed to by session/);
  });

  it('closes the client as TestBed is reset', async () => {
    const { router } = TestBed.inject(WAMP_TESTING);
    const wamp = TestBed.runInInjectionContext(injectWamp);
    expect(wamp).toBeInstanceOf(WampClient);
    wamp.connect();
    await router.whenSession();
    TestBed.resetTestingModule();
    await router.whenSession(0);
    await wamp.close();
    expect(wamp.status.state).toBe('closed');
  });

  it('fails the reset with an unhandled error', async () => {
    const { router } = TestBed.inject(WAMP_TESTING);
    TestBed.inject(ErrorHandler);
    throwError(() => new Error('lost')).subscribe();
    await router.whenSession(0);
    await new Promise<void>((resolve) => setTimeout(resolve));
    expect(() => TestBed.resetTestingModule()).toThrowError('lost');
  });
});
