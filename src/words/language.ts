/** Which language klab speaks. Pure. */

export const LANGUAGES = ['en', 'zh'] as const
export type Language = (typeof LANGUAGES)[number]

export const isLanguage = (word: unknown): word is Language => LANGUAGES.some((known) => known === word)

/** The language of the locale, as gettext reads it: `zh` of zh_CN.UTF-8. Undefined: none is set, or C, or POSIX. */
export function localeLanguage(env: Readonly<Record<string, string | undefined>>): string | undefined {
  const locale = [env['LC_ALL'], env['LC_MESSAGES'], env['LANG']].find((x) => x !== undefined && x !== '') ?? ''
  const [language = ''] = locale.split(/[-_.@]/)
  return /^[a-z]{2,3}$/.test(language) ? language : undefined
}
