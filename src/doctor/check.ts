/** One thing that a lab needs from the host; and the programs that it calls. Types only. */

export interface Check {
  readonly name: string
  /** `warn`: works, but not well. */
  readonly state: 'ok' | 'warn' | 'missing'
  readonly found: string
  /** The command that fixes it. */
  readonly fix?: string
  /** It may still work: `klab up --force` continues. */
  readonly mayTry?: boolean
}

/** A program, its Debian package, and what to do on other distributions if that package does not help there. */
export type Tool = readonly [name: string, pkg: string, elsewhere?: string]
