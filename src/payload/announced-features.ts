import { isDict } from '../protocol/kinds.ts';
import { InvalidStateError } from '../protocol/errors.ts';
import { supports } from '../protocol/features.ts';
import type { Dict } from '../protocol/payload.ts';
import { CRYPTOBOX, handles, type PayloadCodec } from './codec.ts';
import type { PayloadShape } from './shape.ts';

type Role = 'broker' | 'dealer';

const PASSTHRU = 'payload_passthru_mode';
const TRANSPARENCY = 'payload_transparency';
const ENCRYPTION = 'payload_encryption_cryptobox';

/** The feature that a packed payload needs. */
const featureOf = (shape: PayloadShape, scheme: string): string =>
  shape === 'ppt' ? PASSTHRU : scheme === CRYPTOBOX ? ENCRYPTION : TRANSPARENCY;

/** Details of HELLO or WELCOME with further features of the roles; a copy, since the original is shared. */
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

/** HELLO.Details with the features that these codecs add to the client. */
export const announcing = (details: Readonly<Dict>, codecs: readonly PayloadCodec[]): Dict =>
  withFeatures(details, () => [
    PASSTHRU,
    TRANSPARENCY,
    ...(codecs.some((codec) => handles(codec, CRYPTOBOX)) ? [ENCRYPTION] : []),
  ]);

/** The features that the router of one connection announced, and so how payloads are packed for it. */
export class AnnouncedFeatures {
  readonly #shape: PayloadShape | 'auto';
  readonly #checked: boolean;
  #welcome: Readonly<Dict> = {};

  constructor(shape: PayloadShape | 'auto', checked: boolean) {
    this.#shape = shape;
    this.#checked = checked;
  }

  /**
   * Reads WELCOME.Details and returns those for the session: where `ppt*` options are translated into the older attributes,
   * the session may use them though the router did not announce them.
   */
  welcomed(details: Readonly<Dict>): Dict {
    this.#welcome = details;
    if (this.#shape === 'ppt') return details;
    return withFeatures(details, (role) => (supports(details, role, TRANSPARENCY) ? [PASSTHRU] : []));
  }

  supports(role: Role, feature: string): boolean {
    return supports(this.#welcome, role, feature);
  }

  /** The shape in which payloads of this scheme are sent. */
  shapeFor(role: Role, scheme: string): PayloadShape {
    if (this.#shape !== 'auto') return this.#shape;
    const older = !this.supports(role, PASSTHRU) && this.supports(role, featureOf('enc', scheme));
    return older ? 'enc' : 'ppt';
  }

  /** @throws InvalidStateError that names the feature, unless the router announced what the shape needs */
  assertSupports(role: Role, shape: PayloadShape, scheme: string, what: () => string): void {
    const feature = featureOf(shape, scheme);
    if (!this.#checked || this.supports(role, feature)) return;
    throw new InvalidStateError(
      `${what()}: the router does not announce ${feature}, which a payload of scheme ${JSON.stringify(scheme)} needs ` +
        '(passthru({ checkFeatures: false }) sends it nevertheless)',
    );
  }
}
