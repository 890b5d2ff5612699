import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { host } from './ports.mjs';

const dist = fileURLToPath(new URL('../dist', import.meta.url));
/** Written by `npm run docs`, if at all. */
const reference = normalize('/reference/');

/** @type {Record<string, string>} */
const types = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
  '.map': 'application/json',
  '.md': 'text/plain; charset=utf-8',
  '.webp': 'image/webp',
};

/**
 * Serves the page, and the buttons that stop and start the router.
 *
 * @param {{ port: number, router: import('./router.mjs').RouterProcess, realm: string }} options
 */
export async function servePage({ port, router, realm }) {
  const server = createServer((request, response) => {
    answer(request, response).catch((error) => {
      send(response, 500, { error: String(error?.message ?? error) });
    });
  });

  /** @type {(request: import('node:http').IncomingMessage, response: import('node:http').ServerResponse) => Promise<void>} */
  async function answer(request, response) {
    // Another name for this address would be a foreign page that resolves its name to us (DNS rebinding).
    if (!origins().has(`http://${request.headers.host}`)) return send(response, 403, { error: 'unknown host' });
    const { pathname } = new URL(request.url ?? '/', origin());
    if (pathname.startsWith('/control/')) return control(request, response, pathname.slice('/control/'.length));
    if (request.method !== 'GET' && request.method !== 'HEAD') return send(response, 405, { error: 'only GET' });
    await file(response, pathname.replace(/\/$/, '/index.html'));
  }

  /** @type {(request: import('node:http').IncomingMessage, response: import('node:http').ServerResponse, command: string) => Promise<void>} */
  async function control(request, response, command) {
    const state = () => ({ running: router.running, url: router.url, realm });
    if (request.method === 'GET' && command === 'router') return send(response, 200, state());
    if (request.method !== 'POST') return send(response, 405, { error: 'only POST' });
    // Browsers name the page that a POST comes from: only our own may.
    if (!origins().has(String(request.headers.origin)))
      return send(response, 403, { error: 'only from the page itself' });
    if (command === 'router/stop') await router.stop();
    else if (command === 'router/start') await router.start();
    else return send(response, 404, { error: 'no such command' });
    send(response, 200, state());
  }

  /** @type {(response: import('node:http').ServerResponse, pathname: string) => Promise<void>} */
  async function file(response, pathname) {
    const path = normalize(decodeURIComponent(pathname));
    const folder = path.startsWith(reference) ? dist : join(dist, 'page');
    const type = types[extname(path)];
    const body = type && !path.includes('..') ? await readFile(join(folder, path)).catch(() => undefined) : undefined;
    if (!type || !body) return send(response, 404, { error: 'not found' });
    response.writeHead(200, {
      'content-type': type,
      'cache-control': path.endsWith('.html') || folder === dist ? 'no-cache' : 'max-age=31536000, immutable', // names carry a hash
      'content-security-policy': policy(),
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
    });
    response.end(body);
  }

  /** The page may load its own files and speak to its router, and that is all. */
  const policy = () =>
    `default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; font-src 'self'; img-src 'self' data:; ` +
    `connect-src 'self' ${new URL(router.url).origin}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

  server.listen(port, host);
  await once(server, 'listening');
  const address = /** @type {import('node:net').AddressInfo} */ (server.address());
  const origin = () => `http://${host}:${address.port}`;
  const origins = () => new Set([origin(), `http://localhost:${address.port}`]);

  return {
    url: `${origin()}/`,
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/**
 * @param {import('node:http').ServerResponse} response
 * @param {number} status
 * @param {unknown} body
 */
function send(response, status, body) {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(JSON.stringify(body));
}
