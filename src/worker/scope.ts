import type { PortLike } from '../transports/tabs.ts';

/** An event of a tab that connects. */
export interface Connected {
  readonly ports: readonly PortLike[];
}

/** The part of a SharedWorker's global scope that is needed. */
export interface TabScope {
  /** Calls the listener with each tab that connects. */
  addEventListener(type: 'connect', listener: (event: Connected) => void): void;
  /** Removes the listener. */
  removeEventListener(type: 'connect', listener: (event: Connected) => void): void;
}

/** The global scope, if it is that of a SharedWorker. */
export const workerScope = (): TabScope | undefined => {
  const here: unknown = globalThis;
  return 'onconnect' in globalThis ? (here as TabScope) : undefined;
};

/** Tabs that connected before `serveTabs()` was called, as it may be after an `await`; their messages wait in the ports. */
const early: Connected[] = [];
const keep = (event: Connected): void => {
  early.push(event);
};
workerScope()?.addEventListener('connect', keep);

/** Has a listener get the tabs that connect in a scope, with those of the worker's own that came early. */
export function listen(scope: TabScope, listener: (event: Connected) => void): void {
  scope.addEventListener('connect', listener);
  if (scope !== workerScope()) return;
  scope.removeEventListener('connect', keep);
  for (const event of early.splice(0)) listener(event);
}
