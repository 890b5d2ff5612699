import { kind } from '../protocol/kinds.ts';

const MODIFIERS = ['Alt', 'Ctrl', 'Meta', 'Shift'] as const;
type Modifier = (typeof MODIFIERS)[number];

const isModifier = (name: string): name is Modifier => (MODIFIERS as readonly string[]).includes(name);

/** A key with modifiers, as a text. */
export const SHORTCUT = kind('a key such as "Alt+Shift+W"', (value) => {
  if (typeof value !== 'string') return false;
  const names = value.split('+');
  return names.slice(0, -1).every(isModifier) && (names.at(-1) ?? '') !== '';
});

/** Whether a key press is a shortcut. The place of the key counts as well as its letter, which Alt may change. */
export function isPressed(shortcut: string, event: KeyboardEvent): boolean {
  const names = shortcut.split('+');
  const key = names.pop() ?? '';
  const held = { Alt: event.altKey, Ctrl: event.ctrlKey, Meta: event.metaKey, Shift: event.shiftKey };
  if (MODIFIERS.some((modifier) => held[modifier] !== names.includes(modifier))) return false;
  return event.key.toLowerCase() === key.toLowerCase() || event.code === `Key${key.toUpperCase()}`;
}
