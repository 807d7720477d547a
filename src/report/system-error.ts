/**
 * An error of the operating system as an expected failure: a full disk or a folder that belongs to root is no bug in
 * klab.
 */
import { HostError } from '../errors.js'
import { english, type Text } from '../words/say.js'

const WORDS: Readonly<Record<string, Text>> = {
  EROFS: 'the file system is read-only',
  EACCES: 'permission denied',
  EPERM: 'not permitted',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the quota of this user is used up',
  EIO: 'the disk reports an error',
  EEXIST: 'something else is there',
  ENOTDIR: 'a part of this path is not a folder',
  EISDIR: 'is a folder',
  ENOTEMPTY: 'the folder is not empty',
  ELOOP: 'too many links',
  ENAMETOOLONG: 'the name is too long',
  EMFILE: 'too many files are open',
  ENFILE: 'too many files are open on this host',
  ENOMEM: 'out of memory',
  EAGAIN: 'the limit of processes or memory is reached',
  ESTALE: 'the network file system no longer has it',
  ETXTBSY: 'the program is being written',
  EBUSY: 'is in use',
}

/** The same as a HostError that says what to check; undefined: it is none of these. */
export function systemFailure(error: unknown): HostError | undefined {
  if (!(error instanceof Error)) return undefined
  const { code, path, syscall } = error as NodeJS.ErrnoException
  const words = code === undefined ? undefined : WORDS[code]
  // Only Node's own errors have a system call. Others may have a code with the same name.
  if (words === undefined || syscall === undefined) return undefined
  const hint = path === undefined ? undefined : code === 'ENOSPC' ? `df -h ${path}` : `ls -ld ${path}`
  return new HostError(
    english('{path}: {words} ({code}, {syscall})', {
      path: path ?? syscall,
      words: english(words),
      code: code ?? '',
      syscall,
    }),
    { hint, cause: error },
  )
}
