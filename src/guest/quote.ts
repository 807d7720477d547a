/** argv as one line for a POSIX shell: what SSH's exec request takes. */

/** Words that no shell reads as anything but themselves. */
const PLAIN = /^[A-Za-z0-9_/:.,+@%-][A-Za-z0-9_/:.,+@%=-]*$/

/**
 * Quotes every word that needs it; within single quotes only the single quote is special (POSIX.1-2017, XCU 2.2.2).
 * Throws TypeError on NUL, which no argument can hold.
 */
export function quote(argv: readonly string[]): string {
  return argv
    .map((word) => {
      if (word.includes('\0')) throw new TypeError('an argument cannot hold a NUL character')
      return PLAIN.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
    })
    .join(' ')
}
