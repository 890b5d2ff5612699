const conditions = ['rxwamp-src', 'node', 'module'];

export default {
  root: import.meta.dirname,
  cacheDir: '../../.cache/vitest',
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: { include: ['*.fixture.ts'], pool: 'threads', maxWorkers: 1 },
};
