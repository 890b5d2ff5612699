import type { WireMessage } from '../index.ts';
import { isId } from '../protocol/ids.ts';
import { isDict } from '../protocol/kinds.ts';
import { ABORT, describeMessage, ERROR, messageName } from '../protocol/messages.ts';
import { preview } from './preview.ts';
import { Ring } from './ring.ts';
import { WireSubjects, type MessageSubject } from './wire-subjects.ts';
import { matches } from './words.ts';

/** How many messages are kept. */
const KEPT = 5000;
/** How much of each element of a message is shown in its row, and searched, in characters. */
const SHOWN = 400;

/** A message as the log keeps it. Its text is made when it is first needed. */
export class Logged {
  readonly wire: WireMessage;
  readonly subject: MessageSubject;
  #text: string | undefined;

  constructor(wire: WireMessage, subject: MessageSubject) {
    this.wire = wire;
    this.subject = subject;
  }

  get name(): string {
    return messageName(this.wire.message[0]);
  }

  get bad(): boolean {
    const [type] = this.wire.message;
    return type === ERROR || type === ABORT;
  }

  /** What it carries, on one line: without ids, the URI, and what is empty. */
  get text(): string {
    this.#text ??= Object.entries(describeMessage(this.wire.message))
      .filter(([field, value]) => !IDS.has(field) && value !== this.subject.uri && !isEmpty(value))
      .map(([field, value]) => (field === 'error' ? String(value) : preview(value, SHOWN)))
      .join(' ');
    return this.#text;
  }

  /** What a filter searches. */
  get searched(): string {
    return `${this.name} ${this.subject.uri ?? ''} ${this.wire.message.filter(isId).join(' ')} ${this.text}`;
  }
}

const IDS: ReadonlySet<string> = new Set([
  'type',
  'requestType',
  'request',
  'subscription',
  'publication',
  'registration',
]);

function isEmpty(value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0;
  return isDict(value) && Object.keys(value).length === 0;
}

/** Which messages are shown. */
export interface WireFilter {
  readonly direction: 'both' | 'in' | 'out';
  readonly words: readonly string[];
}

/** The newest messages, and those of them that a filter lets pass. */
export class WireLog {
  readonly all = new Ring<Logged>(KEPT);
  /** Those that pass the filter. */
  readonly shown = new Ring<Logged>(KEPT);
  readonly subjects = new WireSubjects();
  #filter: WireFilter = { direction: 'both', words: [] };

  get filter(): WireFilter {
    return this.#filter;
  }

  set filter(filter: WireFilter) {
    this.#filter = filter;
    this.shown.clear();
    for (const logged of this.all) if (this.#passes(logged)) this.shown.push(logged);
  }

  add(wire: WireMessage): void {
    const logged = new Logged(wire, this.subjects.of(wire));
    this.all.push(logged);
    if (this.#passes(logged)) this.shown.push(logged);
  }

  clear(): void {
    this.all.clear();
    this.shown.clear();
  }

  #passes(logged: Logged): boolean {
    const { direction, words } = this.#filter;
    if (direction !== 'both' && direction !== logged.wire.direction) return false;
    // without words no text is made
    return words.length === 0 || matches(logged.searched, words);
  }
}
