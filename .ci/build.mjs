// Builds dist/: type-checked by tsc (npm run build does that first), then bundled, because loading hundreds of small
// modules costs more than `klab status` may take. Code splitting keeps what a verb does not need unloaded.
import { chmod, rm } from 'node:fs/promises'
import { build } from 'esbuild'

await rm('dist', { recursive: true, force: true })
await build({
  entryPoints: ['src/main.ts'],
  outdir: 'dist',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  // ssh2 has optional native parts and is loaded only where SSH is used.
  external: ['ssh2'],
  banner: {
    js: "import { createRequire as klabRequire } from 'node:module'; const require = klabRequire(import.meta.url);",
  },
  // Half the bytes to parse; names stay, for readable stacks.
  minifyWhitespace: true,
  minifySyntax: true,
  legalComments: 'linked',
  logLevel: 'warning',
})
await chmod('dist/main.js', 0o755)
