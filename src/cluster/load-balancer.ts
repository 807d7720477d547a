/**
 * The address that several control planes share: keepalived gives it to one of them, and haproxy there passes
 * connections on to an API server that is ready. After kubeadm's ha-considerations, "Options for Software Load
 * Balancing". Pure.
 */
import type { NodeSpec } from '../labfile/model.js'
import { API_PORT } from '../state/endpoints.js'
import type { Profile } from './profile.js'
import type { Topology } from './topology.js'

/** Seconds between two looks, and how long a peer may be silent. Each look at an API server is a TLS handshake. */
const pace = ({ patience }: Profile) =>
  patience > 1
    ? { connect: 20, check: 30, every: 30, again: 15, advert: 5, script: 15 }
    : { connect: 5, check: 5, every: 5, again: 2, advert: 1, script: 3 }

/**
 * haproxy.cfg, the same on every control plane. A watch may be silent for long, so connections may too. If an API
 * server is gone, its connections are ended and the clients open new ones.
 */
export function haproxyConfig({ controlPlanes, endpoint }: Topology, profile: Profile): string {
  const { connect, check, every, again } = pace(profile)
  return `# Written by klab.
global
    log /dev/log local0 notice
    user haproxy
    group haproxy

defaults
    mode tcp
    log global
    option dontlognull
    option redispatch 1
    retries 3
    timeout connect ${connect}s
    timeout client 4h
    timeout server 4h
    timeout check ${check}s

frontend kube-apiserver
    bind *:${endpoint.port}
    default_backend control-planes

backend control-planes
    balance roundrobin
    option httpchk GET /readyz
    http-check expect status 200
    default-server inter ${every}s fastinter ${again}s downinter ${again}s fall 2 rise 1
    default-server on-marked-down shutdown-sessions
${controlPlanes.map((n) => `    server ${n.name} ${n.ip}:${API_PORT} check check-ssl verify none\n`).join('')}`
}

/** As in kubeadm's example. The lab's network is its own, so no other router can have this number. */
const ROUTER_ID = 51
/** The first control plane has the address if it can. The second and third follow, in their order. */
const PRIORITY = 200
/** More than all differences between control planes: one without haproxy comes after all others. */
const WITHOUT_PROXY = 50

/**
 * keepalived.conf of one control plane. VRRP goes from peer to peer, not to a multicast group. `nic`: the card of the
 * lab's network.
 */
export function keepalivedConfig(topology: Topology, node: NodeSpec, profile: Profile, nic: string): string {
  const { controlPlanes, endpoint } = topology
  const { advert, script } = pace(profile)
  const peers = controlPlanes.filter((n) => n.name !== node.name)
  const place = controlPlanes.findIndex((n) => n.name === node.name)
  return `# Written by klab.
global_defs {
    router_id ${node.name}
    script_user root
    enable_script_security
}

vrrp_script haproxy_runs {
    script "/usr/bin/systemctl -q is-active haproxy.service"
    interval ${script}
    timeout ${script * 4}
    weight -${WITHOUT_PROXY}
    fall 2
    rise 1
}

vrrp_instance kube_apiserver {
    state BACKUP
    interface ${nic}
    virtual_router_id ${ROUTER_ID}
    priority ${PRIORITY - place}
    advert_int ${advert}
    unicast_src_ip ${node.ip}
    unicast_peer {
${peers.map((n) => `        ${n.ip}\n`).join('')}    }
    virtual_ipaddress {
        ${endpoint.host}/32 dev ${nic}
    }
    track_script {
        haproxy_runs
    }
}
`
}
