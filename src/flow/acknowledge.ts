import { supports } from '../protocol/features.ts';
import { EVENT, EVENT_RECEIVED, WELCOME } from '../protocol/messages.ts';
import type { InterceptorFactory } from '../session/interceptors.ts';

/**
 * An interceptor that tells the router which events were received, where the router asks for it with an event and
 * announced `x_acknowledged_event_delivery` (an extension of Autobahn: EVENT_RECEIVED). An event counts as received
 * when its observers have been called.
 *
 * @example
 * new WampClient({ url, realm, interceptors: [acknowledgeEvents()] });
 */
export function acknowledgeEvents(): InterceptorFactory {
  return (wire) => {
    let asked = false;
    return {
      incoming(message, next) {
        if (message[0] === WELCOME) asked = supports(message[2], 'broker', 'x_acknowledged_event_delivery');
        next(message);
        if (asked && message[0] === EVENT && message[3]['x_acknowledged_delivery'] === true) {
          wire.send([EVENT_RECEIVED, message[2]]);
        }
      },
    };
  };
}
