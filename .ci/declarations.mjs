// dist/types/: the types of what `import … from 'klab'` gives, as tsc makes them.
import { spawnSync } from 'node:child_process'
import { readdir, readFile, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** Checks the types of src/ and puts their declarations into `types`, made in `next`. Throws if tsc finds mistakes. */
export async function declareTypes(types, next) {
  const tsc = join('node_modules', '.bin', 'tsc')
  const { status } = spawnSync(tsc, ['--declaration', '--emitDeclarationOnly', '--outDir', next], { stdio: 'inherit' })
  if (status !== 0) throw new Error('tsc found mistakes')
  const wanted = await reachable(join(next, 'index.d.ts'))
  for (const name of await readdir(next, { recursive: true }))
    if (name.endsWith('.d.ts') && !wanted.has(join(next, name))) await rm(join(next, name))
  await rm(types, { recursive: true, force: true })
  await rename(next, types)
}

/** The files that this one imports, and those import, and itself. Nobody can import the others. */
async function reachable(first) {
  const found = new Set()
  const waiting = [first]
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (found.has(file)) continue
    found.add(file)
    const text = await readFile(file, 'utf8')
    for (const [, to] of text.matchAll(/(?:from |import\(|import )['"](\.[^'"]+)\.js['"]/g))
      waiting.push(`${join(dirname(file), to)}.d.ts`)
  }
  return found
}
