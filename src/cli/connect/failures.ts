import {
  AbortError,
  ApplicationError,
  CallTimeoutError,
  ClosedError,
  ConnectFailedError,
  ConnectionLostError,
  GoodbyeError,
  InvalidUriError,
  ProtocolError,
  SerializationError,
} from '../../protocol/errors.ts';
import { messageOf } from '../../protocol/thrown.ts';
import { CliError, EXIT } from '../command.ts';
import { lineOf } from '../values.ts';

/** Hints for known errors of the other side. */
const HINTS: readonly (readonly [reason: RegExp, hint: string])[] = [
  [/\.no_such_realm$/, 'Choose another --realm.'],
  [/\.no_such_procedure$/, 'rxwamp meta registrations lists the procedures.'],
  [
    /\.procedure_already_exists$/,
    'Another callee has registered it; share it with --option invoke=roundrobin on both sides.',
  ],
  [
    /\.(no_such_principal|no_such_role|authentication_\w+|no_matching_auth_method|no_auth_method|cannot_authenticate)$/,
    'Check --auth, --authid and the secret.',
  ],
  [/\.(not_authorized|authorization_\w+)$/, 'Check --authid and the permissions at the router.'],
];

/** A failure as a sentence for the user, and the exit code. */
export interface Failure {
  readonly message: string;
  readonly code: number;
}

/** Explains the error of a verb or of the connection. */
export function explain(error: unknown): Failure {
  if (error instanceof CliError) return { message: error.message, code: error.code };
  // the hints here speak of flags, the guide of options
  const message = messageOf(error).replace(/; see rxwamp\/\S+$/, '');
  if (error instanceof ApplicationError) {
    return { message: sentence(message + payloadOf(error), hintOf(error.uri)), code: EXIT.failed };
  }
  if (error instanceof CallTimeoutError) return { message, code: EXIT.timeout };
  // the verbs throw these for wrong arguments, and for those that cannot be sent
  const wrong = [TypeError, InvalidUriError, SerializationError].some((kind) => error instanceof kind);
  if (wrong) return { message, code: EXIT.usage };
  if (error instanceof AbortError || error instanceof GoodbyeError) {
    // where this client refused, the flags are not to blame
    if (error instanceof AbortError && error.local) return { message, code: EXIT.noSession };
    return { message: sentence(message, hintOf(error.reason)), code: EXIT.noSession };
  }
  if (error instanceof ConnectFailedError) {
    const hint = message.includes('certificate')
      ? 'Set the certificates to trust with --ca, and the expected name with --servername.'
      : 'Check that a router runs there, or choose another --url.';
    return { message: sentence(dialled(message, error), hint), code: EXIT.noSession };
  }
  const ended = [ConnectionLostError, ClosedError, ProtocolError].some((kind) => error instanceof kind);
  return { message, code: ended ? EXIT.noSession : EXIT.failed };
}

/** The message with the cause of a failed `fetch()`, which the platform leaves out. */
function dialled(message: string, error: unknown): string {
  let root = error;
  while (root instanceof Error && root.cause !== undefined) root = root.cause;
  const { code } = root as NodeJS.ErrnoException;
  // the error of several addresses in a row has only a code
  return message.replace('fetch failed', (text) => [messageOf(root), code].find(Boolean) ?? text);
}

/** The payload of an error, without the text that is its message. */
function payloadOf({ args, kwargs }: ApplicationError): string {
  const more = typeof args[0] === 'string' ? args.slice(1) : args;
  const parts = [
    ...(more.length > 0 ? [`args: ${lineOf(args)}`] : []),
    ...(Object.keys(kwargs).length > 0 ? [`kwargs: ${lineOf(kwargs)}`] : []),
  ];
  return parts.length > 0 ? ` (${parts.join(', ')})` : '';
}

const hintOf = (reason: string): string | undefined => HINTS.find(([pattern]) => pattern.test(reason))?.[1];

const sentence = (text: string, hint: string | undefined): string =>
  hint === undefined ? text : `${text.replace(/\.$/, '')}. ${hint}`;
