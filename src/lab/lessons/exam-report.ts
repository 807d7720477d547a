/** An exam's report: written when the exam is over, signed with the trainer's key, and verified by the trainer. */
import { writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { CorruptError, StateError } from '../../errors.js'
import { exists } from '../../host/files.js'
import { isObject } from '../../host/json.js'
import { readExam } from '../../lesson/exam/journal.js'
import { examResult, type ExamResult } from '../../lesson/exam/result.js'
import { isSigned, makeSigningKeys, type Signature } from '../../lesson/exam/sign.js'
import type { LabContext } from '../context.js'
import { english } from '../../words/say.js'
import { lastExam } from './exam-look.js'
import { passphraseOf, readGiven, sign } from './trainer-files.js'

interface ExamReport {
  readonly format: 1
  readonly lab: string
  /** For people; it follows from `journal`. */
  readonly result: ExamResult
  readonly journal: readonly string[]
}

interface SignedReport extends ExamReport {
  readonly signed?: Signature
}

export interface WrittenExam {
  readonly file: string
  readonly result: ExamResult
  /** Whether it was signed with the trainer's key. */
  readonly isSigned: boolean
}

/** Makes a trainer's keys: FILE and FILE.pub. Throws StateError if one of them exists. */
export async function makeKeys(
  c: LabContext,
  file: string,
): Promise<{ readonly privateKey: string; readonly publicKey: string; readonly isEncrypted: boolean }> {
  const [privateKey, publicKey] = [resolve(c.doors.env.cwd, file), resolve(c.doors.env.cwd, `${file}.pub`)]
  for (const path of [privateKey, publicKey])
    if (await exists(path))
      throw new StateError(english('{path}: already exists', { path }), { hint: english('name another file') })
  const passphrase = passphraseOf(c)
  const { privatePem, publicPem } = makeSigningKeys(passphrase)
  await writeFile(privateKey, privatePem, { mode: 0o600, flag: 'wx' })
  await writeFile(publicKey, publicPem, { mode: 0o644, flag: 'wx' })
  return { privateKey, publicKey, isEncrypted: passphrase !== undefined }
}

/**
 * Writes the report of the last exam. `key`: file with the trainer's private key. Throws StateError (no exam, it is not
 * over, the file is there), UsageError (the key).
 */
export async function writeExamReport(
  c: LabContext,
  file: string,
  o: { readonly key?: string | undefined } = {},
): Promise<WrittenExam> {
  const { lab, journal, events } = await lastExam(c)
  const result = examResult(events)
  if (!result.ended) throw new StateError(english('the exam is not over'), { hint: 'klab lesson finish' })
  const path = resolve(c.doors.env.cwd, file)
  if (await exists(path))
    throw new StateError(english('{path}: already exists', { path }), { hint: english('name another file') })
  const report: ExamReport = { format: 1, lab, result, journal }
  const signed = o.key === undefined ? undefined : await sign(c, report, o.key)
  await writeFile(path, `${JSON.stringify({ ...report, ...(signed && { signed }) }, undefined, 2)}\n`, { mode: 0o600 })
  return { file: path, result, isSigned: signed !== undefined }
}

const isReport = (x: unknown): x is SignedReport =>
  isObject(x) &&
  x['format'] === 1 &&
  typeof x['lab'] === 'string' &&
  Array.isArray(x['journal']) &&
  x['journal'].every((line) => typeof line === 'string')

export interface VerifiedExam {
  readonly result: ExamResult
  /** Whether the trainer's key signed this report, and what the exam began with. */
  readonly isSigned: boolean
  readonly isStartSigned: boolean
  /** What is wrong or doubtful, in words; empty: the report is good. */
  readonly problems: readonly string[]
}

/**
 * Verifies a report with the trainer's public key. The result is counted again from its journal. Throws UsageError (no
 * file, no key), CorruptError for what is no report.
 */
export async function verifyExamReport(c: LabContext, file: string, key: string): Promise<VerifiedExam> {
  const { path: keyPath, text: pem } = await readGiven(c, key)
  const { path, text } = await readGiven(c, file)
  const bad = (why: string): CorruptError =>
    new CorruptError(english('{path}: {why}', { path, why }), { hint: english('ask for the report again') })
  let data: unknown
  try {
    data = JSON.parse(text)
  } catch {
    throw bad('is not the report of an exam')
  }
  if (!isReport(data)) throw bad('is not the report of an exam')
  const { signed, ...report } = data
  const { events, whole } = readExam(report.journal)
  const [begin] = events
  if (begin?.event !== 'begin') throw bad('its journal has no start')
  const result = examResult(events)
  const good = (what: unknown, s: Signature | undefined): boolean =>
    s !== undefined && typeof s.signature === 'string' && isSigned(what, s.signature, pem, keyPath)
  const [isReportSigned, isStartSigned] = [good(report, signed), good(begin.terms, begin.signed)]
  const problems = [
    ...(isReportSigned
      ? []
      : [
          signed
            ? 'the report was changed after it was signed, or signed with another key'
            : 'the report is not signed',
        ]),
    ...(isStartSigned
      ? []
      : [
          begin.signed
            ? 'its start was changed after it was signed, or signed with another key'
            : 'its start is not signed',
        ]),
    ...(whole ? [] : ['lines of its journal were changed, left out or cut short']),
    ...(result.ended ? [] : ['the exam was not ended']),
    ...result.doubts,
  ]
  return { result, isSigned: isReportSigned, isStartSigned, problems }
}
