// Stands in for the program `crossbar`: takes its arguments and config.json, and serves the test router where that says.
import { readFileSync } from 'node:fs';
import { acceptTicket } from '../../../src/router/index.ts';
import { createTestRouter } from '../../../src/testing/index.ts';
import { serveRouter } from '../../../src/router/node/index.ts';

interface Config {
  readonly workers: readonly {
    readonly realms: readonly { readonly name: string; readonly roles: readonly { readonly name: string }[] }[];
    readonly transports: readonly {
      readonly endpoint: {
        readonly port: number;
        readonly tls?: { readonly key: string; readonly certificate: string };
      };
      readonly paths: { readonly ws: { readonly auth?: { readonly ticket: { readonly principals: Principals } } } };
    }[];
  }[];
}
type Principals = Readonly<Record<string, { readonly ticket: string; readonly role: string }>>;

const folder = process.argv[process.argv.indexOf('--cbdir') + 1] ?? '.';
const config = JSON.parse(readFileSync(`${folder}/config.json`, 'utf8')) as Config;
for (const { realms, transports } of config.workers) {
  for (const { endpoint, paths } of transports) {
    const principals = paths.ws.auth?.ticket.principals;
    const users = Object.entries(principals ?? {}).map(([authid, user]) => [
      authid,
      { ticket: user.ticket, authrole: user.role },
    ]);
    const auth = principals
      ? { auth: [acceptTicket(Object.fromEntries(users) as Parameters<typeof acceptTicket>[0])] }
      : {};
    const options = Object.fromEntries(
      realms.map(({ name, roles }) => [
        name,
        { ...auth, roles: Object.fromEntries(roles.map((role) => [role.name, true])) },
      ]),
    );
    const file = (name: string): string => readFileSync(`${folder}/${name}`, 'utf8');
    await serveRouter(createTestRouter({ realms: options as Record<string, { roles: Record<string, true> }> }), {
      port: endpoint.port,
      path: '/ws',
      ...(endpoint.tls ? { tls: { key: file(endpoint.tls.key), cert: file(endpoint.tls.certificate) } } : {}),
    });
  }
}
process.stdout.write(`${process.argv.slice(2).join(' ')}\nNODE_BOOT_COMPLETE\n`);
