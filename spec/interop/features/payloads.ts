// Which shapes of payloads that it does not read a router announces.
import type { Scene } from '../scene.ts';
import { soon } from '../scene.ts';

/** Specifies what the other specs take for granted. */
export function announcements({ client }: Scene): void {
  for (const feature of ['payload_passthru_mode', 'payload_encryption_cryptobox']) {
    it(`announces ${feature}`, async () => {
      const session = await soon(client().session$);
      expect([session.supports('broker', feature), session.supports('dealer', feature)]).toEqual([true, true]);
    });
  }
}
