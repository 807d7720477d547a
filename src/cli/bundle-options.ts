/** The options and words of `klab bundle`, an action each. */
import type { OptionTable } from './command.js'
import { json, jsonProgress } from './json-options.js'

export const BUILD_OPTIONS = json satisfies OptionTable

export const BUNDLE_LIST_OPTIONS = json satisfies OptionTable

export const VERIFY_OPTIONS = {
  path: { type: 'string', describe: 'a file or folder (default: all bundles in the cache)' },
  ...json,
} as const satisfies OptionTable

export const BUNDLE_EXPORT_OPTIONS = {
  path: { type: 'string', describe: 'the file to write', demandOption: true },
  ...json,
} as const satisfies OptionTable

export const BUNDLE_IMPORT_OPTIONS = {
  path: { type: 'string', describe: 'the file to read', demandOption: true },
  sha256: { type: 'string', describe: 'the sha256 that the file must have', requiresArg: true },
  ...json,
} as const satisfies OptionTable

export const ADD_IMAGES_OPTIONS = {
  archive: { type: 'string', array: true, describe: 'archives from docker save or skopeo' },
  own: { type: 'boolean', describe: 'klab’s own small images for lessons: klab.local/nginx:1, busybox:1, echo:1' },
  ...jsonProgress,
} as const satisfies OptionTable
