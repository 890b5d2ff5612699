// Specs under Node: everything but spec/browser. Run by `npm run test:node`; `-- --filter=<text>` picks some.
import { totals } from '../.ci/totals.mjs';

export default {
  spec_dir: 'spec',
  helpers: ['helpers/time-limit.ts'],
  spec_files: ['**/*.spec.ts', '!browser/**', '!interop/**', '!bench/**'],
  reporters: [totals()],
  alwaysListPendingSpecs: false,
  env: { random: true, forbidDuplicateNames: true, failSpecWithNoExpectations: true },
};
