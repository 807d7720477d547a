/** klab's language on the page. The server writes it into the `html` element. */
import type { NamesIn } from '../../words/catalogue.js'
import { PAGE_ZH } from '../../words/zh/page.js'

type PageText = keyof typeof PAGE_ZH
type Value = string | number
type Values<T extends string> = [NamesIn<T>] extends [never] ? [] : [values: { readonly [Name in NamesIn<T>]: Value }]

const chinese = document.documentElement.lang === 'zh'
const known: Readonly<Record<string, string>> = PAGE_ZH

/** The text in klab's language. */
export function pageText<T extends PageText>(text: T, ...rest: Values<T>): string {
  const [values = {}] = rest as readonly [values?: Readonly<Record<string, Value>>]
  const words = chinese ? PAGE_ZH[text] : text
  return words.replace(/\{(\w+)\}/g, (braces, name: string) => String(values[name] ?? braces))
}

/** Translates what index.html has. To be called once, before the lesson is shown. */
export function translatePage(): void {
  if (!chinese) return
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  for (let node = texts.nextNode(); node; node = texts.nextNode())
    node.textContent = known[node.textContent?.trim() ?? ''] ?? node.textContent
  for (const element of document.querySelectorAll('[aria-label]')) {
    const label = known[element.getAttribute('aria-label') ?? '']
    if (label !== undefined) element.setAttribute('aria-label', label)
  }
}
