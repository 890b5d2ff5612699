import { request } from 'node:https';
import { Readable } from 'node:stream';
import type { TlsSettings } from './tls.ts';

/** The part of `fetch()` that long-poll needs, with the TLS settings of the flags, which the platform's own does not take. */
export const fetchOver =
  (tls: TlsSettings): typeof fetch =>
  (url, { method = 'GET', headers, body, signal } = {}) =>
    new Promise((resolve, reject) => {
      const options = { ...tls, method, headers: headers as Record<string, string>, signal: signal ?? undefined };
      const outgoing = request(url as string, options, (answer) => {
        const { statusCode = 0, statusMessage = '' } = answer;
        const bare = statusCode === 204 || statusCode === 304;
        if (bare) answer.resume();
        resolve(
          new Response(bare ? null : (Readable.toWeb(answer) as BodyInit), {
            status: statusCode,
            statusText: statusMessage,
          }),
        );
      });
      outgoing.on('error', reject);
      // long-poll sends no streams
      outgoing.end(body as string | Uint8Array | undefined);
    });
