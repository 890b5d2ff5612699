// src strict and typed, spec and demo typed and a little relaxed, plain JavaScript untyped.
// What may import what is checked by spec/node/architecture.spec.ts.
import js from '@eslint/js';
import { defineConfig } from 'eslint/config';
import jsdoc from 'eslint-plugin-jsdoc';
import tseslint from 'typescript-eslint';
import { demoProjects } from './.ci/demos.mjs';

const demo = demoProjects.length > 0 ? ['demo/**/*.ts'] : []; // without a project there are no types to lint by
const typed = ['src/**/*.ts', 'spec/**/*.ts', ...demo];

/** Files that run under Node alone and may use what only Node has. */
const nodeOnly = [
  'src/node/**',
  'src/cli/**',
  'src/router/node/**',
  'src/testing/node/**',
  'src/{serializers,transports}/**/*.node.ts',
];

const environment = [
  ...['process', 'Buffer', 'require', '__dirname'].map((name) => ({ name, message: 'Only files for Node have it.' })),
  ...['window', 'document', 'localStorage'].map((name) => ({
    name,
    message: 'Look it up on globalThis: a worker, a server or Node has none.',
  })),
];

const ticking = ['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask'].map((name) => ({
  name,
  message: 'Time goes through RxJS schedulers: marble tests drive those alone.',
}));

const focused = ['fit', 'fdescribe', 'xit', 'xdescribe'].map((name) => ({
  name,
  message: 'Would leave specs out for everyone; `pending(why)` says why one cannot run.',
}));

export default defineConfig(
  {
    ignores: [
      'node_modules/',
      'dist/',
      'coverage/',
      'artifacts/',
      '**/.cache/',
      'demo/dist/',
      ...(demo.length > 0 ? [] : ['demo/**/*.ts']),
    ],
  },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  js.configs.recommended,
  {
    files: typed,
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'separate-type-imports' }],
      '@typescript-eslint/consistent-type-exports': 'error',
      // `import { type A }` still loads the module, `import type { A }` does not
      '@typescript-eslint/no-import-type-side-effects': 'error',
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowNever: true }],
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', destructuredArrayIgnorePattern: '^_' },
      ],
      // a type parameter that only names the result, `call<number>(…)`, is the public contract of the verbs
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
      // src may not say `!`, so it may say `as T`
      '@typescript-eslint/non-nullable-type-assertion-style': 'off',
      // in `Id | 0` the 0 tells the reader something
      '@typescript-eslint/no-redundant-type-constituents': 'off',
      '@typescript-eslint/prefer-for-of': 'off', // an iterator per message is what the hot path does without
      eqeqeq: 'error',
      'no-restricted-globals': ['error', ...environment],
      'no-undef': 'off', // TypeScript knows better
    },
  },
  {
    files: ['src/**/*.ts'],
    plugins: { jsdoc },
    rules: {
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      'no-console': 'error',
      'jsdoc/require-jsdoc': [
        'error',
        {
          publicOnly: { ancestorsOnly: true, esm: true, cjs: false, window: false },
          require: { ClassDeclaration: true, FunctionDeclaration: true },
          contexts: [
            'TSInterfaceDeclaration',
            'TSTypeAliasDeclaration',
            // a table of CONSTANTS has one comment above it
            'ExportNamedDeclaration > VariableDeclaration[declarations.0.id.name!=/^[A-Z][A-Z0-9_]*$/]',
            'ExportNamedDeclaration > TSDeclareFunction',
          ],
          enableFixer: false, // an empty comment is worse than none
        },
      ],
      'jsdoc/check-tag-names': ['error', { definedTags: ['remarks', 'typeParam', 'packageDocumentation'] }],
      'jsdoc/check-param-names': ['error', { checkDestructured: false, disableMissingParamChecks: true }],
      'jsdoc/no-types': 'error', // TypeScript says them
      'jsdoc/empty-tags': 'error',
    },
  },
  ...demo.map((glob) => ({
    files: [glob],
    // files that several projects share belong to none by their folder
    languageOptions: { parserOptions: { projectService: false, project: demoProjects } },
  })),
  { files: ['src/cli/**'], rules: { 'no-console': 'off' } },
  { files: nodeOnly, rules: { 'no-restricted-globals': 'off' } },
  {
    files: ['src/session/**', 'src/client/**'],
    rules: {
      'no-restricted-globals': ['error', ...environment, ...ticking],
      'no-restricted-properties': ['error', { object: 'Date', property: 'now', message: 'Use scheduler.now().' }],
    },
  },
  {
    files: typed.filter((glob) => !glob.startsWith('src')),
    rules: {
      'no-restricted-globals': ['error', ...focused],
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-empty-function': 'off',
      '@typescript-eslint/unbound-method': 'off',
      '@typescript-eslint/no-extraneous-class': 'off', // an Angular component may be its template alone
      '@typescript-eslint/no-unsafe-assignment': 'off', // jasmine.objectContaining and the like are `any`
    },
  },
  {
    files: ['**/*.{js,mjs}'],
    languageOptions: {
      globals: Object.fromEntries(
        [
          ...['process', 'Buffer', 'console', 'performance', 'URL', 'fetch', 'AbortSignal', 'AbortController'],
          ...[
            'setTimeout',
            'clearTimeout',
            'setInterval',
            'clearInterval',
            'TextEncoder',
            'TextDecoder',
            'structuredClone',
          ],
          // the demo's page, and functions that a browser driver runs inside a page
          ...['window', 'document', 'location', 'navigator', 'localStorage', 'matchMedia', 'innerWidth', 'innerHeight'],
          ...['Event', 'WebSocket', 'btoa', 'atob', 'crypto'],
        ].map((name) => [name, 'readonly']),
      ),
    },
    rules: { eqeqeq: 'error', 'prefer-const': 'error', 'no-var': 'error' },
  },
);
