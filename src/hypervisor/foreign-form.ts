/**
 * What libvirt writes for klab's machines, element by element. The XML in an imported RAM image may contain nothing
 * else (libvirt.org/formatdomain.html).
 */

/** What an element may contain. */
export interface Rule {
  readonly attributes?: Readonly<Record<string, RegExp>>
  readonly text?: RegExp
}

const ANY = /^[\w.:-]{1,64}$/
const HEX = /^0x[0-9a-f]{1,4}$/
const NUMBER = /^\d{1,10}$/
const NOTHING: Rule = {}
const PCI: Rule = {
  attributes: { type: /^pci$/, domain: HEX, bus: HEX, slot: HEX, function: HEX, multifunction: /^(on|off)$/ },
}
const CPU: Readonly<Record<string, Rule>> = {
  cpu: {
    attributes: {
      mode: /^(custom|host-model)$/,
      match: /^exact$/,
      check: /^(none|partial|full)$/,
      migratable: /^(on|off)$/,
    },
  },
  'cpu/model': { attributes: { fallback: /^(forbid|allow)$/ }, text: ANY },
  'cpu/vendor': { text: ANY },
  'cpu/feature': { attributes: { policy: /^(require|disable)$/, name: ANY } },
  'cpu/topology': { attributes: { sockets: NUMBER, dies: NUMBER, clusters: NUMBER, cores: NUMBER, threads: NUMBER } },
}
/** Everything that may be in one of klab's domains, below <domain>. What is OURS has been taken out before. */
export const FORM: Readonly<Record<string, Rule>> = {
  memory: { attributes: { unit: /^KiB$/ }, text: NUMBER },
  currentMemory: { attributes: { unit: /^KiB$/ }, text: NUMBER },
  vcpu: { attributes: { placement: /^static$/ }, text: NUMBER },
  os: NOTHING,
  'os/type': { attributes: { arch: /^x86_64$/, machine: /^pc-q35-\d{1,3}\.\d{1,3}$/ }, text: /^hvm$/ },
  'os/boot': { attributes: { dev: /^hd$/ } },
  features: NOTHING,
  'features/acpi': NOTHING,
  'features/apic': NOTHING,
  'features/tcg': NOTHING,
  'features/tcg/tb-cache': { attributes: { unit: /^KiB$/ }, text: NUMBER },
  ...CPU,
  clock: { attributes: { offset: /^utc$/ } },
  on_poweroff: { text: /^destroy$/ },
  on_reboot: { text: /^restart$/ },
  on_crash: { text: /^destroy$/ },
  devices: NOTHING,
  'devices/disk': { attributes: { type: /^file$/, device: /^disk$/ } },
  'devices/disk/driver': { attributes: { name: /^qemu$/, type: /^(qcow2|raw)$/, discard: /^unmap$/ } },
  'devices/disk/target': { attributes: { dev: /^vd[abc]$/, bus: /^virtio$/ } },
  'devices/disk/readonly': NOTHING,
  'devices/disk/shareable': NOTHING,
  'devices/disk/address': PCI,
  'devices/controller': {
    attributes: { type: /^(usb|sata|pci|virtio-serial)$/, index: NUMBER, model: /^(none|pcie-root|pcie-root-port)$/ },
  },
  'devices/controller/model': { attributes: { name: /^pcie-root-port$/ } },
  'devices/controller/target': { attributes: { chassis: NUMBER, port: HEX } },
  'devices/controller/address': PCI,
  'devices/serial': { attributes: { type: /^pty$/ } },
  'devices/serial/target': { attributes: { type: /^isa-serial$/, port: /^0$/ } },
  'devices/serial/target/model': { attributes: { name: /^isa-serial$/ } },
  'devices/console': { attributes: { type: /^pty$/ } },
  'devices/console/target': { attributes: { type: /^serial$/, port: /^0$/ } },
  'devices/channel': { attributes: { type: /^unix$/ } },
  'devices/channel/target': {
    attributes: { type: /^virtio$/, name: /^org\.qemu\.guest_agent\.0$/, state: /^(dis)?connected$/ },
  },
  'devices/channel/address': { attributes: { type: /^virtio-serial$/, controller: /^0$/, bus: /^0$/, port: NUMBER } },
  'devices/input': { attributes: { type: /^(mouse|keyboard)$/, bus: /^ps2$/ } },
  'devices/audio': { attributes: { id: /^1$/, type: /^none$/ } },
  'devices/watchdog': { attributes: { model: /^itco$/, action: /^reset$/ } },
  'devices/memballoon': { attributes: { model: /^virtio$/, freePageReporting: /^on$/ } },
  'devices/memballoon/address': PCI,
  'devices/rng': { attributes: { model: /^virtio$/ } },
  'devices/rng/backend': { attributes: { model: /^random$/ }, text: /^\/dev\/urandom$/ },
  'devices/rng/address': PCI,
}
/** Named by this host only, or meaningless on another one. */
export const OURS = new Set([
  'name',
  'uuid',
  'title',
  'metadata',
  'resource',
  'cputune',
  'seclabel',
  'os/kernel',
  'os/initrd',
  'os/cmdline',
  'devices/emulator',
  'devices/disk/source',
  'devices/disk/backingStore',
  'devices/serial/source',
  'devices/channel/source',
  'devices/serial/log',
  'devices/console/source',
  'devices/console/log',
  'qemu:commandline',
])
