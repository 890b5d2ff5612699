import '@angular/compiler'; // Angular's packages are published half compiled; without a bundler this does the rest
import {
  createEnvironmentInjector,
  DOCUMENT,
  EnvironmentInjector,
  provideZoneChangeDetection,
  provideZonelessChangeDetection,
  runInInjectionContext,
  type EnvironmentProviders,
  type Provider,
} from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { BrowserTestingModule, platformBrowserTesting } from '@angular/platform-browser/testing';
import { firstValueFrom, timer } from 'rxjs';

TestBed.initTestEnvironment(BrowserTestingModule, platformBrowserTesting());

/** What TestBed and TransferState look for, where there is no page. */
const page = { provide: DOCUMENT, useValue: { querySelectorAll: () => [], getElementById: () => null } };

/** With zone.js where a spec has loaded that. */
const detection = (): EnvironmentProviders =>
  'Zone' in globalThis ? provideZoneChangeDetection() : provideZonelessChangeDetection();

/** An application without components under TestBed, which ends it after the spec. */
export function application(...providers: (Provider | EnvironmentProviders)[]): EnvironmentInjector {
  TestBed.configureTestingModule({
    providers: [detection(), 'document' in globalThis ? [] : page, ...providers],
  });
  return TestBed.inject(EnvironmentInjector);
}

/** Runs a function as a component's constructor is run, and its effects. The component lives until `destroy()`. */
export function component<T>(make: () => T, parent = TestBed.inject(EnvironmentInjector)): T & { destroy(): void } {
  const own = createEnvironmentInjector([], parent);
  const made = runInInjectionContext(own, make);
  TestBed.tick();
  return Object.assign(made as T & object, { destroy: () => own.destroy() });
}

/** Ends the page of a spec that renders on a server, which takes unhandled errors of RxJS until the next turn. */
export async function endPage(): Promise<void> {
  TestBed.resetTestingModule();
  await firstValueFrom(timer(0));
}
