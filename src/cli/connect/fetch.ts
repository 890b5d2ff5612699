import { request } from 'node:https';
import { Readable } from 'node:stream';
import type { TlsSettings } from './transports.ts';

/** As much of `fetch()` as long-poll needs, over TLS as the flags want it: the platform's own cannot be told. */
export const fetchOver =
  (tls: TlsSettings): typeof fetch =>
  (url, { method = 'GET', headers, body, signal } = {}) =>
    new Promise((resolve, reject) => {
      const options = { ...tls, method, headers: headers as Record<string, string>, signal: signal ?? undefined };
      const sent = request(url as string, options, (answer) => {
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
      sent.on('error', reject);
      // never a stream here: frames are whole
      sent.end(body as string | Uint8Array | undefined);
    });
