/** One thing that a lab needs of the host. And the programs it calls. Types only. */

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

/** A program, the Debian package it is in, and what to do on other distributions when that is of no use there. */
export type Tool = readonly [name: string, pkg: string, elsewhere?: string]
