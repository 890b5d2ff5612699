import { isDict } from '../protocol/attributes.ts';
import { InvalidStateError } from '../protocol/errors.ts';
import { supports } from '../protocol/features.ts';
import type { Dict } from '../protocol/messages.ts';
import { CRYPTOBOX, handles, type PayloadCodec } from './codec.ts';
import type { PayloadShape } from './shape.ts';

type Role = 'broker' | 'dealer';

const PASSTHRU = 'payload_passthru_mode';
const TRANSPARENCY = 'payload_transparency';
const ENCRYPTION = 'payload_encryption_cryptobox';

/** The feature that a packed payload needs. */
const featureOf = (shape: PayloadShape, scheme: string): string =>
  shape === 'ppt' ? PASSTHRU : scheme === CRYPTOBOX ? ENCRYPTION : TRANSPARENCY;

/** A HELLO's or WELCOME's details with further features of its roles. The dictionary that came is shared: copied. */
function withFeatures(details: Readonly<Dict>, features: (role: string) => readonly string[]): Dict {
  const { roles } = details;
  if (!isDict(roles)) return details;
  const more = (role: string): Dict => Object.fromEntries(features(role).map((name) => [name, true]));
  const entries = Object.entries(roles).map(([role, of]) => {
    if (!isDict(of)) return [role, of];
    const announced = isDict(of['features']) ? of['features'] : {};
    return [role, { ...of, features: { ...announced, ...more(role) } }];
  });
  return { ...details, roles: Object.fromEntries(entries) as Dict };
}

/** HELLO.Details with what these codecs make of the client. */
export const announcing = (details: Readonly<Dict>, codecs: readonly PayloadCodec[]): Dict =>
  withFeatures(details, () => [
    PASSTHRU,
    TRANSPARENCY,
    ...(codecs.some((codec) => handles(codec, CRYPTOBOX)) ? [ENCRYPTION] : []),
  ]);

/** What the router of one connection announced, and so how payloads are packed for it. */
export class Router {
  readonly #shape: PayloadShape | 'auto';
  readonly #checked: boolean;
  #welcome: Readonly<Dict> = {};

  constructor(shape: PayloadShape | 'auto', checked: boolean) {
    this.#shape = shape;
    this.#checked = checked;
  }

  /**
   * Learns from WELCOME.Details, and returns what the session is to know: where `ppt*` options are translated into the
   * older attributes, they can be used, whatever the router says of them.
   */
  welcomed(details: Readonly<Dict>): Dict {
    this.#welcome = details;
    if (this.#shape === 'ppt') return details;
    return withFeatures(details, (role) => (supports(details, role, TRANSPARENCY) ? [PASSTHRU] : []));
  }

  supports(role: Role, feature: string): boolean {
    return supports(this.#welcome, role, feature);
  }

  /** How a payload of this scheme is to be sent. */
  shapeFor(role: Role, scheme: string): PayloadShape {
    if (this.#shape !== 'auto') return this.#shape;
    const older = !this.supports(role, PASSTHRU) && this.supports(role, featureOf('enc', scheme));
    return older ? 'enc' : 'ppt';
  }

  /** @throws InvalidStateError that names the feature which the router did not announce */
  assertSupports(role: Role, shape: PayloadShape, scheme: string, what: () => string): void {
    const feature = featureOf(shape, scheme);
    if (!this.#checked || this.supports(role, feature)) return;
    throw new InvalidStateError(
      `${what()}: the router does not announce ${feature}, which a payload of scheme ${JSON.stringify(scheme)} needs ` +
        '(checkFeatures: false of passthru() sends it nevertheless)',
    );
  }
}
