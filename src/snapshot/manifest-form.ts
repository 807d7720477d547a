/**
 * Checks that data from a file is a snapshot's manifest. Somebody may have edited it, or a disk may have lost a part.
 */
import { isAbsolute } from 'node:path'
import { isObject } from '../host/json.js'
import type { Kind, Manifest } from './types.js'

const KINDS: readonly unknown[] = ['manual', 'push', 'auto', 'lesson'] satisfies readonly Kind[]
/** A node's name, by the rule of the Labfile (labfile/schema.ts): it becomes part of paths. */
const NODE = /^[a-z][a-z0-9-]{0,62}$/

const isText = (x: unknown): x is string => typeof x === 'string'
const isTextIfThere = (x: unknown): boolean => x === undefined || isText(x)
const isNumber = (x: unknown): boolean => typeof x === 'number'

const isFrozen = (file: unknown): boolean =>
  isObject(file) &&
  isText(file['path']) &&
  isAbsolute(file['path']) &&
  isNumber(file['size']) &&
  isNumber(file['mtimeMs'])

const isNode = (n: unknown): boolean =>
  isObject(n) &&
  isText(n['node']) &&
  NODE.test(n['node']) &&
  isFrozen(n['disk']) &&
  (n['memory'] === undefined || isFrozen(n['memory']))

const isOrigin = (o: unknown): boolean =>
  o === undefined ||
  (isObject(o) && ['lab', 'seal', 'importedAt'].every((key) => isText(o[key])) && isTextIfThere(o['diskOnly']))

/** Checks that every field has its type, and that values used in paths are safe in a path. */
export const isManifest = (m: unknown): m is Manifest =>
  isObject(m) &&
  m['format'] === 1 &&
  ['id', 'name', 'message', 'createdAt'].every((key) => isText(m[key])) &&
  KINDS.includes(m['kind']) &&
  (m['accel'] === 'kvm' || m['accel'] === 'tcg') &&
  (m['parent'] === null || isText(m['parent'])) &&
  (m['ready'] === null || (Array.isArray(m['ready']) && m['ready'].every(isText))) &&
  isTextIfThere(m['qemu']) &&
  isTextIfThere(m['completedUntil']) &&
  isNumber(m['pauseMs']) &&
  isNumber(m['skewMs']) &&
  isOrigin(m['origin']) &&
  Array.isArray(m['nodes']) &&
  m['nodes'].length > 0 &&
  m['nodes'].every(isNode)
