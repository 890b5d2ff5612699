// What is asked of one sample of a file of messages.
import { ProtocolError } from '../../src/protocol/errors.ts';
import { describeMessage, messageName, parseMessage, withPayload, type Message } from '../../src/protocol/messages.ts';
import type { Args, Dict } from '../../src/protocol/payload.ts';
import type { Serializer } from '../../src/serializers/serializer.ts';
import {
  bytesOf,
  hexOf,
  same,
  shown,
  variantBytes,
  wrongAttributes,
  type Check,
  type MessageVector,
  type SerializationSample,
  type ValidationSample,
  type Variant,
} from './vectors.ts';

/** Runs code of a sample on a message; throws where the code does. */
export type Evaluate = (code: string, msg: Readonly<Dict>) => void;

/** What a check found, without where. */
type Finding = Omit<Check, 'path' | 'sample'>;

const said = (error: unknown): string => (error instanceof Error ? error.message : String(error));
const withProblem = (finding: Finding, problem: string | undefined): Finding =>
  problem === undefined ? finding : { ...finding, problem };

const frameOf = (serializer: Serializer, message: Message): Uint8Array => {
  const frame = serializer.encode(message);
  return typeof frame === 'string' ? new TextEncoder().encode(frame) : frame;
};

/** The message made anew of its fields, as one that we send. */
function rebuilt(message: Message): Message {
  const { args, kwargs, ...fields } = describeMessage(message);
  return withPayload([...Object.values(fields)], args as Args | undefined, kwargs as Dict | undefined) as Message;
}

/** Reads the variants that can be read; all must be the same message. */
function decodeAll(serializer: Serializer, variants: readonly Variant[]): { message?: Message; problem?: string } {
  const messages: Message[] = [];
  const refusals: string[] = [];
  for (const variant of variants) {
    const forms = variantBytes(variant);
    if (forms.some((form) => !same(form, forms[0])))
      return { problem: `the vector contradicts itself: ${shown(variant)}` };
    const [form] = forms;
    if (!form) return { problem: `a variant without bytes: ${shown(variant)}` };
    // JSON may come as text or as its bytes
    for (const frame of serializer.binary ? [form] : [form, new TextDecoder().decode(form)]) {
      try {
        messages.push(parseMessage(serializer.decode(frame)));
      } catch (error) {
        refusals.push(said(error));
      }
    }
  }
  const [message] = messages;
  if (message === undefined) return { problem: `no variant can be read: ${refusals.join('; ')}` };
  const other = messages.find((each) => !same(each, message));
  return other ? { problem: `variants differ: ${shown(message)} and ${shown(other)}` } : { message };
}

/** Checks a sample with bytes: reading, writing, there and back, attributes, code; and that all serializers agree. */
export function checkSerialization(
  { wamp_message_code: code, wamp_message_type: type }: MessageVector,
  sample: SerializationSample,
  serializers: readonly Serializer[],
  evaluate?: Evaluate,
): Finding[] {
  const findings: Finding[] = [];
  const read = new Map<string, Message>();
  for (const [id, variants] of Object.entries(sample.serializers)) {
    const serializer = serializers.find((known) => known.id === id);
    if (!serializer) {
      findings.push({ serializer: id, what: 'all', unsupported: true });
      continue;
    }
    const note = (what: string, problem: string | undefined): void => {
      findings.push(withProblem({ serializer: id, what }, problem));
    };
    const { message, problem } = decodeAll(serializer, variants);
    note('is read', problem);
    if (!message) continue;
    read.set(id, message);
    const named = messageName(message[0]);
    note('is of its kind', message[0] === code && named === type ? undefined : `it is ${named} (${message[0]})`);
    const frame = frameOf(serializer, rebuilt(message));
    const fits = variants.some((variant) => variantBytes(variant).some((bytes) => same(bytes, frame)));
    note('is written', fits ? undefined : `${hexOf(frame)} is none of the variants`);
    const again = parseMessage(serializer.decode(frame));
    note('comes back', same(again, message) ? undefined : `${shown(message)} comes back as ${shown(again)}`);
    note('has its attributes', wrongAttributes(message, sample.expected_attributes).join('; ') || undefined);
    const blocks = sample.validation?.['autobahn-js'] ?? [];
    if (evaluate && blocks.length > 0) note('passes its code', codeProblem(blocks, message, evaluate));
  }
  const missing = serializers.filter(({ id }) => !(id in sample.serializers));
  for (const { id } of missing) findings.push({ serializer: id, what: 'is there', problem: 'the vector has no bytes' });
  const all = [...read];
  const [first] = all;
  const odd = first && all.find(([, message]) => !same(message, first[1]));
  findings.push(
    withProblem(
      { serializer: 'all', what: 'is the same' },
      odd && `${first[0]} has ${shown(first[1])}, ${odd[0]} has ${shown(odd[1])}`,
    ),
  );
  return findings;
}

/** One block that passes is enough. */
function codeProblem(blocks: readonly string[], message: Message, evaluate: Evaluate): string | undefined {
  const failures: string[] = [];
  for (const block of blocks) {
    try {
      const fields = describeMessage(message);
      evaluate(
        block,
        fields['args'] instanceof Uint8Array ? { ...fields, payload: fields['args'], args: null } : fields,
      );
      return undefined;
    } catch (error) {
      failures.push(said(error));
    }
  }
  return failures.join('; ');
}

/** What the suite calls errors, and what they are here. */
const ERRORS: Readonly<Record<string, new (...args: never[]) => Error>> = { protocol_violation: ProtocolError };

/** A payload that is passed through opaquely stands as hex in the raw messages of the suite, which are JSON. */
export function withBytes(raw: readonly unknown[]): unknown[] {
  const last = raw.at(-1);
  const opaque = raw.some((element) => typeof element === 'object' && element !== null && 'enc_algo' in element);
  return opaque && typeof last === 'string' && /^([\da-f]{2})+$/i.test(last)
    ? [...raw.slice(0, -1), bytesOf(last)]
    : [...raw];
}

/** Checks a sample that must be taken or refused, as it stands and through each serializer. */
export function checkValidation(sample: ValidationSample, serializers: readonly Serializer[]): Finding[] {
  const raw = withBytes(sample.wmsg);
  return serializers.map((serializer) => {
    const what = sample.expected_error ? 'is refused' : 'is taken';
    const decoded = serializer.decode(serializer.encode(raw));
    return withProblem({ serializer: serializer.id, what }, verdict(decoded, sample.expected_error ?? undefined));
  });
}

function verdict(raw: unknown, expected: { type?: string; contains?: string } | undefined): string | undefined {
  let message: Message;
  try {
    message = parseMessage(raw);
  } catch (error) {
    if (!expected) return `refused: ${said(error)}`;
    const kind = ERRORS[expected.type ?? 'protocol_violation'];
    if (!kind) return `an error ${shown(expected.type)} is unknown to this runner`;
    if (!(error instanceof kind)) return `refused with ${String(error)}, not with ${kind.name}`;
    const text = expected.contains ?? '';
    return error.message.includes(text) ? undefined : `refused, but ${shown(text)} is not in '${error.message}'`;
  }
  return expected ? `taken, as ${shown(message)}` : undefined;
}
