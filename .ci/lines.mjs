// `npm run lint`: no line over 120 columns where ESLint does not look: shell, YAML, Labfiles, C, Go, code in Markdown.
import { readFileSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'

const MAX = 120
const ROOTS = [
  '.ci',
  'bench',
  'cloud-init',
  'docs',
  'labs',
  'test/fixtures/guest',
  'Labfile.example',
  'Labfile.zh.example',
  'quickstart',
]
const MARKDOWN = ['README.md', 'README.zh.md', 'CONTRIBUTING.md', 'CHANGELOG.md']
/** Data, and files that stand as their projects wrote them. */
const NOT_OURS = /\/go\.(mod|sum)$|\/10-kubeadm\.conf$/

const files = ROOTS.flatMap((root) =>
  statSync(root).isFile()
    ? [root]
    : readdirSync(root, { recursive: true, withFileTypes: true })
        .filter((e) => e.isFile())
        .map((e) => join(e.parentPath, e.name)),
)

/** Prose may be one line a paragraph; tables and code may not be wider than a screen, and tables cannot be wrapped. */
function codeOf(markdown) {
  let inside = false
  return markdown.map((line) => {
    if (line.startsWith('```')) inside = !inside
    return inside ? line : ''
  })
}

let found = 0
for (const file of [...files, ...MARKDOWN].filter((f) => !NOT_OURS.test(f))) {
  const lines = readFileSync(file, 'utf8').split('\n')
  for (const [i, line] of (file.endsWith('.md') ? codeOf(lines) : lines).entries()) {
    const width = line.replaceAll('\t', '  ').length
    // A lone address cannot be broken.
    if (width <= MAX || /^\W*https?:\S+$/.test(line)) continue
    process.stderr.write(`${file}:${i + 1}: ${width} columns, ${MAX} at most\n`)
    found++
  }
}
process.exitCode = found > 0 ? 1 : 0
