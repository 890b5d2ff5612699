import { fromBase64, fromHex, sameBytes, toBase64, utf8, xor } from '../auth/bytes.ts';
import { hmacSha256, sha256 } from '../auth/crypto.ts';
import {
  deriveScramCredential,
  scramBinding,
  scramMessage,
  scramServerSignature,
  type ScramCredential,
  type ScramCredentialOptions,
  type ScramDialect,
} from '../auth/scram-exchange.ts';
import type { ChannelBindingType } from '../auth/authenticator.ts';
import type { AuthRequest, AuthStep, GrantedIdentity, RouterAuthenticator } from './auth-options.ts';
import { known, letIn, wrong } from './principals.ts';

/** A principal of {@link acceptScram}: the password alone, or with how it is kept and who it makes of its bearer; or what is kept. */
export type ScramPrincipal =
  | string
  | (GrantedIdentity &
      Omit<ScramCredentialOptions, 'dialect'> & {
        /** The password, in clear: a credential is made of it. */
        readonly password: string;
      })
  | (GrantedIdentity & {
      /** What is stored of the password: made by `deriveScramCredential()`. */
      readonly credential: ScramCredential;
    });

/** Options of {@link acceptScram}. */
export interface AcceptScramOptions {
  /**
   * `scram` as Crossbar.io speaks it.
   * @default 'wamp-scram'
   */
  readonly dialect?: ScramDialect;
}

/** As little work as clients accept, since this router protects nothing. */
const CHEAP = { pbkdf2: { iterations: 4096 }, argon2id13: { iterations: 4, memory: 4096 } } as const;

/**
 * Admits clients that know the password, and proves that the router knows the user (WAMP, section "Salted Challenge Response
 * Authentication"), bound to the channel where the client asks for it and the link can.
 *
 * @param principals passwords or credentials by authid; the role is `user` by default
 * @example
 * acceptScram({ joe: 'secret', ann: { credential: await deriveScramCredential('s2'), authrole: 'admin' } })
 */
export function acceptScram(
  principals: Readonly<Record<string, ScramPrincipal>>,
  { dialect = 'wamp-scram' }: AcceptScramOptions = {},
): RouterAuthenticator {
  const kept = new Map<string, Promise<ScramCredential>>();
  const credentialOf = (
    authid: string,
    password: string,
    options: ScramCredentialOptions,
  ): Promise<ScramCredential> => {
    const credential = kept.get(authid) ?? deriveScramCredential(password, { ...options, dialect });
    kept.set(authid, credential);
    return credential;
  };
  return {
    method: dialect,
    hello: (request) =>
      known(principals, request, async (principal, authid) => {
        if (typeof principal === 'string')
          return ask(request, await credentialOf(authid, principal, { kdf: 'pbkdf2', ...CHEAP.pbkdf2 }), {}, dialect);
        if ('credential' in principal) {
          const { credential, ...identity } = principal;
          return ask(request, credential, identity, dialect);
        }
        const { kdf = 'pbkdf2', password, salt, ...rest } = principal;
        const { iterations, memory, ...identity } = { ...CHEAP[kdf], ...rest };
        return ask(request, await credentialOf(authid, password, { kdf, salt, iterations, memory }), identity, dialect);
      }),
  };
}

function ask(
  request: AuthRequest,
  credential: ScramCredential,
  identity: GrantedIdentity,
  dialect: ScramDialect,
): AuthStep {
  const { authid = '', authextra, link } = request;
  const { nonce: clientNonce, channel_binding: wanted } = authextra;
  const { kdf, salt, iterations, memory } = credential;
  const autobahn = dialect === 'scram';
  if (typeof clientNonce !== 'string') return wrong('HELLO.Details.authextra.nonce is missing');
  const type = wanted === undefined || wanted === null ? undefined : (wanted as ChannelBindingType);
  const data = type && link.channelBinding?.(type);
  if (type !== undefined && !data) return wrong(`This link has no channel binding '${String(wanted)}'`);
  const binding = scramBinding(dialect, type && data && { type, data });
  const nonce = clientNonce + toBase64(utf8(request.nonce));
  const message = scramMessage(dialect, { authid, clientNonce, nonce, binding }, credential);
  const argon = kdf === 'argon2id13';
  return {
    challenge: {
      nonce,
      salt,
      kdf: argon && autobahn ? 'argon2id-13' : kdf,
      iterations,
      memory: memory ?? null,
    },
    async verify(signature, extra) {
      if (!autobahn && (extra['nonce'] !== nonce || (extra['channel_binding'] ?? undefined) !== type)) {
        return wrong('AUTHENTICATE.Extra is not what was agreed');
      }
      const bound = fromBase64(extra['cbind_data']);
      if (data && !(bound && sameBytes(bound, data))) return wrong('The channel is another one');
      const proof = fromBase64(signature);
      const storedKey = fromHex(credential.storedKey) as Uint8Array;
      const serverKey = fromHex(credential.serverKey) as Uint8Array;
      if (
        proof?.length !== 32 ||
        !sameBytes(await sha256(xor(proof, await hmacSha256(storedKey, message))), storedKey)
      ) {
        return wrong('The proof is wrong');
      }
      const shown = toBase64(await scramServerSignature(serverKey, message));
      const authextra = { ...identity.authextra, [autobahn ? 'scram_server_signature' : 'verifier']: shown };
      return letIn(request, { ...identity, authextra });
    },
  };
}
