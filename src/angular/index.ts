/**
 * `rxwamp/angular`: one client per injector, closed with it.
 *
 * @module
 */
export { WAMP, injectWamp, provideWamp, type WampOptions } from './provide.ts';
