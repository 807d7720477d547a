// The command line as scripts, which src/start.ts loads, with what V8 compiles of them beside each (`NAME.code`).
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join, resolve } from 'node:path'
import process, { argv, env, execPath } from 'node:process'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { transform } from 'esbuild'

// What start.ts gives each of them.
const GIVEN = '{ exports, require, module, __filename, __dirname, klabUrl }'

/**
 * Writes esbuild’s output files into the folder `out`: its ES modules as scripts, all else as it is. Returns the first
 * script’s name.
 */
export async function writeScripts(outputFiles, out) {
  for (const { path, text } of outputFiles)
    await writeFile(join(out, basename(path)), path.endsWith('.js') ? await asScript(text) : text)
  return outputFiles.map(({ path }) => basename(path)).find((name) => /^program-\w+\.part\.js$/.test(name))
}

async function asScript(text) {
  const { code } = await transform(text, {
    format: 'cjs',
    platform: 'node',
    target: 'node20',
    supported: { 'dynamic-import': false },
    define: { 'import.meta.url': 'klabUrl', 'import.meta.dirname': '__dirname' },
    minifyWhitespace: true,
    banner: `'use strict';(function (${GIVEN}) {`,
    footer: '})',
  })
  return code
}

/** Runs some verbs of the klab in `out`, in a folder of their own, and keeps what V8 compiles. They change nothing. */
export async function compileScripts(out) {
  const work = await mkdtemp(join(tmpdir(), 'klab-build-'))
  try {
    await writeFile(join(work, 'Labfile'), 'name: build\nkubernetes: false\n')
    const homes = ['HOME', 'XDG_STATE_HOME', 'XDG_CACHE_HOME', 'XDG_CONFIG_HOME', 'XDG_RUNTIME_DIR']
    const own = Object.fromEntries(homes.map((name) => [name, join(work, name)]))
    await Promise.all(Object.values(own).map((dir) => mkdir(dir, { mode: 0o700 })))
    // Chinese first: what several of them load is kept as the last one leaves it.
    for (const words of ['--lang zh --help', '--lang en --help', 'doctor', 'status']) {
      const args = [fileURLToPath(import.meta.url), resolve(out, 'start.js'), ...words.split(' ')]
      const { status, stderr } = spawnSync(execPath, args, { cwd: work, env: { ...env, ...own }, encoding: 'utf8' })
      // doctor ends with 3 on a machine that lacks something.
      if (status !== 0 && status !== 3) throw new Error(`klab ${words}: exit status ${status}\n${stderr}`)
    }
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

// As a program: klab with a verb; when it ends, what was compiled of each part.
if (argv[1] === fileURLToPath(import.meta.url)) {
  const [start] = argv.splice(2, 1)
  const { scripts } = await import(pathToFileURL(start).href)
  process.on('exit', () => {
    for (const [file, script] of scripts) writeFileSync(`${file}.code`, script.createCachedData())
  })
}
