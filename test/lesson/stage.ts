/** Small scenarios of our own that show what public ones do. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Test } from 'tap'

/** A lesson's folder with these files. */
export function lessonFolder(t: Test, files: Readonly<Record<string, string>>, name = 'a-lesson'): string {
  const dir = join(t.testdir(), name)
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, file)), { recursive: true })
    writeFileSync(join(dir, file), text)
  }
  return dir
}

/** index.json of a lesson with these steps. */
export const index = (steps: readonly unknown[], more: Readonly<Record<string, unknown>> = {}): string =>
  JSON.stringify({ title: 'A lesson', description: 'It teaches.', details: { steps }, ...more })
