import { SchematicsException, type Rule } from '@angular-devkit/schematics';
import { combineLatest, firstValueFrom, timeout } from 'rxjs';
import { WampClient } from '../../index.ts';
import { registrations$, subscriptions$ } from '../../meta/index.ts';
import { isUri } from '../../protocol/index.ts';
import { contractOf } from './contract-of.ts';

/** Options of `ng generate rxwamp:contract`, checked by schema.json. */
export interface ContractOptions {
  /** WebSocket address of the router. */
  readonly url: string;
  readonly realm: string;
  /** With what procedures and topics begin. */
  readonly prefix: string;
  /** The file to write. */
  readonly path: string;
}

const PATIENCE = 10_000; // ms

/**
 * `ng generate rxwamp:contract`: writes the procedures and topics that a realm has at present as a contract.
 *
 * @throws SchematicsException when the router cannot be asked, has nothing of that kind, or the file is there already
 */
export function contract({ url, realm, prefix, path }: ContractOptions): Rule {
  return async (tree, { logger }) => {
    if (tree.exists(path)) {
      throw new SchematicsException(`${path} is there already: remove it, or name another file by --path`);
    }
    const { procedures, topics } = await ask(url, realm, prefix);
    if (procedures.length + topics.length === 0) {
      const what = prefix === '' ? '' : ` that begins with '${prefix}'`;
      throw new SchematicsException(
        `realm ${realm} has no procedure and no topic${what}: do its callees and subscribers run?`,
      );
    }
    tree.create(path, contractOf(realm, procedures, topics));
    logger.info(`Procedures: ${procedures.length}, topics: ${topics.length}. Their types are unknown: put them in.`);
  };
}

/** The URIs of a realm, well-formed ones: they become code. Those of patterns are none, and those of the router are its own. */
async function ask(url: string, realm: string, prefix: string) {
  const wamp = new WampClient({ url, realm, reconnect: false });
  try {
    const [procedures, topics] = await firstValueFrom(
      combineLatest([registrations$(wamp), subscriptions$(wamp)]).pipe(timeout(PATIENCE)),
    );
    const uris = (all: typeof topics): readonly string[] => [
      ...new Set(
        all
          .filter(
            ({ uri, match }) => match === 'exact' && isUri(uri) && uri.startsWith(prefix) && !uri.startsWith('wamp.'),
          )
          .map(({ uri }) => uri)
          .sort(),
      ),
    ];
    return { procedures: uris(procedures), topics: uris(topics) };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new SchematicsException(`realm ${realm} at ${url} cannot be asked: ${why}`);
  } finally {
    await wamp.close();
  }
}
