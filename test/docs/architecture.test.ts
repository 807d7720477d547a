/** docs/architecture.md: every room of src/ has a row, and every file that it names is there. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import t from 'tap'
import { root } from '../fakes/world.js'

const text = readFileSync(`${root}/docs/architecture.md`, 'utf8')
const part = (title: string): string => text.split(/^## /m).find((p) => p.startsWith(title)) ?? ''

t.test('a row for every room', (t) => {
  const rooms = readdirSync(`${root}/src`).map((name) => name.replace(/\.ts$/, ''))
  const table = part('The rooms')
  t.same(rooms.filter((room) => !table.includes(`\`${room}\``)), []) // prettier-ignore
  t.end()
})

t.test('every file that it names is there', (t) => {
  const named = [...text.matchAll(/`([\w./-]+\.(?:ts|sh|js|md))`/g)].map((m) => m[1]!)
  t.ok(named.length > 40, `${named.length} files`)
  // A table may name the folder once: `src/phases/` above, `boot.ts` below.
  const folders = ['', 'src/', 'src/phases/', 'src/labfile/', 'src/versions/', 'src/state/']
  t.same(named.filter((file) => !folders.some((dir) => existsSync(`${root}/${dir}${file}`))), []) // prettier-ignore
  t.end()
})
