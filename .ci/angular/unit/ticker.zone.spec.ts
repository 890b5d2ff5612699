import { Component } from '@angular/core';
import { TestBed, fakeAsync, tick } from '@angular/core/testing';
import { callResource, topicResource } from 'rxwamp/angular';
import { WAMP_TESTING, provideWampTesting } from 'rxwamp/angular/testing';

@Component({ template: `{{ name.value() }}: {{ price.value() }} €` })
class Ticker {
  readonly name = callResource<string>('com.shop.name', () => ['tea']);
  readonly price = topicResource<number>('com.shop.price');
}

describe('Ticker, with fakeAsync', () => {
  it('shows what the router answers and publishes', fakeAsync(() => {
    TestBed.configureTestingModule({ providers: [provideWampTesting()] });
    const { router } = TestBed.inject(WAMP_TESTING);
    router.mock('com.shop.name', ({ args: [item] }) => `best ${item}`);
    const fixture = TestBed.createComponent(Ticker);
    fixture.detectChanges();
    tick();
    router.publish('com.shop.price', [3]);
    tick();
    fixture.detectChanges();
    expect(fixture.nativeElement.textContent).toBe('best tea: 3 €');
  }));
});
