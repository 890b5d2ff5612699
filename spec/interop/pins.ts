// What the suite runs against, in one place.
import { fileURLToPath } from 'node:url';

/** Where everything is installed; ignored by git, kept between runs. */
export const CACHE = fileURLToPath(new URL('../.cache/interop/', import.meta.url));
export const HERE = fileURLToPath(new URL('./', import.meta.url));

export const PINS = {
  // of nexus, the newest that the Go at hand can build
  nexus: [
    { version: '3.3.0', go: [1, 25] as const, modfile: 'go.mod' },
    { version: '3.2.2', go: [1, 20] as const, modfile: 'go.old.mod' },
  ],
  crossbar: '25.12.1',
  // its own packages are in constraints.txt; these tools build what has no wheel
  build: 'setuptools==80.9.0',
  python: { from: [3, 11] as const, to: [3, 14] as const },
  autobahnPython: '25.12.2',
  wampyPython: '1.1.0',
  // the last two are wampy.js's, which takes any newer one
  npm: { autobahn: '22.11.1', wampy: '8.0.2', when: '3.7.8', ws: '8.23.0', 'cbor-x': '1.6.8', msgpackr: '2.1.3' },
};
