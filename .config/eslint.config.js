import eslint from '@eslint/js';
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

/** Rooms that decide and never act: no clock, timer, chance, waiting or I/O. Time arrives as an argument. */
const pureRooms = ['graph', 'schedule', 'workflow', 'plan', 'state', 'ocp'];

const noDefaultExport = {
  selector: 'ExportDefaultDeclaration, ExportSpecifier[exported.name="default"]',
  message: 'Export by name. Only workflow files and tool configurations have a default export.',
};

const noClock = {
  selector: 'NewExpression[callee.name="Date"][arguments.length=0]',
  message: 'Take the time as an argument.',
};

const noWaiting = { selector: 'AwaitExpression', message: 'This room decides and never waits.' };

const impureGlobals = [
  'setTimeout',
  'setInterval',
  'setImmediate',
  'queueMicrotask',
  'performance',
  'process',
  'fetch',
];

const impureProperties = [
  { object: 'Date', property: 'now', message: 'Take the time as an argument.' },
  { object: 'Math', property: 'random', message: 'Take chance as an argument.' },
  { object: 'crypto', property: 'randomUUID', message: 'Take ids as an argument.' },
];

/** Hashing decides nothing by chance; the rest of the module does. */
const pureCrypto = { name: 'node:crypto', allowImportNames: ['createHash', 'createHmac', 'timingSafeEqual'] };

export default defineConfig(
  { ignores: ['dist/', 'coverage/', '.precede/', 'node_modules/'] },
  { linterOptions: { noInlineConfig: true } },
  eslint.configs.recommended,
  tseslint.configs.strictTypeChecked,
  tseslint.configs.stylisticTypeChecked,
  { languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: `${import.meta.dirname}/..` } } },
  {
    rules: {
      // A switch over a closed union counts once: listing every state is what makes it simple.
      complexity: ['error', { max: 10, variant: 'modified' }],
      eqeqeq: 'error',
      'max-lines': ['error', { max: 300, skipBlankLines: true, skipComments: true }],
      'max-lines-per-function': ['error', { max: 70, skipBlankLines: true, skipComments: true }],
      'max-params': ['error', 4],
      'no-console': 'error',
      'no-param-reassign': 'error',
      'no-restricted-syntax': ['error', noDefaultExport],
      '@typescript-eslint/consistent-type-exports': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/consistent-indexed-object-style': 'off',
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      // Spreading a string gives its code points, which is what is meant.
      '@typescript-eslint/no-misused-spread': ['error', { allow: ['string'] }],
      // An async function without await is how a port's in-memory side turns a throw into a rejection.
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: false, requireDefaultForNonUnion: true },
      ],
    },
  },
  {
    files: pureRooms.map((room) => `src/${room}/**`),
    rules: {
      'no-restricted-globals': ['error', ...impureGlobals],
      'no-restricted-imports': ['error', pureCrypto],
      'no-restricted-properties': ['error', ...impureProperties],
      'no-restricted-syntax': ['error', noDefaultExport, noClock, noWaiting],
    },
  },
  {
    // A declaration wraps what its author gave it, which may wait.
    files: ['src/workflow/**'],
    rules: { 'no-restricted-syntax': ['error', noDefaultExport, noClock] },
  },
  {
    files: [
      ...['workflows/**', '.config/**', 'vitest.config.ts', 'test/consumer/own-workflow.ts'],
      'test/faults/support/{effects-workflow,token-effects}.ts',
    ],
    rules: { 'no-restricted-syntax': 'off' },
  },
  {
    files: ['**/*.js'],
    rules: {
      // The compiler checks JavaScript too and knows Node's globals; casts in its comments are invisible to this linter.
      'no-undef': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
    },
  },
  {
    files: ['src/cli/**', '.config/**', 'test/faults/**', 'test/api/**'],
    rules: { 'no-console': 'off' },
  },
  {
    files: ['test/**'],
    rules: {
      'max-lines-per-function': 'off',
      '@typescript-eslint/no-empty-function': 'off',
      // Matchers such as expect.any() are typed any.
      '@typescript-eslint/no-unsafe-assignment': 'off',
    },
  },
);
