import type { Authenticator } from '../../auth/authenticator.ts';
import type { Dict } from '../../protocol/payload.ts';
import { isDict } from '../../protocol/kinds.ts';
import { CliError } from '../command.ts';
import { valueOf } from '../values.ts';
import type { ConnectionFlags } from './flags.ts';
import { privateKeyOf, secretOf, variableOf, type Source } from './secrets.ts';

/** The identity for HELLO. */
interface IdentityFlags {
  readonly authid?: string;
  readonly authrole?: string;
  readonly authextra?: Dict;
}

const METHODS = ['anonymous', 'ticket', 'wampcra', 'scram', 'cryptosign', 'cookie', 'tls'];

/** The channel bindings of each method. */
const BINDINGS: Readonly<Record<string, readonly string[]>> = {
  cryptosign: ['tls-unique', 'tls-exporter'],
  scram: ['tls-unique', 'tls-exporter', 'tls-server-end-point'],
};

/** The authenticators that the flags choose, by preference; each is loaded when it is needed. */
export async function authOf(flags: ConnectionFlags): Promise<Authenticator[]> {
  const who = whoOf(flags);
  const sources: readonly Source[] = [
    { method: 'cryptosign', name: 'private-key', file: flags.privateKeyFile },
    { method: 'scram', name: 'password', file: flags.passwordFile },
    { method: 'wampcra', name: 'secret', file: flags.secretFile },
    { method: 'ticket', name: 'ticket', file: flags.ticketFile },
  ];
  const byFile = sources.filter(({ file }) => file !== undefined);
  const byVariable = sources.filter((source) => process.env[variableOf(source)] !== undefined);
  // the command line comes before the environment
  const methods = flags.auth ?? (byFile.length > 0 ? byFile : byVariable).map(({ method }) => method);
  const unknown = methods.find((method) => !METHODS.includes(method));
  if (unknown !== undefined) throw new CliError(`--auth: expected one of ${METHODS.join(', ')}, got '${unknown}'`);
  checkProofs(flags, methods);
  if (methods.length === 0) {
    return Object.keys(who).length > 0 ? [(await import('../../auth/anonymous.ts')).anonymous(who)] : [];
  }
  const made = methods.map((method) =>
    makeAuthenticator(method, who, flags, sources.find((source) => source.method === method) as Source),
  );
  try {
    return (await Promise.all(made)).flat();
  } catch (error) {
    // an error in the options of a method, which have the names of the flags
    if (!(error instanceof TypeError)) throw error;
    throw new CliError(`--auth ${error.message}`);
  }
}

/** Refuses requirements that no chosen method can meet, rather than to ignore them. */
function checkProofs({ mutual, routerKey, channelBinding }: ConnectionFlags, methods: readonly string[]): void {
  const need = (flag: string, given: boolean, of: readonly string[]): void => {
    if (!given || of.some((method) => methods.includes(method))) return;
    throw new CliError(`${flag} needs ${of.map((method) => `--auth ${method}`).join(' or ')}, with its secret`);
  };
  need('--mutual', mutual === true, ['cryptosign', 'scram']);
  need('--channel-binding', channelBinding !== undefined, ['cryptosign', 'scram']);
  need('--router-key', routerKey !== undefined, ['cryptosign']);
  const odd = routerKey?.find((key) => !/^[\da-f]{64}$/i.test(key));
  if (odd !== undefined) throw new CliError(`--router-key: expected 64 hexadecimal digits, got '${odd}'`);
  for (const method of methods) {
    const types = BINDINGS[method];
    if (channelBinding === undefined || types === undefined || types.includes(channelBinding)) continue;
    throw new CliError(`--channel-binding: ${method} expects one of ${types.join(', ')}, got '${channelBinding}'`);
  }
}

function whoOf({ authid, authrole, authextra }: ConnectionFlags): IdentityFlags {
  const extra = authextra === undefined ? undefined : valueOf(authextra);
  if (extra !== undefined && !isDict(extra))
    throw new CliError(`--authextra: expected a JSON object, got '${authextra}'`);
  return {
    ...(authid !== undefined && { authid }),
    ...(authrole !== undefined && { authrole }),
    ...(extra && { authextra: extra }),
  };
}

async function makeAuthenticator(
  method: string,
  who: IdentityFlags,
  flags: ConnectionFlags,
  source: Source,
): Promise<Authenticator | Authenticator[]> {
  const proof = { ...(flags.mutual === true && { mutual: true }) };
  const bound = { ...(flags.channelBinding !== undefined && { channelBinding: flags.channelBinding as 'tls-unique' }) };
  switch (method) {
    case 'ticket':
      return (await import('../../auth/ticket.ts')).ticket({ ...named(who, method), ticket: secretOf(source) });
    case 'wampcra':
      return (await import('../../auth/wampcra.ts')).wampcra({ ...named(who, method), secret: secretOf(source) });
    case 'scram': {
      const { scram } = await import('../../auth/scram.ts');
      const options = { ...named(who, method), password: secretOf(source), ...proof };
      // routers speak one of two dialects; that of Autobahn has no channel binding
      const ours = scram({ ...options, ...bound });
      return flags.channelBinding === undefined ? [ours, scram({ ...options, dialect: 'scram' })] : ours;
    }
    case 'cryptosign':
      return (await import('../../auth/cryptosign.ts')).cryptosign({
        ...who,
        privateKey: secretOf(source, privateKeyOf),
        ...(flags.routerKey && { routerKey: flags.routerKey }),
        ...proof,
        ...bound,
      });
    case 'anonymous':
      return (await import('../../auth/anonymous.ts')).anonymous(who);
    default: {
      const { cookie, tls } = await import('../../auth/proofless.ts');
      return method === 'cookie' ? cookie(who) : tls(who);
    }
  }
}

/** The identity with its authid, which most methods need. */
function named(who: IdentityFlags, method: string): IdentityFlags & { authid: string } {
  const { authid } = who;
  if (authid === undefined || authid === '') throw new CliError(`${method} needs --authid <id>, or RXWAMP_AUTHID`);
  return { ...who, authid };
}
