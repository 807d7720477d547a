/** How translations are typed. Pure. */

/** The names in braces: `lab` and `count` of `{lab}: {count} nodes`. Other braces, as in `{dir: X}`, are plain text. */
export type NamesIn<T extends string> = T extends `${string}{${infer After}`
  ? (After extends `${infer Name}}${string}` ? OnlyName<Name> : never) | NamesIn<After>
  : never
type OnlyName<T extends string> = T extends `${string}${' ' | ':' | ',' | '{'}${string}` | '' ? never : T

/** What a translation must be: a text with the names of its key. */
type Checked<Texts> = {
  readonly [Key in keyof Texts]: [NamesIn<Key & string>, NamesIn<Texts[Key] & string>] extends [
    NamesIn<Texts[Key] & string>,
    NamesIn<Key & string>,
  ]
    ? Texts[Key]
    : `the names in braces must be those of: ${Key & string}`
}

/**
 * Translations by their English texts. A translation that lacks a name in braces, or has another one, does not compile.
 */
export const catalogue = <const Texts extends Readonly<Record<string, string>>>(texts: Texts & Checked<Texts>): Texts =>
  texts
