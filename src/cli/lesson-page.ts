/** How a page of a lesson is printed, and in which language. */
import type { LabHandle } from '../lab/api.js'
import { wantsColor } from '../report/options.js'
import { localeLanguage } from '../words/language.js'
import { say } from '../words/say.js'
import type { App } from './app.js'

type Page = Awaited<ReturnType<LabHandle['lessons']['text']>>

/** Of a lesson's texts: what was asked for, else of the locale. Undefined: English. */
export function chosenLanguage(app: App, args: { readonly lang?: string | undefined }): string | undefined {
  const lang = args.lang ?? localeLanguage(app.env)
  return lang === 'en' ? undefined : lang
}

/** Wider lines are hard to read. */
const MOST_COLUMNS = 100

/** Draws a page; what comes from the lesson was made safe where it was drawn. */
export async function printPage(app: App, lab: LabHandle, page: Page, open?: boolean): Promise<void> {
  const width = Math.min(app.page.columns ?? 80, MOST_COLUMNS)
  const head = page.step > page.steps ? page.title : say('{title}, step {step} of {steps}: {stepTitle}', page)
  app.stdout.write(`${head}\n\n`)
  const color = wantsColor({ stream: app.page, env: app.env })
  app.page.write(await lab.lessons.draw(page, { columns: width, color, open }))
}
