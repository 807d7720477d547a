// `npm run lint`: what ESLint cannot see in src/. No circles of files (types and `import()` counted), no `import()`
// against the order of rooms.js, no exported name in two files.
import { readFileSync, readdirSync } from 'node:fs'
import { posix } from 'node:path'
import ts from 'typescript'
import { ROOMS } from './rooms.js'

const files = readdirSync('src', { recursive: true })
  .filter((name) => name.endsWith('.ts'))
  .sort()
const imports = new Map()
/** Exported name → files that declare it. */
const declared = new Map()
for (const file of files) {
  const found = new Set()
  const names = new Set()
  visit(ts.createSourceFile(file, readFileSync(`src/${file}`, 'utf8'), ts.ScriptTarget.Latest, true), found, names)
  imports.set(
    file,
    [...found]
      .filter((path) => path.startsWith('.'))
      .map((path) => posix.join(posix.dirname(file), path).replace(/\.js$/, '.ts')),
  )
  for (const name of names) declared.set(name, [...(declared.get(name) ?? []), file])
}

/** Gathers what a node imports, and the exported names that it declares. */
function visit(node, found, names) {
  const path =
    node.moduleSpecifier ??
    (ts.isImportTypeNode(node) ? node.argument.literal : undefined) ??
    (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword ? node.arguments[0] : undefined)
  if (path && ts.isStringLiteral(path)) found.add(path.text)
  if (node.modifiers?.some((m) => m.kind === ts.SyntaxKind.ExportKeyword))
    for (const { name } of node.declarationList?.declarations ?? [node]) if (name) names.add(name.getText())
  ts.forEachChild(node, (child) => visit(child, found, names))
}

/** Files that can reach themselves, one circle each (the way there). */
function circleFrom(start) {
  const from = new Map([[start, undefined]])
  for (const file of from.keys())
    for (const next of imports.get(file) ?? []) {
      if (next === start) {
        const way = [start]
        for (let at = file; at !== undefined; at = from.get(at)) way.push(at)
        return way.reverse()
      }
      if (!from.has(next)) from.set(next, file)
    }
  return undefined
}

const roomOf = (file) => file.split('/')[0].replace(/\.ts$/, '')
const isAllowed = (file, other) => {
  const [room, target] = [roomOf(file), roomOf(other)]
  const path = other.replace(/\.ts$/, '')
  const may = ROOMS[room]
  return (
    !may ||
    target === room ||
    ['errors', 'words'].includes(target) ||
    may.some((m) => path === m || path.startsWith(`${m}/`))
  )
}

const wrong = []
const seen = new Set()
for (const [file, others] of imports) {
  for (const other of others) if (!isAllowed(file, other)) wrong.push(`${file} may not import ${other} (.ci/rooms.js)`)
  const circle = seen.has(file) ? undefined : circleFrom(file)
  circle?.forEach((one) => seen.add(one))
  if (circle) wrong.push(`a circle: ${circle.join(' → ')}`)
}
for (const [name, where] of declared) if (where.length > 1) wrong.push(`${name} is exported by ${where.join(', ')}`)
for (const line of wrong) process.stderr.write(`${line}\n`)
process.exitCode = wrong.length > 0 ? 1 : 0
