// TLS: who the router is, and who is not spoken to.
import { filter, firstValueFrom } from 'rxjs';
import { rawSocket, webSocket } from '../../../src/node/index.ts';
import { cbor } from '../../../src/serializers/cbor.ts';
import type { Transport } from '../../../src/transports/transport.ts';
import type { Scene } from '../scene.ts';
import { soon } from '../scene.ts';

/** Specifies how a router's certificate counts. */
export function secured({ router: { at }, certificate: { pem }, client }: Scene): void {
  const ways: [name: string, transport: (options: object) => Transport][] = [
    ...(at.wss ? [[`WebSocket`, (options) => webSocket({ url: at.wss ?? '', ...options })] as (typeof ways)[0]] : []),
    ...(at.rss
      ? [
          [
            'RawSocket',
            (options) => rawSocket({ ...at.rss, tls: true, serializer: cbor(), ...options }),
          ] as (typeof ways)[0],
        ]
      : []),
  ];
  for (const [name, transport] of ways) {
    it(`${name}: a router with the certificate that is trusted`, async () => {
      const wamp = client({ transports: [transport({ ca: pem })] });
      expect(await firstValueFrom(wamp.call('wamp.session.count'))).toEqual(
        jasmine.objectContaining({ value: jasmine.any(Number) }),
      );
    });

    for (const [what, options] of [
      ['another certificate', {}],
      ['another name', { ca: pem, servername: 'elsewhere.example' }],
    ] as const) {
      it(`${name}: a router with ${what} is not spoken to`, async () => {
        const wamp = client({ transports: [transport(options)], reconnect: false });
        const reported: unknown[] = [];
        wamp.messages$.subscribe((message) => reported.push(message));
        wamp.connect();
        const failed = await soon(wamp.status$.pipe(filter(({ state }) => state === 'failed')));
        expect((failed as { error?: Error }).error?.name).toBe('ConnectFailedError');
        expect(reported).toEqual([]);
      });
    }
  }
}
