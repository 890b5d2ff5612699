// The launcher of rxwamp/testing/node with the real program.
import { firstValueFrom } from 'rxjs';
import { cryptosign } from '../../../src/auth/cryptosign.ts';
import { scram } from '../../../src/auth/scram.ts';
import { ticket } from '../../../src/auth/ticket.ts';
import { wampcra } from '../../../src/auth/wampcra.ts';
import { Client } from '../../../src/client/client.ts';
import type { BaseOptions } from '../../../src/client/client-options.ts';
import { webSocket } from '../../../src/node/index.ts';
import { whenRegistered, whenSession } from '../../../src/testing/index.ts';
import { launchCrossbar, type LaunchedCrossbar } from '../../../src/testing/node/index.ts';

/** Milliseconds: each spec starts a router. */
const PATIENCE = 120_000;

/** @param command the program, installed */
export function launcher(command: string): void {
  let crossbar: LaunchedCrossbar | undefined;

  afterEach(() => crossbar?.close());

  /** Joins, registers, calls; gives the result and who it was. */
  const served = async ({ url, ca, realm }: LaunchedCrossbar, options: Partial<BaseOptions> = {}): Promise<unknown> => {
    const wamp = new Client({ realm, transports: [webSocket({ url, ca })], reconnect: false, ...options });
    try {
      wamp.connect();
      const { details } = await whenSession(wamp);
      wamp.register('com.app.echo', ({ args }) => args[0]).subscribe();
      await whenRegistered(wamp, 'com.app.echo');
      const { value } = await firstValueFrom(wamp.call('com.app.echo', [5]));
      return [value, details.authmethod];
    } finally {
      await wamp.close();
    }
  };

  it(
    'starts the plain configuration',
    async () => {
      crossbar = await launchCrossbar({ command, timeout: PATIENCE });
      expect(await served(crossbar)).toEqual([5, 'anonymous']);
    },
    PATIENCE,
  );

  it(
    'starts the configuration with TLS',
    async () => {
      crossbar = await launchCrossbar({ command, config: 'tls', timeout: PATIENCE });
      expect(crossbar.url).toMatch(/^wss:/);
      expect(await served(crossbar)).toEqual([5, 'anonymous']);
    },
    PATIENCE,
  );

  it(
    'starts the configuration with authentication, and knows its users by each method',
    async () => {
      crossbar = await launchCrossbar({ command, config: 'auth', users: { joe: 'tea' }, timeout: PATIENCE });
      const [{ authid, secret, privateKey } = { authid: '', secret: '', privateKey: '' }] = crossbar.users;
      const methods = [
        ticket({ authid, ticket: secret }),
        wampcra({ authid, secret }),
        scram({ authid, password: secret, dialect: 'scram' }),
        cryptosign({ authid, privateKey }),
      ];
      for (const method of methods) expect(await served(crossbar, { auth: [method] })).toEqual([5, method.method]);
      await expectAsync(served(crossbar)).toBeRejectedWithError(/no_auth_method/);
    },
    PATIENCE,
  );
}
