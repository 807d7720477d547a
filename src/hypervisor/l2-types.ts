/** Door 1, the lab's L2 segment. Types only. */

/**
 * The lab's L2 segment: one vde_switch for each lab, with its socket in a directory that only the owner (and QEMU's
 * user) may enter.
 */
export interface L2Switch {
  ensure(runDir: string): Promise<{ readonly socketDir: string }>
  running(runDir: string): Promise<boolean>
  /** Ends the switch of this directory (never another), removes the directory. */
  remove(runDir: string): Promise<void>
}
