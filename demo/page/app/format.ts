const units = ['B', 'kB', 'MB', 'GB', 'TB'];

/** 1234567 → `1.2 MB` */
export function bytes(value: number): string {
  let rest = value;
  let unit = 0;
  while (rest >= 999.5 && unit < units.length - 1) {
    rest /= 1000;
    unit += 1;
  }
  return `${rest.toFixed(unit > 0 && rest < 99.5 ? 1 : 0)} ${units[unit] ?? ''}`;
}

export const rate = (value: number): string => `${bytes(value)}/s`;
export const percent = (value: number): string => `${(value * 100).toFixed(0)} %`;
export const milliseconds = (value: number): string => `${value.toFixed(value < 9.95 ? 1 : 0)} ms`;

const whole = new Intl.NumberFormat('en', { useGrouping: true });

/** 1234567 → `1 234 567`, with narrow spaces that do not break */
export const count = (value: number): string => whole.format(value).replaceAll(',', '\u202f');

/** The time of day: `14:03:07` */
export function clockTime(time: number): string {
  return new Date(time).toLocaleTimeString('en-GB');
}
