import { SchematicTestRunner, type UnitTestTree } from '@angular-devkit/schematics/testing';
import { fileURLToPath } from 'node:url';

const collection = fileURLToPath(new URL('../../src/schematics/collection.json', import.meta.url));
const angular = '@schematics/angular';

describe('ng add rxwamp', () => {
  let runner: SchematicTestRunner;
  let workspace: UnitTestTree;
  let log: string[];

  const add = (options: object = {}): Promise<UnitTestTree> => runner.runSchematic('ng-add', options, workspace);
  const application = (options: object): Promise<UnitTestTree> =>
    runner.runExternalSchematic(angular, 'application', { skipInstall: true, ...options }, workspace);

  beforeEach(async () => {
    runner = new SchematicTestRunner('rxwamp', collection);
    log = [];
    runner.logger.subscribe(({ message }) => log.push(message));
    workspace = await runner.runExternalSchematic(angular, 'workspace', {
      name: 'shop',
      version: '21.0.0',
      newProjectRoot: 'projects',
    });
    workspace = await application({ name: 'shop', projectRoot: '', style: 'css' });
  });

  it('provides a client in app.config.ts', async () => {
    const config = (await add()).readText('/src/app/app.config.ts');
    expect(config).toContain("import { provideWamp } from 'rxwamp/angular';");
    expect(config).toContain("provideWamp({ url: 'ws://localhost:8080/ws', realm: 'realm1' })");
  });

  it('takes address and realm, and the router for development their port and realm', async () => {
    const tree = await add({ url: 'ws://127.0.0.1:9000/wamp?v=2', realm: 'com.shop' });
    expect(tree.readText('/src/app/app.config.ts')).toContain(
      "provideWamp({ url: 'ws://127.0.0.1:9000/wamp?v=2', realm: 'com.shop' })",
    );
    expect(tree.readJson('/package.json')).toEqual(
      jasmine.objectContaining({
        scripts: jasmine.objectContaining({
          start: 'ng serve',
          wamp: 'rxwamp router --port 9000 --realm com.shop --verbose',
        }),
      }),
    );
  });

  for (const [url, port] of [
    ['wss://router.example:9443/ws', 8080],
    ['ws://[::1]:9000', 9000],
    ['ws://localhost', 8080],
  ] as const) {
    it(`runs the router for development on port ${port} where the client's address is ${url}`, async () => {
      expect((await add({ url })).readText('/package.json')).toContain(`rxwamp router --port ${port} `);
    });
  }

  for (const options of [
    { url: 'localhost:8080' },
    { url: 'https://router.example' },
    { url: "ws://a/'+b" },
    { realm: 'a b' },
    { realm: 'a;b' },
    { realm: '' },
  ]) {
    it(`refuses ${JSON.stringify(options)}`, async () => {
      await expectAsync(add(options)).toBeRejectedWithError(/must match pattern/);
    });
  }

  it('writes a service, its spec and a component with the prefix of the application', async () => {
    workspace = await application({ name: 'admin', prefix: 'adm' });
    const tree = await add({ project: 'admin' });
    const folder = '/projects/admin/src/app';
    expect(tree.files.filter((path) => path.startsWith(`${folder}/wamp`)).sort()).toEqual([
      `${folder}/wamp/session-count.ts`,
      `${folder}/wamp/sessions.spec.ts`,
      `${folder}/wamp/sessions.ts`,
    ]);
    expect(tree.readText(`${folder}/wamp/session-count.ts`)).toContain("selector: 'adm-session-count'");
    expect(tree.readText(`${folder}/app.config.ts`)).toContain('provideWamp(');
    expect(tree.readText('/src/app/app.config.ts')).not.toContain('provideWamp(');
  });

  it('shows the component where ng new left its placeholder, and gives the spec of the root component a router', async () => {
    const tree = await add();
    expect(tree.readText('/src/app/app.html')).toMatch(/^<app-session-count \/>\n/);
    const component = tree.readText('/src/app/app.ts');
    expect(component).toContain("\nimport { SessionCount } from './wamp/session-count';\n");
    expect(component).toContain('imports: [RouterOutlet, SessionCount]');
    const spec = tree.readText('/src/app/app.spec.ts');
    expect(spec).toContain("\nimport { provideWampTesting } from 'rxwamp/angular/testing';\n");
    expect(spec).toContain('      imports: [App],\n      providers: [provideWampTesting()],\n');
  });

  it('leaves other root components as they are, and says where to put the value', async () => {
    workspace.overwrite('/src/app/app.html', '<h1>Shop</h1>');
    const component = workspace.readText('/src/app/app.ts');
    const tree = await add();
    expect(tree.readText('/src/app/app.html')).toBe('<h1>Shop</h1>');
    expect(tree.readText('/src/app/app.ts')).toBe(component);
    expect(log).toContain(jasmine.stringContaining('put <app-session-count />'));
  });

  it('writes no example where none is wanted', async () => {
    const tree = await add({ example: false });
    expect(tree.files.filter((path) => path.includes('/wamp'))).toEqual([]);
    expect(tree.readText('/src/app/app.html')).not.toContain('session-count');
    expect(tree.readText('/src/app/app.config.ts')).toContain('provideWamp(');
  });

  it('changes nothing when it runs again', async () => {
    workspace = await add();
    workspace.overwrite('/src/app/wamp/sessions.ts', '// mine');
    const before = workspace.files.map((path) => [path, workspace.read(path)?.toString()]);
    const after = await add({ realm: 'other' });
    expect(after.files.map((path) => [path, after.read(path)?.toString()])).toEqual(before);
    expect(log).toContain(jasmine.stringContaining('has a script `wamp` already'));
  });

  it('serves applications with NgModules', async () => {
    workspace = await application({ name: 'old', standalone: false });
    const tree = await add({ project: 'old' });
    const module = tree.files.find((path) => path.startsWith('/projects/old/') && /app[.-]module\.ts$/.test(path));
    expect(tree.readText(module!)).toContain('provideWamp(');
  });

  it('names an application that is not there', async () => {
    await expectAsync(add({ project: 'absent' })).toBeRejectedWithError(/none with the name 'absent'/);
  });
});
