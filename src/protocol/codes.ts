/*
 * The message codes (WAMP, section "Message Codes and Direction"), in a file without imports: only there do bundlers know
 * that a name of another file is a plain number, and write the number.
 */
/** The client asks for a session. */
export const HELLO = 1;
/** The router opens the session. */
export const WELCOME = 2;
/** The session is refused or broken off. */
export const ABORT = 3;
/** The router asks for a proof of identity. */
export const CHALLENGE = 4;
/** The proof. */
export const AUTHENTICATE = 5;
/** A session ends in order. */
export const GOODBYE = 6;
/** A request failed. */
export const ERROR = 8;
/** A publication. */
export const PUBLISH = 16;
/** The acknowledgement of a publication. */
export const PUBLISHED = 17;
/** A request for the events of a topic. */
export const SUBSCRIBE = 32;
/** The confirmation of SUBSCRIBE. */
export const SUBSCRIBED = 33;
/** The end of a subscription. */
export const UNSUBSCRIBE = 34;
/** The confirmation of UNSUBSCRIBE, or a revocation. */
export const UNSUBSCRIBED = 35;
/** An event of a subscription. */
export const EVENT = 36;
/** A call. */
export const CALL = 48;
/** The caller cancels its call. */
export const CANCEL = 49;
/** A result of a call, final or progressive. */
export const RESULT = 50;
/** A procedure is offered. */
export const REGISTER = 64;
/** The confirmation of REGISTER. */
export const REGISTERED = 65;
/** The end of a registration. */
export const UNREGISTER = 66;
/** The confirmation of UNREGISTER, or a revocation. */
export const UNREGISTERED = 67;
/** A call as its callee receives it. */
export const INVOCATION = 68;
/** The router cancels an invocation. */
export const INTERRUPT = 69;
/** A result of an invocation, final or progressive. */
export const YIELD = 70;
/** The acknowledgement of an event, by Autobahn. */
export const EVENT_RECEIVED = 337;
