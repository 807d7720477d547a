/** Golden files: text that must stay as it is until somebody means to change it. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Test } from 'tap'

/** Compares with test/golden/NAME. TAP_SNAPSHOT=1 writes it anew; read the diff before committing. */
export function golden(t: Test, name: string, text: string): void {
  const file = new URL(`../golden/${name}`, import.meta.url)
  if (process.env['TAP_SNAPSHOT'] === '1') {
    mkdirSync(dirname(file.pathname), { recursive: true })
    writeFileSync(file, text)
  }
  t.ok(existsSync(file), `${name} is there`)
  t.equal(text, readFileSync(file, 'utf8'), name)
}
