/** One thing that a lab needs of the host. Types only. */

export interface Check {
  readonly name: string
  /** `warn`: works, but not well. */
  readonly state: 'ok' | 'warn' | 'missing'
  readonly found: string
  /** The command that fixes it. */
  readonly fix?: string
  /** It may work all the same: `klab up --force` goes on. */
  readonly mayTry?: boolean
}
