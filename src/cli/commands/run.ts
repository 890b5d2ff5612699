import type { Command } from '../command.ts';

/** `rxwamp run` */
export const run: Command = {
  configure() {
    return;
  },
  run: () => Promise.resolve(0),
};
