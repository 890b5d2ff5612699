import { BOOL, COUNT, DICT, HOPS, ID, listOf, oneOf, POSITIVE, STRING, TEXT, type Kind } from './kinds.ts';
import { fromWire } from './names.ts';

type Row = readonly [kind: Kind, names: string];
type Attributes = Readonly<Record<string, Kind | undefined>>;

/** Has no prototype, so that every other name is unknown. */
const tableOf = (rows: readonly Row[]): Attributes => ({
  __proto__: null as never,
  ...Object.fromEntries(rows.flatMap(([kind, names]) => names.split(' ').map((name) => [name, kind] as const))),
});

/** Attributes that a client reads: those of Details dictionaries, by their names on the wire, with what each must be. */
export const READ_BY_CLIENTS: Attributes = /* @__PURE__ */ tableOf([
  [BOOL, 'progress receive_progress resumable resumed retained x_acknowledged_delivery'],
  [
    STRING,
    'agent authid authmethod authprovider authrole callee_authid callee_authrole caller_authid caller_authrole enc_algo ' +
      'enc_key enc_serializer message ppt_cipher ppt_keyid ppt_scheme ppt_serializer procedure publisher_authid ' +
      'publisher_authrole realm reason resume_token scram topic transaction_hash',
  ],
  [ID, 'callee caller publisher registration subscription'],
  [COUNT, 'timeout trustlevel'],
  [DICT, 'authextra roles'],
  [HOPS, 'forward_for'],
]);

/**
 * All attributes: every key of every Details and Options dictionary that WAMP or a known implementation defines. For the
 * strict check; made apart, so that a client need not carry it.
 */
export const ATTRIBUTES: Attributes = /* @__PURE__ */ (() => ({
  __proto__: null as never,
  ...READ_BY_CLIENTS,
  ...tableOf([
    [BOOL, 'acknowledge disclose_caller disclose_me exclude_me force_reregister forward_timeout get_retained retain'],
    [STRING, 'nkey rkey runmode'],
    [TEXT, 'ppt_scheme'],
    [POSITIVE, 'concurrency'],
    [listOf('ids', ID.test), 'eligible exclude'],
    [listOf('strings', STRING.test), 'authmethods eligible_authid eligible_authrole exclude_authid exclude_authrole'],
    [oneOf('exact|prefix|wildcard'), 'match'],
    [oneOf('single|first|last|roundrobin|random'), 'invoke'],
    [oneOf('skip|kill|killnowait'), 'mode'],
    [oneOf('cryptobox|mqtt|xbr|x_.+'), 'enc_algo'],
    [oneOf('json|msgpack|cbor|ubjson|flatbuffers|x_.+'), 'enc_serializer'],
  ]),
}))();

/**
 * A dictionary of the wire with camelCase keys, as the application sees it. Nested values stay as they are; an attribute
 * of the wrong type is left out.
 */
export const camelised = (dict: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  // fromEntries defines a key `__proto__`, where an assignment would change the prototype
  Object.fromEntries(
    Object.entries(dict)
      .filter(([name, value]) => READ_BY_CLIENTS[name]?.test(value) !== false)
      .map(([name, value]) => [fromWire(name), value]),
  );
