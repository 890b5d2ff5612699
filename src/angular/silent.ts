import { NEVER } from 'rxjs';
import type { Transport } from '../transports/transport.ts';

/**
 * A transport without a router: dialling it neither succeeds nor fails, so that a page rendered on a server shows a client
 * that is still connecting.
 */
export const silent: Transport = { name: 'none (rendering on a server)', open: () => NEVER };
