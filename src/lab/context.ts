/** What each verb of the façade works with. */
import { openLogFile } from '../report/log-file.js'
import { tee } from '../report/tee.js'
import type { Report } from '../report/events.js'
import type { Doors } from './doors.js'

export interface LabContext {
  readonly doors: Doors
  /** Path of the Labfile; undefined: `Labfile` in the working folder or above. */
  readonly file: string | undefined
  /** Gets the progress events. */
  readonly report: Report
}

/** Does `work`. Its events also go to klab's log of the lab, whose folder must exist. */
export async function withLog<T>(c: LabContext, log: string, work: (report: Report) => Promise<T>): Promise<T> {
  const all = tee(openLogFile(log, c.doors.clock), { report: c.report, close: () => undefined })
  try {
    return await work(all.report)
  } finally {
    all.close()
  }
}
