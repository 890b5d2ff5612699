// Runs a block of a guide as a program of its own, against the embedded router, until it has printed what the guide promises.
import { spawn } from 'node:child_process';
import { of } from 'rxjs';
import { result } from 'rxwamp';
import { acceptAnonymous, acceptTicket } from 'rxwamp/router';
import { serveRouter } from 'rxwamp/router/node';
import { createTestRouter } from 'rxwamp/testing';
import ts from 'typescript';
import { root } from './pages.mjs';

const timeout = 10_000; // milliseconds
const address = 'ws://localhost:8080'; // as the guides have it

/** What a block takes for granted, as code. */
const known = {
  wamp: `import { WampClient as Client } from 'rxwamp'; const wamp = new Client({ url: '${address}', realm: 'realm1' });`,
  url: `const url = '${address}';`,
};

const add = ({ args: [a, b] }) => a + b;

/** The services that are there, where a block does not register them itself. */
const services = {
  'com.app.add': add,
  'com.calc.add': add,
  'com.example.add': add,
  'com.example.round': ({ args: [x], kwargs: { digits } }) => Number(x.toFixed(digits)),
  'com.files.scan': () => of(10, 20, result([30])),
  'com.shop.find': () => ['tea'],
  'com.shop.opens': () => '2026-01-01T08:00:00Z',
  'com.shop.prices': () => ({ tea: 3 }),
};

/** Resolves with what is wrong, or with undefined. */
export async function runBlock({ given, code, prints }) {
  const auth = [acceptTicket({ joe: 'secret' }), acceptAnonymous()];
  const router = createTestRouter({ realms: { realm1: { auth, history: 10 }, shop: {}, audit: {} } });
  for (const [uri, answer] of Object.entries(services)) {
    if (!code.includes(`register('${uri}'`)) router.mock(uri, answer);
  }
  const served = await serveRouter(router);
  const source = [...given.map((name) => known[name]), code].join('\n').replaceAll(address, served.url);
  const { outputText } = ts.transpileModule(source, {
    compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext },
  });
  const missing = await outputOf(outputText, prints);
  await served.close();
  await router.close();
  return missing;
}

function outputOf(program, prints) {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program], { cwd: root, timeout });
  let output = '';
  const missing = () => prints.filter((text) => !output.includes(text));
  const receive = (text) => {
    output += text;
    if (missing().length === 0) child.kill();
  };
  child.stdout.setEncoding('utf8').on('data', receive);
  child.stderr.setEncoding('utf8').on('data', receive);
  return new Promise((resolve) => {
    child.on('close', () => {
      const lacking = missing().join(', ');
      resolve(lacking === '' ? undefined : `it does not print ${lacking}, but\n${output || 'nothing'}`);
    });
  });
}
