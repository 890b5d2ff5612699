import { supports } from '../protocol/features.ts';
import { EVENT, EVENT_RECEIVED, WELCOME } from '../protocol/messages.ts';
import type { InterceptorFactory } from '../session/interceptors.ts';

/**
 * An interceptor that confirms received events to the router (EVENT_RECEIVED, an extension of Autobahn), where the router
 * announced `x_acknowledged_event_delivery` and the event requests it. An event is confirmed after its observers were
 * called.
 *
 * @example
 * new WampClient({ url, realm, interceptors: [acknowledgeEvents()] });
 */
export function acknowledgeEvents(): InterceptorFactory {
  return (wire) => {
    let enabled = false;
    return {
      incoming(message, next) {
        if (message[0] === WELCOME) enabled = supports(message[2], 'broker', 'x_acknowledged_event_delivery');
        next(message);
        if (enabled && message[0] === EVENT && message[3]['x_acknowledged_delivery'] === true) {
          wire.send([EVENT_RECEIVED, message[2]]);
        }
      },
    };
  };
}
