import { Component } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { callResource, topicResource } from 'rxwamp/angular';
import { WAMP_TESTING, provideWampTesting, settled } from 'rxwamp/angular/testing';

@Component({ template: `{{ name.value() }}: {{ price.value() }} €` })
class Ticker {
  readonly name = callResource<string>('com.shop.name', () => ['tea']);
  readonly price = topicResource<number>('com.shop.price');
}

describe('Ticker', () => {
  beforeEach(() => {
    TestBed.configureTestingModule({ providers: [provideWampTesting()] });
    TestBed.inject(WAMP_TESTING).router.mock('com.shop.name', ({ args: [item] }) => `best ${item}`);
  });

  it('shows what the router answers and publishes', async () => {
    const fixture = TestBed.createComponent(Ticker);
    fixture.autoDetectChanges();
    await settled();
    TestBed.inject(WAMP_TESTING).router.publish('com.shop.price', [3]);
    await settled();
    expect(fixture.nativeElement.textContent).toBe('best tea: 3 €');
  });

  it('becomes stable', async () => {
    const fixture = TestBed.createComponent(Ticker);
    fixture.autoDetectChanges();
    await fixture.whenStable();
    expect(fixture.nativeElement.textContent).toBe('best tea:  €');
  });
});
