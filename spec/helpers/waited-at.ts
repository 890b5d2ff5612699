/** Whether specs and sources are files of their own; in Chromium one bundle holds them, and a time-out can name no line. */
export const filesApart = typeof process === 'object';

/** The end of a time-out's message: the line of a spec that waited, where there is one. */
export const waitedAt = (spec: string, line = '\\d+'): string =>
  filesApart ? ` \\(waiting at .*${spec}\\.spec\\.ts:${line}:\\d+\\)$` : '$';
