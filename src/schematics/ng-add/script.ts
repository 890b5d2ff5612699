import type { Rule } from '@angular-devkit/schematics';
import { JSONFile } from '@schematics/angular/utility/json-file';

const LOCAL = ['localhost', '127.0.0.1', '[::1]'];

/**
 * Adds the script `wamp` to package.json: a router for development, on the port of the client's address where that is on this
 * machine.
 */
export function addScript(url: string, realm: string): Rule {
  return (tree, { logger }) => {
    const manifest = new JSONFile(tree, '/package.json');
    const path = ['scripts', 'wamp'];
    if (manifest.get(path) !== undefined) {
      logger.info('package.json has a script `wamp` already, which stays as it is.');
      return;
    }
    const { hostname, port } = new URL(url);
    const at = LOCAL.includes(hostname) && port !== '' ? port : '8080';
    manifest.modify(path, `rxwamp router --port ${at} --realm ${realm} --verbose`);
  };
}
