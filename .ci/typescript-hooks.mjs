// Node's module hooks for TypeScript (nodejs.org/api/module.html#customization-hooks); see typescript.mjs.
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const kept = fileURLToPath(new URL('../.tap/esbuild/', import.meta.url))
try {
  mkdirSync(kept, { recursive: true })
} catch {
  // As below.
}

/** `./name.js` of a TypeScript file is `./name.ts`, as TypeScript has it. tap's mocks come with a whole URL. */
export function resolve(specifier, context, next) {
  if (/^(?:\.{1,2}\/|file:).*\.js(?:\?|$)/.test(specifier)) {
    const written = new URL(specifier, context.parentURL)
    const url = new URL(written.href.replace(/\.js(?=\?|$)/, '.ts'))
    if (!existsSync(fileURLToPath(written)) && existsSync(fileURLToPath(url)))
      return { url: url.href, format: 'module', shortCircuit: true }
  }
  return next(specifier, context)
}

export async function load(url, context, next) {
  const path = url.startsWith('file:') ? fileURLToPath(url) : ''
  if (!path.endsWith('.ts')) return next(url, context)
  return { format: 'module', source: await javascript(path), shortCircuit: true }
}

/** The JavaScript of a file: what was kept of the same content at the same place, or made now. */
async function javascript(path) {
  const source = readFileSync(path, 'utf8')
  const file = join(kept, `${createHash('sha256').update(`${path}\0${source}`).digest('hex')}.js`)
  if (existsSync(file)) return readFileSync(file, 'utf8')
  const { transform } = await import('esbuild')
  const { code } = await transform(source, {
    loader: 'ts',
    format: 'esm',
    target: 'node20',
    sourcefile: path,
    sourcemap: 'inline',
    sourcesContent: false,
  })
  // Several tests may make the same file at once: each writes its own, and the last rename stays.
  const part = `${file}.${process.pid}`
  try {
    writeFileSync(part, code)
    renameSync(part, file)
  } catch {
    // A test of session mode is another user, who may not write into root's checkout. Kept or not, this is the code.
  }
  return code
}
