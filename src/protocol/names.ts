/** The wire's name for a camelCase name: `excludeMe` → `exclude_me`. Names of the wire pass unchanged. */
export const toWire = (name: string): string => name.replace(/[A-Z]/g, (c) => `_${c.toLowerCase()}`);

/** The camelCase name for a name of the wire: `exclude_me` → `excludeMe`; `x_…` and `_…` pass unchanged. */
export const fromWire = (name: string): string =>
  isPrivate(name) ? name : name.replace(/_([a-z])/g, (_, c: string) => c.toUpperCase());

/**
 * Whether a key is outside the standard: `x_something` or `_something` travels through as it is. (One attribute has its
 * `x_` from the specification.)
 */
export const isPrivate = (name: string): boolean =>
  /^(x_|_)[\da-z_]+$/.test(name) && name !== 'x_acknowledged_delivery';
