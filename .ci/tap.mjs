import { join } from 'node:path'

/** The test runner, by its place and not by PATH: these scripts are also run without npm. */
export const TAP = join('node_modules', '.bin', 'tap')
