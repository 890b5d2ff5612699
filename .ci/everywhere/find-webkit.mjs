import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** The path of WebKitGTK's MiniBrowser, if it, its driver and a virtual screen are here. */
export function findMiniBrowser() {
  const missing = ['WebKitWebDriver', 'Xvfb'].some((name) => spawnSync(name, ['-help'], { stdio: 'ignore' }).error);
  if (missing) return undefined;
  const folders = ['/usr/lib', '/usr/libexec'].filter((folder) => existsSync(folder));
  const deeper = folders.flatMap((folder) => [folder, ...readdirSync(folder).map((name) => join(folder, name))]);
  return deeper
    .flatMap((folder) =>
      ['webkitgtk-6.0', 'webkit2gtk-4.1', 'webkit2gtk-4.0'].map((name) => join(folder, name, 'MiniBrowser')),
    )
    .find((path) => existsSync(path));
}
