// Builds dist/: bundled, because loading hundreds of small modules costs more than `klab status` may take. Code
// splitting keeps what a verb does not need unloaded. The command line is scripts, not modules (scripts.mjs).
//   node .ci/build.mjs           quick
//   node .ci/build.mjs --types   type-checked first, and with dist/types/ for programs that import klab
//   node .ci/build.mjs --clean   leaves nothing of older builds, as a package must (no klab may run from here then)
//
// A running klab loads its parts when it needs them, so a build must not take them away. Part names are hashes of their
// content: old and new ones lie side by side. The new parts go in first, then the files with fixed names, each by
// rename. What a build replaced stays for a day; no verb runs that long.
import { chmod, copyFile, mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { build } from 'esbuild'
import { declareTypes } from './declarations.mjs'
import { manPage } from './man.mjs'
import { notices } from './notices.mjs'
import { compileScripts, writeScripts } from './scripts.mjs'

const DAY_MS = 24 * 3600 * 1000
const dist = 'dist'
/** Names the files of the present build, one a line. */
const list = join(dist, '.files')
const next = join(dist, `.next-${process.pid}`)

const clean = process.argv.includes('--clean')
/** These names stay the same from build to build; in the order in which they take their places. */
const FIXED = ['index.js', 'start.js', 'main.js']

/** `--help` measures hundreds of words. string-width took half of its time, and yargs needs no more than columns. */
const quickWidth = {
  name: 'quick-width',
  setup: ({ onResolve, resolve }) =>
    onResolve({ filter: /^string-width$/ }, ({ importer, kind, resolveDir }) =>
      /\/node_modules\/(?:cliui|wrap-ansi|yargs)\//.test(importer)
        ? resolve('fast-string-width', { kind, resolveDir })
        : undefined,
    ),
}

await mkdir(next, { recursive: true })
try {
  if (process.argv.includes('--types')) await declareTypes(join(dist, 'types'), join(next, 'types'))
  const modules = {
    outdir: next,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    // ssh2's native parts. It looks whether they are there, and works without them.
    external: ['cpu-features', '*.node'],
    // Its main file loads its parts in a way that no bundler can follow.
    alias: { 'jsonc-parser': 'jsonc-parser/lib/esm/main.js' },
    plugins: [quickWidth],
    // CommonJS has these two, and ssh2 asks for both.
    banner: {
      js:
        "import { createRequire as klabRequire } from 'node:module'; const require = klabRequire(import.meta.url), " +
        'klabDirname = import.meta.dirname;',
    },
    define: { __dirname: 'klabDirname' },
    // Half the bytes to parse; names stay, for readable stacks.
    minifyWhitespace: true,
    minifySyntax: true,
    legalComments: 'linked',
    metafile: true,
    logLevel: 'warning',
  }
  // For programs that import klab.
  const index = await build({ ...modules, entryPoints: ['src/index.ts'] })
  const names = '[name]-[hash].part'
  const parts = { entryPoints: ['src/program.ts'], entryNames: names, chunkNames: names, write: false }
  const program = await build({ ...modules, ...parts })
  const first = JSON.stringify(await writeScripts(program.outputFiles, next))
  const start = { entryPoints: ['src/start.ts'], outdir: next, format: 'esm', target: 'node20', logLevel: 'warning' }
  await build({ ...start, define: { KLAB_FIRST: first } })
  await compileScripts(next)
  // For Node releases that could not read the others; it is the file that tells them so.
  await build({ entryPoints: ['src/main.ts'], outdir: next, format: 'esm', target: 'node12.22', logLevel: 'warning' })
  await chmod(join(next, 'main.js'), 0o755)
  const page = await buildPage(join(next, 'page'))
  await writeFile(join(next, 'THIRD-PARTY-NOTICES'), await notices([index.metafile, program.metafile, page.metafile]))
  await writeFile(join(next, 'klab.1'), await manPage())
  const made = await readdir(next)
  // Its files keep their names, and a page that is open has loaded them.
  await rm(join(dist, 'page'), { recursive: true, force: true })
  const before = await readFile(list, 'utf8').catch(() => '')
  for (const name of [...made.filter((n) => !FIXED.includes(n)), ...FIXED])
    await rename(join(next, name), join(dist, name))
  await writeFile(list, made.map((n) => `${n}\n`).join(''))
  await sweep(new Set(made), new Set(before.split('\n')))
} finally {
  await rm(next, { recursive: true, force: true })
}

/** The lesson page: what a browser loads, no more files than these four. Returns what esbuild says of it. */
async function buildPage(out) {
  const client = 'src/page/client'
  const built = await build({
    entryPoints: [join(client, 'app.ts')],
    outdir: out,
    bundle: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    minify: true,
    legalComments: 'linked',
    metafile: true,
    logLevel: 'warning',
  })
  for (const name of ['index.html', 'app.css']) await copyFile(join(client, name), join(out, name))
  await copyFile('node_modules/@xterm/xterm/css/xterm.css', join(out, 'xterm.css'))
  return built
}

/** Removes what was replaced more than a day ago (`clean`: all). What this build replaces gets the time of now. */
async function sweep(made, replaced) {
  const now = Date.now()
  for (const name of await readdir(dist)) {
    if (made.has(name) || name === '.files' || name === 'types') continue
    const file = join(dist, name)
    if (replaced.has(name) && !clean) await utimes(file, now / 1000, now / 1000)
    else if (clean || now - (await stat(file)).mtimeMs > DAY_MS) await rm(file, { recursive: true, force: true })
  }
}
