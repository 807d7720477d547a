/**
 * Ends klab's commands when klab itself is killed (SIGKILL, a crash, a second Ctrl-C). A shell waits at the other end
 * of a pipe, and the kernel closes the pipe whatever ended klab. Linux' own means, the parent death signal, reaches
 * only the command, not the compilers and dpkgs that it has started.
 */
import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'

/** Names a command by its number, in its environment. */
const MARK = 'KLAB_COMMAND'

/**
 * Reads `+ NUMBER GROUP` and `- NUMBER GROUP`. When klab is gone, it sends SIGTERM to the groups that are left, and
 * SIGKILL two seconds later to those that still exist. klab may have been killed after it started a command and before
 * it said so: that command's number is the next, and its environment tells which process it is.
 */
const SCRIPT = `
groups=' '
last=0
while read -r op number group; do
  case $op in
    +) groups="$groups$group " last=$number ;;
    -) case $groups in *" $group "*) groups="\${groups%% "$group" *} \${groups#* "$group" }" ;; esac ;;
  esac
done
for file in $(grep -lsxz -- "${MARK}=$1.$((last + 1))" /proc/[0-9]*/environ); do
  group=\${file#/proc/}
  groups="$groups\${group%/environ} "
done
for group in $groups; do kill -s TERM -- "-$group"; done 2>/dev/null
for i in 1 2 3 4 5 6 7 8 9 10; do
  left=
  for group in $groups; do kill -s 0 -- "-$group" && left=1; done 2>/dev/null
  [ -n "$left" ] || exit 0
  sleep 0.2
done
for group in $groups; do kill -s KILL -- "-$group"; done 2>/dev/null`

export interface Guardian {
  /**
   * Starts a command whose group ends with klab. `start` gets what must be in the command's environment, and makes it
   * the leader of a group. Call `unguard` when the command has ended by itself.
   */
  guard<T extends { readonly pid?: number | undefined }>(
    start: (env: Readonly<Record<string, string>>) => T,
  ): { readonly child: T; readonly unguard: () => void }
}

/** Costs one shell, started before the first command. It does not keep klab from ending. */
export function createGuardian(): Guardian {
  const id = randomUUID()
  let number = 0
  let tell: ((line: string) => void) | undefined
  const begin = (): ((line: string) => void) => {
    // Its own group: signals that a terminal sends to klab's group must not reach it.
    const shell = spawn('/bin/sh', ['-c', SCRIPT, 'sh', id], {
      stdio: ['pipe', 'ignore', 'ignore'],
      detached: true,
      cwd: '/',
    })
    // klab also works without it.
    shell.on('error', () => undefined)
    shell.stdin.on('error', () => undefined)
    shell.unref()
    const pipe = shell.stdin as typeof shell.stdin & { unref?(): void }
    pipe.unref?.()
    return (line) => void pipe.write(line)
  }
  return {
    guard: (start) => {
      tell ??= begin()
      number += 1
      const child = start({ [MARK]: `${id}.${number}` })
      // A command that could not be started has a number, but no group.
      const command = `${number} ${child.pid ?? ''}\n`
      tell(`+ ${command}`)
      return { child, unguard: () => tell?.(`- ${command}`) }
    },
  }
}
