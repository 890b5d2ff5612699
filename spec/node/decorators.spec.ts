// The same classes as compilers make them of either dialect of decorators.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { compileFunction } from 'node:vm';
import { transformSync } from 'esbuild';
import * as rxjs from 'rxjs';
import ts from 'typescript';
import * as decorators from '../../src/decorators/index.ts';
import { WampClient } from '../../src/index.ts';
import { createTestRouter, record } from '../../src/testing/index.ts';
import { serveRouter } from '../../src/router/node/index.ts';
import type * as Fixture from '../decorators/shop.ts';
import { behaves } from '../decorators/suite.ts';

const path = fileURLToPath(new URL('../decorators/shop.ts', import.meta.url));
const text = readFileSync(path, 'utf8');

/** Runs compiled classes on the decorators and the RxJS of this process. */
function load(code: string): typeof Fixture {
  const exports = {};
  const modules: Readonly<Record<string, unknown>> = { rxjs, '../../src/decorators/index.ts': decorators };
  const run = compileFunction(code, ['exports', 'require']) as (exports: object, require: object) => void;
  run(exports, (name: string) => modules[name]);
  return exports as typeof Fixture;
}

const target = ts.ScriptTarget.ES2022;
const byTypeScript = (experimentalDecorators: boolean): typeof Fixture => {
  const compilerOptions = { target, module: ts.ModuleKind.CommonJS, experimentalDecorators };
  return load(ts.transpileModule(text, { compilerOptions }).outputText);
};
const byEsbuild = (experimentalDecorators: boolean): typeof Fixture => {
  const tsconfigRaw = { compilerOptions: { experimentalDecorators } };
  const { code } = transformSync(text, { loader: 'ts', format: 'cjs', target: 'es2022', tsconfigRaw });
  return load(
    `const module = {}; ${code}; Object.defineProperties(exports, Object.getOwnPropertyDescriptors(module.exports));`,
  );
};

describe('decorated classes', () => {
  it('work over WebSockets', async () => {
    const served = await serveRouter(createTestRouter(), { port: 0, host: '127.0.0.1' });
    const [wamp, other] = [1, 2].map(() => new WampClient({ realm: 'realm1', url: served.url })) as [
      WampClient,
      WampClient,
    ];
    const shop = new (byEsbuild(true).Shop)();
    const bound = record(decorators.bind(wamp, shop, { prefix: 'com.shop' }));
    await bound.next(10);
    const answer = await rxjs.firstValueFrom(other.call('com.shop.order.41.open'));
    await rxjs.firstValueFrom(other.publish('com.shop.price.tea', [5], {}, { acknowledge: true }));
    // behind the event on the one link
    await rxjs.firstValueFrom(other.call('com.shop.hello', ['joe']));
    expect([answer.value, shop.heard]).toEqual([[42, 'open'], [['tea', 5, 'com.shop.price.tea']]]);
    await Promise.all([wamp.close(), other.close()]);
    expect(bound.completed).toBeTrue();
    await served.close();
  });
});

behaves('standard, by TypeScript', byTypeScript(false), false);
behaves('legacy, by TypeScript', byTypeScript(true), true);
behaves('standard, by esbuild', byEsbuild(false), true);
behaves('legacy, by esbuild', byEsbuild(true), true);

describe('the types of the decorators, in the legacy dialect', () => {
  it('hold', () => {
    const { config } = ts.readConfigFile(fileURLToPath(new URL('../../tsconfig.json', import.meta.url)), (file) =>
      readFileSync(file, 'utf8'),
    ) as { config: { compilerOptions: Record<string, unknown> } };
    const { options } = ts.convertCompilerOptionsFromJson(
      config.compilerOptions,
      fileURLToPath(new URL('../..', import.meta.url)),
    );
    const wrong = path.replace('shop.ts', 'wrong.ts');
    const host = ts.createCompilerHost(options);
    const { getSourceFile, fileExists } = host;
    const source =
      "import { Procedure, Topic } from '../../src/decorators/index.ts';\n" +
      "import type { Invocation } from '../../src/session/events.ts';\n" +
      'export class Wrong {\n' +
      "  @Procedure('a.<id:int>') part(_: Invocation, { id }: { id: string }): string { return id; }\n" +
      "  @Topic('a') message(_: string): void {}\n" +
      '}\n';
    host.fileExists = (file) => file === wrong || fileExists(file);
    host.getSourceFile = (file, version, ...rest) =>
      file === wrong ? ts.createSourceFile(file, source, version) : getSourceFile(file, version, ...rest);
    const program = ts.createProgram([path, wrong], { ...options, types: [], experimentalDecorators: true }, host);
    const found = [path, wrong].flatMap((file) => program.getSemanticDiagnostics(program.getSourceFile(file)));
    expect(found.map(({ file, start }) => file && ts.getLineAndCharacterOfPosition(file, start ?? 0).line)).toEqual([
      3, 4,
    ]);
  }, 60_000);
});
