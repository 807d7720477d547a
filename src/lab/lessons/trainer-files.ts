/** What a trainer hands over: an exam's file, a key, a report. */
import { resolve } from 'node:path'
import { UsageError } from '../../errors.js'
import { readSmall } from '../../host/files.js'
import { signData, type Signature } from '../../lesson/exam/sign.js'
import type { LabContext } from '../context.js'
import { english } from '../../words/say.js'

/** The report of an exam of 50 tasks with long outputs has less. */
const MOST_BYTES = 64 * 2 ** 20

/** A file that was named on the command line. Throws UsageError. */
export async function readGiven(
  c: LabContext,
  file: string,
  hint?: string,
): Promise<{ readonly path: string; readonly text: string }> {
  const path = resolve(c.doors.env.cwd, file)
  const bytes = await readSmall(path, MOST_BYTES).catch((cause: unknown) => {
    throw new UsageError(english('{path}: cannot be read', { path }), { cause, hint })
  })
  if (!bytes) throw new UsageError(english('{path}: cannot be read', { path }), { hint })
  return { path, text: bytes.toString('utf8') }
}

/** Of a trainer's key; undefined: none. Never taken from the command line, which others can read. */
export const passphraseOf = (c: LabContext): string | undefined =>
  c.doors.env.env['KLAB_KEY_PASSPHRASE'] === '' ? undefined : c.doors.env.env['KLAB_KEY_PASSPHRASE']

/** Signs with the key in a file. Throws UsageError. */
export async function sign(c: LabContext, data: unknown, keyFile: string): Promise<Signature> {
  const { path, text } = await readGiven(c, keyFile)
  return signData(data, text, { where: path, passphrase: passphraseOf(c) })
}
