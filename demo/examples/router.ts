/** The router's address for the examples: that of `npx rxwamp router`, or from the environment. */
export const router = {
  url: process.env['RXWAMP_URL'] ?? 'ws://127.0.0.1:8080',
  realm: process.env['RXWAMP_REALM'] ?? 'realm1',
};
