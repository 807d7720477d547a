// Which room may import which is said in rooms.js; the rest is typed ESLint with a few rules of our own.
import tseslint from 'typescript-eslint'
import { ORDER, ROOMS } from './rooms.js'

/** room → the rule that keeps it. Top-level files (world.ts, step.ts) are rooms of one file. */
const fences = Object.entries(ROOMS).flatMap(([room, may]) => [
  fence(room, may, { files: `src/${room}/**/*.ts`, up: '(?:\\.\\./)+' }),
  fence(room, may, { files: `src/${room}.ts`, up: '\\./' }),
])

/** `up`: how such files reach src/. */
function fence(room, may, { files, up }) {
  const allowed = ['errors', 'words', room, ...may].map((m) => `${m}(?:/[\\w-]+)*`).join('|')
  return {
    files: [files],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              regex: `^${up}(?!(?:${allowed})\\.js$)(?:${ORDER.join('|')})(?:/|\\.js$)`,
              message: `${room} may import only: ${['errors', 'words', ...may].join(', ')} (.ci/rooms.js)`,
            },
          ],
        },
      ],
    },
  }
}

export default tseslint.config(
  { ignores: ['dist', 'dist-deb', 'node_modules', 'test/ci/fixtures'] },
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: {
      parserOptions: {
        project: ['./tsconfig.json', './test/tsconfig.json', './src/page/client/tsconfig.json'],
        tsconfigRootDir: new URL('..', import.meta.url).pathname,
      },
    },
    rules: {
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-confusing-void-expression': 'off',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      'no-console': 'error',
      'max-lines': ['error', 250],
      'max-len': ['error', { code: 120, ignoreUrls: true }],
      'max-params': ['error', 4],
    },
  },
  {
    files: ['test/**/*.ts', '.ci/**', 'bench/**', 'docs/**'],
    rules: {
      '@typescript-eslint/no-floating-promises': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      'no-console': 'off',
    },
  },
  // Scripts of our own that no tsconfig names.
  { files: ['.ci/**', 'bench/**', 'docs/**'], ...tseslint.configs.disableTypeChecked },
  {
    files: ['src/**/*.ts'],
    ignores: ['src/main.ts', 'src/program.ts', 'src/host/**', 'src/report/**'],
    rules: {
      'no-restricted-globals': ['error', 'process', 'console'],
      'no-restricted-properties': ['error', { object: 'Date', property: 'now', message: 'use the Clock door' }],
    },
  },
  {
    files: ['src/**/*.ts'],
    ignores: ['src/host/exec.ts'],
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        { paths: [{ name: 'execa', message: 'only host/exec.ts spawns' }] },
      ],
    },
  },
  ...fences,
)
