// Writes all golden files anew: test/golden/, the table in docs/versions.md, labfile.schema.json. Read the diff before
// you commit it.
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { TAP } from './tap.mjs'

const files = readdirSync('test', { recursive: true })
  .filter((name) => name.endsWith('.test.ts'))
  .map((name) => `test/${name}`)
  .filter((name) => /golden\(|TAP_SNAPSHOT|UPDATE_SCHEMA/.test(readFileSync(name, 'utf8')))
const { status } = spawnSync(TAP, ['run', '--disable-coverage', '--allow-empty-coverage', ...files], {
  stdio: 'inherit',
  env: { ...process.env, TAP_SNAPSHOT: '1', UPDATE_SCHEMA: '1' },
})
spawnSync('git', ['status', '--short', 'test/golden', 'docs/versions.md', 'labfile.schema.json'], { stdio: 'inherit' })
process.exitCode = status ?? 1
