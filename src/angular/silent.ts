import { NEVER } from 'rxjs';
import type { Transport } from '../transports/transport.ts';

/**
 * A transport that goes nowhere: dialling it neither succeeds nor fails. With it a client behaves as one that is still
 * connecting, which is what a page rendered on a server should look like.
 */
export const silent: Transport = { name: 'none (rendering on a server)', open: () => NEVER };
