import { SchematicTestRunner, UnitTestTree } from '@angular-devkit/schematics/testing';
import { Tree } from '@angular-devkit/schematics';
import { fileURLToPath } from 'node:url';
import { NEVER } from 'rxjs';
import { serveRouter, type ServedRouter } from '../../src/router/node/index.ts';
import { createTestRouter, type TestRouter } from '../../src/testing/index.ts';
import { RESULT } from '../../src/protocol/messages.ts';
import { Client } from '../../src/client/client.ts';

const collection = fileURLToPath(new URL('../../src/schematics/collection.json', import.meta.url));
const path = '/src/app/wamp-api.ts';

describe('ng generate rxwamp:contract', () => {
  let router: TestRouter;
  let served: ServedRouter;
  let backend: Client;

  const generate = (options: object = {}, tree = Tree.empty()): Promise<UnitTestTree> =>
    new SchematicTestRunner('rxwamp', collection).runSchematic(
      'contract',
      { url: served.url, ...options },
      new UnitTestTree(tree),
    );

  beforeEach(async () => {
    router = createTestRouter();
    served = await serveRouter(router, { port: 0, host: '127.0.0.1' });
    backend = new Client({ realm: 'realm1', transports: [router.transport()] });
  });
  afterEach(async () => {
    await backend.close();
    await served.close();
    await router.close();
  });

  it('writes the procedures and topics of the realm, and neither patterns nor those of the router', async () => {
    backend.register('com.shop.find', () => NEVER).subscribe();
    backend.register("com.shop.it's", () => NEVER).subscribe();
    backend.register('com.shop.any.', () => NEVER, { match: 'prefix' }).subscribe();
    backend.subscribe('com.shop.price').subscribe();
    backend.subscribe('wamp.session.on_join').subscribe();
    await router.whenRegistered('com.shop.any.');
    await router.whenSubscribed('wamp.session.on_join');
    const text = (await generate()).readText(path);
    expect(text).toContain('What realm realm1 had');
    expect(text.slice(text.indexOf('export'))).toBe(`export interface Api {
  procedures: {
    'com.shop.find': { args: unknown[]; kwargs?: Record<string, unknown>; result: unknown };
    'com.shop.it\\'s': { args: unknown[]; kwargs?: Record<string, unknown>; result: unknown };
  };
  topics: {
    'com.shop.price': { args: unknown[]; kwargs?: Record<string, unknown> };
  };
}
`);
  });

  it('writes nothing but names, whatever a router says that it has', async () => {
    const hostile = ["com.shop.a\n': never }; }\nthrow new Error();\n//", 'com.shop.a b', 'com.shop..a'];
    for (const uri of hostile) {
      router.intercept((message) =>
        message[0] === RESULT && (message[3]?.[0] as { uri?: unknown } | undefined)?.uri === 'com.shop.price'
          ? [RESULT, message[1], {}, [{ ...(message[3]?.[0] as object), uri }]]
          : message,
      );
      backend.subscribe('com.shop.price').subscribe();
      backend.subscribe('com.shop.sale').subscribe();
      await router.whenSubscribed('com.shop.sale');
      const text = (await generate()).readText(path);
      expect(text).toContain("    'com.shop.sale': {");
      expect(text).not.toContain('com.shop.a');
      expect(text).not.toContain('com.shop..a');
    }
  });

  it('takes a prefix and a path, and leaves a file that is there', async () => {
    backend.register('com.shop.find', () => NEVER).subscribe();
    backend.register('com.audit.find', () => NEVER).subscribe();
    await router.whenRegistered('com.audit.find');
    const tree = await generate({ prefix: 'com.audit.', path: 'audit.ts' });
    expect(tree.readText('/audit.ts')).toContain("'com.audit.find'");
    expect(tree.readText('/audit.ts')).not.toContain('com.shop');
    await expectAsync(generate({ path: 'audit.ts' }, tree)).toBeRejectedWithError(/audit.ts is there already/);
  });

  it('says so where nothing is to be written', async () => {
    await expectAsync(generate({ prefix: 'com.shop.' })).toBeRejectedWithError(
      /no procedure and no topic that begins with 'com.shop.'/,
    );
  });

  it('says why the router cannot be asked', async () => {
    await expectAsync(generate({ realm: 'absent' })).toBeRejectedWithError(
      /realm absent at ws:.* cannot be asked: .*no_such_realm/,
    );
    await served.close();
    await expectAsync(generate()).toBeRejectedWithError(/realm realm1 at ws:.* cannot be asked: .*ECONNREFUSED/);
  });
});
