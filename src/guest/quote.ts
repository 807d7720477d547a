/** argv as one line for a POSIX shell, because that is what SSH's exec request takes. */

/** Words that every shell reads unchanged. */
const PLAIN = /^[A-Za-z0-9_/:.,+@%-][A-Za-z0-9_/:.,+@%=-]*$/

/**
 * Quotes every word that needs it. Within single quotes only the single quote is special (POSIX.1-2017, XCU 2.2.2).
 * Throws TypeError on NUL, which no argument can contain.
 */
export function quote(argv: readonly string[]): string {
  return argv
    .map((word) => {
      if (word.includes('\0')) throw new TypeError('an argument cannot hold a NUL character')
      return PLAIN.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
    })
    .join(' ')
}
