// Finds a Chromium for Karma and the end-to-end run: $CHROME_BIN, then $PATH, then the binary inside the npm package
// @sparticuz/chromium (brotli; unpacked once into node_modules/.cache), so `npm ci && npm test` needs no browser on
// the machine. CHROME_FROM_NPM=1 passes over $PATH. `node .ci/chrome.mjs` prints what it finds.
// The package's own executablePath() is not used: it unpacks to one fixed path and sets up libraries on Lambda alone.
import { execFileSync } from 'node:child_process';
import {
  accessSync,
  chmodSync,
  constants,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliDecompressSync } from 'node:zlib';

const root = fileURLToPath(new URL('..', import.meta.url));

function onPath() {
  for (const dir of (process.env.PATH ?? '').split(delimiter)) {
    for (const name of ['google-chrome-stable', 'google-chrome', 'chromium', 'chromium-browser']) {
      try {
        accessSync(join(dir, name), constants.X_OK);
        return join(dir, name);
      } catch {
        // not here
      }
    }
  }
  return undefined;
}

function bundled() {
  if (process.platform !== 'linux' || process.arch !== 'x64') return undefined;
  let pkg;
  try {
    // the package's exports hide package.json: walk up from its entry
    pkg = dirname(createRequire(import.meta.url).resolve('@sparticuz/chromium'));
  } catch {
    return undefined;
  }
  while (!existsSync(join(pkg, 'bin', 'chromium.br'))) {
    if (pkg === dirname(pkg)) return undefined;
    pkg = dirname(pkg);
  }
  const { version } = JSON.parse(readFileSync(join(pkg, 'package.json'), 'utf8'));
  const dir = join(root, 'node_modules', '.cache', `chromium-${version}`);
  const bin = join(dir, 'chromium.sh');
  if (existsSync(join(dir, 'fonts.xml'))) return bin;
  rmSync(dir, { recursive: true, force: true }); // what an earlier version of this file unpacked
  mkdirSync(dirname(dir), { recursive: true });
  const tmp = mkdtempSync(`${dir}-`); // unpack aside, then rename: two runs at once do not meet
  const unpack = (name) => brotliDecompressSync(readFileSync(join(pkg, 'bin', name)));
  writeFileSync(join(tmp, 'chromium'), unpack('chromium.br'), { mode: 0o755 });
  for (const name of ['al2023.tar.br', 'fonts.tar.br', 'swiftshader.tar.br']) {
    execFileSync('tar', ['-x', '--no-same-owner', '-C', tmp], { input: unpack(name) });
  }
  // the tarball's own font configuration names folders that exist elsewhere alone, and a page without fonts shows no text
  writeFileSync(
    join(tmp, 'fonts.xml'),
    `<?xml version="1.0"?><fontconfig><dir>${dir}/fonts</dir><dir>/usr/share/fonts</dir>` +
      `<cachedir>${dir}/font-cache</cachedir></fontconfig>\n`,
  );
  writeFileSync(
    join(tmp, 'chromium.sh'),
    `#!/bin/sh\nd=$(dirname "$(readlink -f "$0")")\n` +
      'export LD_LIBRARY_PATH="${LD_LIBRARY_PATH:+$LD_LIBRARY_PATH:}$d/lib"\n' +
      'export FONTCONFIG_FILE="${FONTCONFIG_FILE:-$d/fonts.xml}"\nexec "$d/chromium" "$@"\n',
  );
  chmodSync(join(tmp, 'chromium.sh'), 0o755);
  try {
    renameSync(tmp, dir);
  } catch {
    // another run won
  }
  return bin;
}

/** The path of a Chromium, or an error that says how to get one. */
export function findChrome() {
  const { CHROME_BIN, CHROME_FROM_NPM } = process.env;
  if (CHROME_BIN) {
    if (!existsSync(CHROME_BIN)) throw new Error(`CHROME_BIN is ${CHROME_BIN}, and there is no such file`);
    return CHROME_BIN;
  }
  const bin = (CHROME_FROM_NPM ? undefined : onPath()) ?? bundled() ?? onPath();
  if (bin) return bin;
  throw new Error(
    'No Chromium for the browser specs. Set CHROME_BIN to one, or install one (Debian: `apt-get install -y chromium`); ' +
      'on linux x64 `npm ci` brings one along, unless optional binaries were left out.',
  );
}

/** What a headless run in a container needs, and nothing that changes how pages behave. */
export const chromeFlags = [
  '--no-sandbox', // there is none for root, which containers often run as
  '--disable-gpu',
  '--disable-quic',
  '--disable-dev-shm-usage', // /dev/shm has 64 MB in a container
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--remote-debugging-port=0', // the launcher's default, 9222, is one port for all runs
];

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(findChrome());
