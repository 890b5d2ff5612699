// Finds a Firefox for Karma: $FIREFOX_BIN, then $PATH. There is no npm package with one, so the specs in Firefox run where it is installed.
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** The path of a Firefox, if there is one. */
export function lookForFirefox() {
  if (process.env.FIREFOX_BIN) return process.env.FIREFOX_BIN;
  const folders = (process.env.PATH ?? '').split(delimiter);
  return folders
    .flatMap((folder) => ['firefox-esr', 'firefox'].map((name) => join(folder, name)))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

/** The path of a Firefox, or an error that says how to get one. */
export function findFirefox() {
  const path = lookForFirefox();
  if (path === undefined)
    throw new Error('No Firefox: install one (Debian: `apt-get install -y firefox-esr`), or set FIREFOX_BIN to one');
  return path;
}
