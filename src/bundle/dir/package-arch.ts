/** For which machines a package is, by its file's name. Pure. */

/** Architectures in the names of packages that fit every machine. */
const ANY_MACHINE = ['all', 'noarch']
const MACHINE_NAMES: Readonly<Record<string, readonly string[]>> = {
  amd64: ['amd64', 'x86_64'],
  arm64: ['arm64', 'aarch64'],
}

/**
 * The architecture in the name, such as `docker.io_20.10.24_amd64.deb` or `runc-1.1.el7.x86_64.rpm`, if it is not
 * `arch`. Undefined: the package fits, or its name has none.
 */
export function otherMachine(name: string, arch: string): string | undefined {
  const found = /[_.]([a-z0-9]+(?:_64)?)\.(?:deb|rpm)$/.exec(name)?.[1]
  const fits = found === undefined || ANY_MACHINE.includes(found) || MACHINE_NAMES[arch]?.includes(found) === true
  return fits ? undefined : found
}
