// The man page, as text: src/cli/man.ts, called without a build before it.
//   node .ci/man.mjs | man -l -
import { readFile } from 'node:fs/promises'
import { argv } from 'node:process'
import { fileURLToPath } from 'node:url'
import './typescript.mjs'

/** klab(1) of this source. */
export async function manPage() {
  const { version, description } = JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8'))
  const { manPage: page } = await import('../src/cli/man.ts')
  return page(version, description)
}

if (argv[1] === fileURLToPath(import.meta.url)) process.stdout.write(await manPage())
