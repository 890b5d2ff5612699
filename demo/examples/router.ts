/** Where the examples find their router: the one of `npx rxwamp router`, or what the environment says. */
export const router = {
  url: process.env['RXWAMP_URL'] ?? 'ws://127.0.0.1:8080',
  realm: process.env['RXWAMP_REALM'] ?? 'realm1',
};
