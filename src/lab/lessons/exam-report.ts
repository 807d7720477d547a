/** An exam's report: written when it is over, signed with the trainer's key, and verified where the trainer is. */
import { readFile, writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { CorruptError, StateError, UsageError } from '../../errors.js'
import { exists, readSmall } from '../../host/files.js'
import { isObject } from '../../host/json.js'
import { readExam, readExamLines } from '../../lesson/exam/journal.js'
import { examResult, type ExamResult } from '../../lesson/exam/result.js'
import { isSigned, makeSigningKeys, type Signature } from '../../lesson/exam/sign.js'
import type { LabContext } from '../context.js'
import { recordedLab } from '../open.js'
import { PASSPHRASE, sign } from './exam-start.js'

/** An exam of 50 tasks with long outputs has less. */
const MOST_BYTES = 64 * 2 ** 20

interface ExamReport {
  readonly format: 1
  readonly lab: string
  /** For people; `journal` says the same. */
  readonly result: ExamResult
  readonly journal: readonly string[]
}

interface SignedReport extends ExamReport {
  readonly signed?: Signature
}

export interface WrittenExam {
  readonly file: string
  readonly result: ExamResult
  /** Whether the trainer's key was there. */
  readonly isSigned: boolean
}

/** Makes a trainer's keys: FILE and FILE.pub. Throws StateError when one is there. */
export async function makeKeys(
  c: LabContext,
  file: string,
): Promise<{ readonly privateKey: string; readonly publicKey: string; readonly isEncrypted: boolean }> {
  const [privateKey, publicKey] = [resolve(c.doors.env.cwd, file), resolve(c.doors.env.cwd, `${file}.pub`)]
  for (const path of [privateKey, publicKey])
    if (await exists(path)) throw new StateError(`${path}: is there already`, { hint: 'name another file' })
  const passphrase = c.doors.env.env[PASSPHRASE]
  const { privatePem, publicPem } = makeSigningKeys(passphrase === '' ? undefined : passphrase)
  await writeFile(privateKey, privatePem, { mode: 0o600, flag: 'wx' })
  await writeFile(publicKey, publicPem, { mode: 0o644, flag: 'wx' })
  return { privateKey, publicKey, isEncrypted: passphrase !== undefined && passphrase !== '' }
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
  const { paths, record } = await recordedLab(c.doors.env, c.file)
  const journal = await readExamLines(paths.exams)
  const { events } = readExam(journal)
  if (events.length === 0)
    throw new StateError('there was no exam in this lab', { hint: 'klab lesson start FILE --exam' })
  const result = examResult(events)
  if (!result.ended) throw new StateError('the exam is not over', { hint: 'klab lesson finish' })
  const path = resolve(c.doors.env.cwd, file)
  if (await exists(path)) throw new StateError(`${path}: is there already`, { hint: 'name another file' })
  const report: ExamReport = { format: 1, lab: record.id, result, journal }
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
  /** What is wrong or doubtful, in words; the report is good when there is nothing. */
  readonly problems: readonly string[]
}

/**
 * Verifies a report with the trainer's public key. The result is counted again from its journal. Throws UsageError (no
 * file, no key), CorruptError for what is no report.
 */
export async function verifyExamReport(c: LabContext, file: string, key: string): Promise<VerifiedExam> {
  const [path, keyPath] = [file, key].map((f) => resolve(c.doors.env.cwd, f)) as [string, string]
  const pem = await readFile(keyPath, 'utf8').catch((cause: unknown) => {
    throw new UsageError(`${keyPath}: cannot be read`, { cause })
  })
  const bytes = await readSmall(path, MOST_BYTES).catch((cause: unknown) => {
    throw new UsageError(`${path}: cannot be read`, { cause })
  })
  const bad = (why: string): CorruptError => new CorruptError(`${path}: ${why}`, { hint: 'ask for the report again' })
  let data: unknown
  try {
    data = JSON.parse(bytes?.toString('utf8') ?? '')
  } catch {
    throw bad('is no report of an exam')
  }
  if (!isReport(data)) throw bad('is no report of an exam')
  const { signed, ...report } = data
  const { events, whole } = readExam(report.journal)
  const [begin] = events
  if (begin?.event !== 'begin') throw bad('its journal has no beginning')
  const result = examResult(events)
  const good = (what: unknown, s: Signature | undefined): boolean =>
    s !== undefined && typeof s.signature === 'string' && isSigned(what, s.signature, pem, keyPath)
  const [isReportSigned, isStartSigned] = [good(report, signed), good(begin.terms, begin.signed)]
  const problems = [
    ...(isReportSigned ? [] : [signed ? 'the report is not as that key signed it' : 'the report is not signed']),
    ...(isStartSigned
      ? []
      : [begin.signed ? 'its beginning is not as that key signed it' : 'its beginning is not signed']),
    ...(whole ? [] : ['lines of its journal were changed, left out or cut short']),
    ...(result.ended ? [] : ['the exam was not ended']),
    ...result.doubts,
  ]
  return { result, isSigned: isReportSigned, isStartSigned, problems }
}
