// Architecture as data: which room may import which. Imports point down design.md's listing only.
import tseslint from 'typescript-eslint'

const pure = ['errors']
/**
 * room → rooms it may import (itself and errors always). `types` of doors are allowed where a `X/types` entry says so.
 */
const rooms = {
  host: [],
  report: [],
  // What klab knows of versions is data that only the Labfile's checks and the makers of a cluster read.
  labfile: ['host/types', 'host/files', 'cluster/versions', 'cluster/calico', 'cluster/source'],
  cluster: ['labfile'],
  cloudinit: ['labfile'],
  check: ['labfile', 'cluster'],
  hypervisor: ['host'],
  guest: ['host'],
  store: ['host', 'labfile/model'],
  image: ['host', 'labfile/model', 'store', 'report', 'bundle/apt-sources'],
  bundle: ['host', 'store', 'report', 'cluster', 'labfile'],
  phases: [
    'labfile',
    'cluster',
    'cloudinit',
    'image',
    'bundle',
    'plan/types',
    'report',
    'host/types',
    'host/files',
    'hypervisor/types',
    'guest/types',
    'guest/until',
    'guest/api',
    'guest/ssh-config',
    'store',
  ],
  snapshot: [
    'cluster/kubeconfig',
    'cluster/versions',
    'guest/api',
    'host/types',
    'host/files',
    'host/versions',
    'hypervisor/types',
    'labfile/nearest',
    'phases/disk',
    'phases/world',
    'phases/names',
    'phases/machine',
    'phases/nodes',
    'phases/segment',
    'store',
  ],
  seal: [
    'host',
    'hypervisor/types',
    'labfile/model',
    'cluster/kubeconfig',
    'image/disk-format',
    'phases/access',
    'phases/machine',
    'phases/names',
    'phases/segment',
    'phases/world',
    'snapshot',
    'store',
    'version',
  ],
  plan: ['labfile', 'phases', 'report', 'host/types'],
  cli: [
    'lab',
    'check',
    'snapshot',
    'seal',
    'report',
    'labfile',
    'host/types',
    'host/files',
    'store',
    'bundle',
    'phases/artifacts',
    'phases/world',
    'hypervisor/types',
    'hypervisor/accel',
  ],
}
const all = Object.keys(rooms).concat(['lab', 'main'])

const fences = Object.entries(rooms).map(([room, may]) => ({
  files: [`src/${room}/**/*.ts`],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        patterns: [
          {
            regex: `^\\.\\./(?!(?:${[...pure, room, ...may].map((m) => (m.includes('/') ? `${m}` : `${m}(?:/[\\w-]+)*`)).join('|')})\\.js$)(?:${all.join('|')})[/.]`,
            message: `${room}/ may import only: ${[...pure, ...may].join(', ')} (.ci/eslint.config.js)`,
          },
        ],
      },
    ],
  },
}))

export default tseslint.config(
  { ignores: ['dist', 'node_modules'] },
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: {
      parserOptions: {
        project: ['./tsconfig.json', './test/tsconfig.json'],
        tsconfigRootDir: new URL('..', import.meta.url).pathname,
      },
    },
    rules: {
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-confusing-void-expression': 'off',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      'no-console': 'error',
      'max-lines': ['error', 250],
    },
  },
  {
    files: ['test/**/*.ts'],
    rules: {
      '@typescript-eslint/no-floating-promises': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      'no-console': 'off',
    },
  },
  {
    files: ['src/**/*.ts'],
    ignores: ['src/main.ts', 'src/host/**', 'src/report/**'],
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
