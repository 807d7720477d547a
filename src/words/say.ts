/**
 * Texts for people, in the chosen language. The English text stands where it is used; it is also the key of its
 * translation. A text that zh/ lacks does not compile. zh/ is loaded only if it was chosen.
 */
import type { NamesIn } from './catalogue.js'
import type { Language } from './language.js'
import type { ZH } from './zh/all.js'

/** An English text that has a translation. */
type AnyText = keyof typeof ZH
/** One without names in braces. */
export type Text = { [T in AnyText]: [NamesIn<T>] extends [never] ? T : never }[AnyText]

type Value = string | number
/** The values of the names in braces; a text without any takes no second argument. */
type Values<T extends string> = [NamesIn<T>] extends [never] ? [] : [values: { readonly [Name in NamesIn<T>]: Value }]
type AnyValues = readonly [values?: Readonly<Record<string, Value>>]

interface Origin {
  readonly text: string
  readonly values: Readonly<Record<string, Value>>
}

/** Undefined: English. */
let translations: Readonly<Record<string, string>> | undefined
/** How texts of `english` were made. Also before the language is chosen: some rules are made when a file is loaded. */
const origins = new Map<string, Origin>()
/** `origins` forgets the oldest then: `klab lesson open` may run for days. */
const MOST_ORIGINS = 5000

/** The chosen language. */
export const spoken = (): Language => (translations === undefined ? 'en' : 'zh')

/** The language of this process. To be called once, before anything is printed. */
export async function chooseLanguage(language: Language): Promise<void> {
  translations = language === 'en' ? undefined : (await import('./zh/all.js')).ZH
}

const fill = (text: string, values: Readonly<Record<string, Value>>): string =>
  text.replace(/\{(\w+)\}/g, (braces, name: string) => (Object.hasOwn(values, name) ? String(values[name]) : braces))

/**
 * The text in English, whatever the language: for errors, events and everything else that may also go into a log or
 * into JSON. `translated` gives it in the chosen language, where it is printed.
 */
export function english<T extends AnyText>(text: T, ...rest: Values<T>): string {
  const [values = {}] = rest as AnyValues
  const made = fill(text, values)
  // Without values, the text itself is found; as a value of another text, only if it is known as klab's own.
  if (made === text && translations === undefined) return made
  const [oldest] = origins.keys()
  if (origins.size >= MOST_ORIGINS && oldest !== undefined) origins.delete(oldest)
  origins.set(made, { text, values })
  return made
}

/** Several texts of `english` as one. */
export const series = (texts: readonly string[]): string =>
  texts.reduce((text, more) => (text === '' ? more : english('{text}; {more}', { text, more })), '')

/** The text in the chosen language, to be printed now. */
export function say<T extends AnyText>(text: T, ...rest: Values<T>): string {
  const [values = {}] = rest as AnyValues
  return inOther({ text, values })
}

/**
 * A text of `english` in the chosen language. Of a text that klab does not know, each line is looked up, without its
 * indent; unknown lines stay as they are.
 */
export function translated(text: string): string {
  if (translations === undefined) return text
  const origin = origins.get(text)
  if (origin === undefined && text.includes('\n')) return text.split('\n').map(translated).join('\n')
  if (origin === undefined && text.startsWith(' ')) {
    const words = text.trimStart()
    return ' '.repeat(text.length - words.length) + translated(words)
  }
  return inOther(origin ?? { text, values: {} })
}

function inOther({ text, values }: Origin): string {
  const own = translations !== undefined && Object.hasOwn(translations, text) ? translations[text] : undefined
  if (own === undefined) return fill(text, values)
  return fill(own, Object.fromEntries(Object.entries(values).map(([name, value]) => [name, sentence(value)])))
}

/** A value may be a text too. A single word is not looked up: it may be the name of a node, or a state. */
const sentence = (value: Value): Value =>
  typeof value === 'string' && (origins.has(value) || value.includes(' ')) ? translated(value) : value
