/**
 * Ends klab's commands when klab itself is killed (SIGKILL, a crash, a second Ctrl-C). A shell waits at the other end
 * of a pipe, and the kernel closes the pipe whatever ended klab. Linux' own means, the parent death signal, reaches
 * only the command, not the compilers and dpkgs that it has started.
 */
import { spawn } from 'node:child_process'

/**
 * Reads `+ GROUP` and `- GROUP`. When klab is gone, it sends SIGTERM to the groups that are left, and SIGKILL two
 * seconds later to those that still exist.
 */
const SCRIPT = `
groups=' '
while read -r op group; do
  case $op in
    +) groups="$groups$group " ;;
    -) case $groups in *" $group "*) groups="\${groups%% "$group" *} \${groups#* "$group" }" ;; esac ;;
  esac
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
  /** From now on its group ends with klab. Call the result when it has ended by itself. `pid`: that of its leader. */
  guard(pid: number | undefined): () => void
}

/** Costs one shell, started with the first command. It does not keep klab from ending. */
export function createGuardian(): Guardian {
  let tell: ((line: string) => void) | undefined
  const start = (): ((line: string) => void) => {
    // Its own group: signals that a terminal sends to klab's group must not reach it.
    const child = spawn('/bin/sh', ['-c', SCRIPT], { stdio: ['pipe', 'ignore', 'ignore'], detached: true, cwd: '/' })
    // klab also works without it.
    child.on('error', () => undefined)
    child.stdin.on('error', () => undefined)
    child.unref()
    const pipe = child.stdin as typeof child.stdin & { unref?(): void }
    pipe.unref?.()
    return (line) => void pipe.write(line)
  }
  return {
    guard: (pid) => {
      if (pid === undefined) return () => undefined
      tell ??= start()
      tell(`+ ${pid}\n`)
      return () => tell?.(`- ${pid}\n`)
    },
  }
}
