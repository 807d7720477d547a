/** What `klab snapshot` can do. */
export const SNAPSHOT_ACTIONS = [
  'save',
  'list',
  'show',
  'restore',
  'delete',
  'rename',
  'push',
  'pop',
  'undo',
  'flatten',
  'export',
  'import',
] as const
