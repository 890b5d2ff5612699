import type { InstanceOptions, MethodOptions } from './decorator-options.ts';

/** What a decorator records of a method. */
export interface Mark {
  readonly kind: 'procedure' | 'topic';
  /** The method's name. */
  readonly name: string | symbol;
  /** Its URI or pattern, as it was written. */
  readonly text: string;
  readonly options: InstanceOptions<MethodOptions>;
}

/** What a standard decorator knows of its method; it does not receive the class. */
interface Place {
  /** The method as it was when the decorator was applied. */
  readonly method: object;
  /** The object that all decorators of a class share, where the compiler or the runtime provides it. */
  readonly metadata: object | undefined;
}

/** Marks of the legacy dialect, by the prototype, which it receives. */
const onPrototypes = new WeakMap<object, Mark[]>();
/** Marks of the standard dialect, by the method. */
const onMethods = new WeakMap<object, Mark[]>();
/**
 * Marks of the standard dialect once more, by each instance when it is made: a decorator further up may have replaced the
 * method by another function.
 */
const onInstances = new WeakMap<object, (readonly [Mark, Place])[]>();

const append = <T>(map: WeakMap<object, T[]>, key: object, item: T): void => {
  const list = map.get(key);
  if (list === undefined) map.set(key, [item]);
  else list.push(item);
};

/** What a decorator of the standard dialect receives for a method, a field or an accessor. */
export type StandardContext = Pick<ClassMethodDecoratorContext, 'name' | 'static' | 'private' | 'addInitializer'> & {
  readonly kind: string;
  readonly metadata?: object;
};

/** Puts a mark on a method, in the dialect that the arguments of the decorator show. */
export function putMark(
  decorator: string,
  target: unknown,
  where: string | symbol | StandardContext,
  descriptor: PropertyDescriptor | undefined,
  markFor: (name: string | symbol) => Mark,
): void {
  const standard = typeof where === 'object';
  const name = standard ? where.name : where;
  const refuse = (what: string, instead: string): never => {
    throw new TypeError(`${decorator}: ${String(name)} is ${what}; ${instead}`);
  };
  if (standard) {
    if (where.kind !== 'method') refuse(`a ${where.kind}`, 'decorate a method');
    if (where.static) refuse('static', 'bind() takes an instance: decorate a method of instances');
    if (where.private) refuse('private', 'it cannot be reached from outside of the class: give it a public name');
    const mark = markFor(name);
    const place: Place = { method: target as object, metadata: where.metadata };
    append(onMethods, place.method, mark);
    where.addInitializer(function (this: unknown) {
      append(onInstances, this as object, [mark, place]);
    });
  } else {
    if (typeof target === 'function') refuse('static', 'bind() takes an instance: decorate a method of instances');
    if (typeof descriptor?.value !== 'function') refuse('a field or an accessor', 'decorate a method');
    append(onPrototypes, target as object, markFor(name));
  }
}

/** The key of a class's decorator metadata: compilers agree on this one where the runtime has no such symbol. */
const METADATA = (Symbol as { readonly metadata?: symbol }).metadata ?? Symbol.for('Symbol.metadata');

const metadataOf = (prototype: object): unknown =>
  Object.getOwnPropertyDescriptor(prototype.constructor, METADATA)?.value as unknown;

const ownMethod = (prototype: object, name: string | symbol): unknown =>
  Object.getOwnPropertyDescriptor(prototype, name)?.value;

/**
 * The marks on the methods of an instance, as a call would reach them: an inherited method counts once, an overridden one not
 * at all.
 */
export function marksOf(instance: object): ReadonlySet<Mark> {
  const found = new Set<Mark>();
  const prototypes: object[] = [];
  for (let at: unknown = Object.getPrototypeOf(instance); at !== null; at = Object.getPrototypeOf(at)) {
    prototypes.push(at as object);
  }
  const seen = new Set<string | symbol>();
  for (const prototype of prototypes) {
    for (const name of Reflect.ownKeys(prototype)) {
      if (seen.has(name)) continue;
      seen.add(name);
      const method = ownMethod(prototype, name);
      const marks = [
        ...(onPrototypes.get(prototype) ?? []),
        ...(typeof method === 'function' ? (onMethods.get(method) ?? []) : []),
      ];
      // decorators are applied from the bottom up
      for (const mark of marks.reverse()) if (mark.name === name) found.add(mark);
    }
  }
  for (const [mark, place] of onInstances.get(instance) ?? []) {
    if (!found.has(mark) && isInForce(mark, place, prototypes)) found.add(mark);
  }
  return found;
}

/** Whether a mark whose method was replaced belongs to the method that a call would reach. */
function isInForce({ name }: Mark, { method, metadata }: Place, prototypes: readonly object[]): boolean {
  const owners = prototypes.filter((prototype) => Object.hasOwn(prototype, name));
  if (owners.length < 2) return owners.length === 1;
  const owner =
    owners.find((prototype) => ownMethod(prototype, name) === method) ??
    owners.find((prototype) => metadata !== undefined && metadataOf(prototype) === metadata);
  if (owner !== undefined) return owner === owners[0];
  throw new TypeError(
    `bind(): ${String(name)} was replaced by another of its decorators, and is overridden, so that it is unclear ` +
      'which method is meant: write @Procedure and @Topic above its other decorators',
  );
}
