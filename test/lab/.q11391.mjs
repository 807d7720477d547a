var __getOwnPropNames = Object.getOwnPropertyNames;
var __esm = (fn, res, err) => function __init() {
  if (err) throw err[0];
  try {
    return fn && (res = (0, fn[__getOwnPropNames(fn)[0]])(fn = 0)), res;
  } catch (e) {
    throw err = [e], e;
  }
};

// src/errors.ts
var messageOf, KlabError, StateError, UsageError, LabfileError, HostError, LockedError, CommandError, ProbeError, StepError, CorruptError, Interrupted;
var init_errors = __esm({
  "src/errors.ts"() {
    "use strict";
    messageOf = (error) => error instanceof Error ? error.message : JSON.stringify(error);
    KlabError = class extends Error {
      exitCode = 1;
      hint;
      constructor(message, options = {}) {
        super(message, options.cause === void 0 ? void 0 : { cause: options.cause });
        this.name = new.target.name;
        this.hint = options.hint;
      }
      toJSON() {
        return { code: this.code, message: this.message, hint: this.hint };
      }
    };
    StateError = class extends KlabError {
      code = "state";
    };
    UsageError = class extends KlabError {
      code = "usage";
      exitCode = 2;
    };
    LabfileError = class extends KlabError {
      constructor(path4, issues, options = {}) {
        super(
          issues.map((i) => `${path4}:${i.line}:${i.column}: ${i.field ? `${i.field}: ` : ""}${i.message}`).join("\n"),
          options
        );
        this.path = path4;
        this.issues = issues;
      }
      path;
      issues;
      code = "labfile";
      exitCode = 2;
      toJSON() {
        return { ...super.toJSON(), path: this.path, issues: this.issues };
      }
    };
    HostError = class extends KlabError {
      code = "host";
      exitCode = 3;
    };
    LockedError = class extends KlabError {
      code = "locked";
      exitCode = 4;
    };
    CommandError = class extends KlabError {
      constructor(failure2, options = {}) {
        const f = failure2;
        const how = f.timedOut ? `timed out after ${Math.round(f.durationMs / 1e3)} s` : f.signal !== void 0 ? `was ended by ${f.signal}` : `failed with exit status ${f.exitCode ?? "?"}`;
        const what = f.what === void 0 ? "" : `${f.what}: `;
        super(`${f.where}: ${what}\`${f.argv.join(" ")}\` ${how}${f.tail ? `
${f.tail}` : ""}`, options);
        this.failure = failure2;
      }
      failure;
      code = "command";
      toJSON() {
        return { ...super.toJSON(), ...this.failure };
      }
    };
    ProbeError = class extends KlabError {
      constructor(probe, waitedMs, lastSeen, options = {}) {
        super(`${probe}: gave up after ${Math.round(waitedMs / 1e3)} s; last seen: ${lastSeen || "nothing"}`, options);
        this.probe = probe;
        this.waitedMs = waitedMs;
        this.lastSeen = lastSeen;
      }
      probe;
      waitedMs;
      lastSeen;
      code = "probe";
    };
    StepError = class extends KlabError {
      constructor(phase, step, cause, options = {}) {
        super(`${step}: ${messageOf(cause)}`, {
          hint: cause instanceof KlabError ? cause.hint : void 0,
          ...options,
          cause
        });
        this.phase = phase;
        this.step = step;
      }
      phase;
      step;
      code = "step";
      toJSON() {
        return { ...super.toJSON(), phase: this.phase, step: this.step };
      }
    };
    CorruptError = class extends KlabError {
      code = "corrupt";
    };
    Interrupted = class extends KlabError {
      code = "interrupted";
      exitCode = 130;
      constructor() {
        super("interrupted; run the same command again to go on");
      }
    };
  }
});

// src/host/ownership.ts
import { lstat, readdir, readFile, realpath, stat } from "node:fs/promises";
import { dirname, isAbsolute, join, resolve } from "node:path";
function trustedUids({ uid, env }) {
  const sudo = uid === 0 ? env["SUDO_UID"] : void 0;
  return /* @__PURE__ */ new Set([0, uid, ...sudo !== void 0 && /^\d{1,10}$/.test(sudo) ? [Number(sudo)] : []]);
}
function allowed(folder, { env }) {
  return (env["KLAB_SAFE_DIRECTORY"] ?? "").split(":").some((entry) => {
    if (entry === "*") return true;
    if (!isAbsolute(entry)) return false;
    return entry.endsWith("/*") ? folder.startsWith(entry.slice(0, -1)) : folder === resolve(entry);
  });
}
async function closedGroup(gid, trusted) {
  const [groups, users] = [await lines("/etc/group"), await lines("/etc/passwd")];
  const group = groups.find((g) => g[2] === String(gid));
  const named = (group?.[3] ?? "").split(",").filter((name3) => name3 !== "");
  const uids = [
    ...users.filter((u) => u[3] === String(gid)).map((u) => u[2]),
    ...named.map((name3) => users.find((u) => u[0] === name3)?.[2])
  ];
  return group !== void 0 && uids.every((uid) => uid !== void 0 && trusted.has(Number(uid)));
}
async function complaint(path4, s, trusted) {
  if (!trusted.has(s.uid)) {
    const name3 = (await lines("/etc/passwd")).find((u) => u[2] === String(s.uid))?.[0];
    const owner = name3 === void 0 ? `uid ${s.uid}` : `${name3} (uid ${s.uid})`;
    return { what: `belongs to ${owner}`, fix: "copy it to a folder of your own" };
  }
  if (s.isSymbolicLink() || s.isDirectory() && (s.mode & 512) !== 0) return void 0;
  if ((s.mode & 2) !== 0) return { what: "can be written by every user", fix: `chmod o-w ${path4}` };
  if ((s.mode & 16) === 0 || await closedGroup(s.gid, trusted)) return void 0;
  return { what: `can be written by its group (gid ${s.gid})`, fix: `chmod g-w ${path4}` };
}
async function requirePrivatePlace(path4, who) {
  const trusted = trustedUids(who);
  const named = [...above(resolve(path4)).toReversed(), resolve(path4)];
  const there = await Promise.all(named.map((p) => realpath(p).catch(() => void 0)));
  const real = there.findLast((p) => p !== void 0) ?? "/";
  for (const place of /* @__PURE__ */ new Set([...named, ...above(real).toReversed(), real])) {
    if (allowed(place, who)) continue;
    const s = await lstat(place).catch(() => void 0);
    const bad2 = s && await complaint(place, s, trusted);
    if (bad2)
      throw new HostError(`${place}: ${bad2.what}, so others could change what klab keeps below it`, {
        hint: `${s.isDirectory() && trusted.has(s.uid) ? bad2.fix : `move it away (mv ${place} ${place}.old)`}; or choose another place with KLAB_STATE_DIR, KLAB_CACHE_DIR or KLAB_RUN_DIR`
      });
  }
}
var lines, above;
var init_ownership = __esm({
  "src/host/ownership.ts"() {
    "use strict";
    init_errors();
    lines = async (path4) => (await readFile(path4, "utf8").catch(() => "")).split("\n").map((line) => line.split(":"));
    above = (dir) => dirname(dir) === dir ? [] : [dirname(dir), ...above(dirname(dir))];
  }
});

// src/host/files.ts
import { randomBytes } from "node:crypto";
import { constants } from "node:fs";
import { chmod, lstat as lstat2, mkdir, open, readFile as readFile2, rename, rm, stat as stat2 } from "node:fs/promises";
import { dirname as dirname2 } from "node:path";
async function readText(path4) {
  try {
    return await readFile2(path4, "utf8");
  } catch (error) {
    if (error.code === "ENOENT") return void 0;
    throw error;
  }
}
async function openIfPlain(path4) {
  const file = await open(path4, constants.O_RDONLY | constants.O_NONBLOCK);
  const s = await file.stat();
  if (s.isFile()) return { file, size: s.size };
  await file.close();
  return void 0;
}
async function openPlain(path4) {
  const opened = await openIfPlain(path4);
  if (!opened) throw new CorruptError(`${path4}: is no plain file`, { hint: `look at it: ls -l ${path4}` });
  return opened.file;
}
async function readSmall(path4, maxBytes) {
  try {
    const opened = await openIfPlain(path4);
    if (!opened) return void 0;
    const { file, size: size2 } = opened;
    try {
      const all = Buffer.alloc(Math.min(size2, maxBytes) + 1);
      let bytes = 0;
      for (let read2 = -1; read2 !== 0 && bytes < all.length; bytes += read2)
        read2 = (await file.read(all, bytes, all.length - bytes, bytes)).bytesRead;
      return bytes > maxBytes ? void 0 : all.subarray(0, bytes);
    } finally {
      await file.close();
    }
  } catch (error) {
    if (error.code === "ENOENT") return void 0;
    throw error;
  }
}
async function readJson(path4) {
  const bytes = await readSmall(path4, MOST_JSON);
  if (bytes === void 0) return void 0;
  try {
    return JSON.parse(bytes.toString("utf8"));
  } catch {
    return void 0;
  }
}
async function writeAtomic(path4, content, mode = 384) {
  const temp = `${path4}.${randomBytes(6).toString("hex")}.tmp`;
  try {
    const file = await open(temp, "wx", mode);
    try {
      await file.writeFile(content);
      await file.chmod(mode);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temp, path4);
  } catch (error) {
    await rm(temp, { force: true });
    throw error;
  }
  const dir = await open(dirname2(path4), "r");
  await dir.sync().finally(() => dir.close());
}
async function makeIn(place, path4, mode) {
  const who = { uid: ownUid(), env: process.env };
  await requirePrivatePlace(place, who);
  await mkdir(path4, { recursive: true, mode });
  await requirePrivatePlace(place, who);
}
async function makeDir(path4, mode = 448) {
  await makeIn(path4, path4, mode);
  return path4;
}
async function ensureDir(path4, mode = 448) {
  await makeIn(dirname2(path4), path4, mode);
  const s = await lstat2(path4);
  if (!s.isDirectory() || s.uid !== ownUid()) {
    throw new HostError(`${path4}: is not a folder of this user (owner ${s.uid}); klab keeps keys there`, {
      hint: `move it away: mv ${path4} ${path4}.old`
    });
  }
  if ((s.mode & 511) !== mode) await chmod(path4, mode);
  return path4;
}
var exists, MOST_JSON, ownUid;
var init_files = __esm({
  "src/host/files.ts"() {
    "use strict";
    init_errors();
    init_ownership();
    exists = (path4) => stat2(path4).then(
      () => true,
      () => false
    );
    MOST_JSON = 4 * 2 ** 20;
    ownUid = () => process.getuid?.() ?? 0;
  }
});

// src/host/json.ts
var isObject;
var init_json = __esm({
  "src/host/json.ts"() {
    "use strict";
    isObject = (x) => typeof x === "object" && x !== null && !Array.isArray(x);
  }
});

// src/report/nearest.ts
function distance(a, b) {
  let before = [];
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replace2 = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const swap = swapped ? (before[j - 2] ?? 0) + 1 : Infinity;
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, replace2, swap));
    }
    before = row;
    row = next;
  }
  return row[b.length] ?? 0;
}
function nearest(word2, known) {
  if (word2.length > 40) return void 0;
  const ranked = known.map((k) => ({ k, d: distance(word2.toLowerCase(), k.toLowerCase()) })).sort((a, b) => a.d - b.d);
  const best = ranked[0];
  return best && best.d <= Math.max(1, Math.floor(best.k.length / 3)) ? best.k : void 0;
}
var init_nearest = __esm({
  "src/report/nearest.ts"() {
    "use strict";
  }
});

// src/snapshot/manifest-form.ts
import { isAbsolute as isAbsolute3 } from "node:path";
var KINDS, NODE, isText, isTextIfThere, isNumber, isFrozen, isNode, isOrigin, isManifest;
var init_manifest_form = __esm({
  "src/snapshot/manifest-form.ts"() {
    "use strict";
    init_json();
    KINDS = ["manual", "push", "auto"];
    NODE = /^[a-z][a-z0-9-]{0,62}$/;
    isText = (x) => typeof x === "string";
    isTextIfThere = (x) => x === void 0 || isText(x);
    isNumber = (x) => typeof x === "number";
    isFrozen = (file) => isObject(file) && isText(file["path"]) && isAbsolute3(file["path"]) && isNumber(file["size"]) && isNumber(file["mtimeMs"]);
    isNode = (n) => isObject(n) && isText(n["node"]) && NODE.test(n["node"]) && isFrozen(n["disk"]) && (n["memory"] === void 0 || isFrozen(n["memory"]));
    isOrigin = (o) => o === void 0 || isObject(o) && ["lab", "seal", "importedAt"].every((key) => isText(o[key])) && isTextIfThere(o["diskOnly"]);
    isManifest = (m) => isObject(m) && m["format"] === 1 && ["id", "name", "message", "createdAt"].every((key) => isText(m[key])) && KINDS.includes(m["kind"]) && (m["accel"] === "kvm" || m["accel"] === "tcg") && (m["parent"] === null || isText(m["parent"])) && (m["ready"] === null || Array.isArray(m["ready"]) && m["ready"].every(isText)) && isTextIfThere(m["qemu"]) && isTextIfThere(m["completedUntil"]) && isNumber(m["pauseMs"]) && isNumber(m["skewMs"]) && isOrigin(m["origin"]) && Array.isArray(m["nodes"]) && m["nodes"].length > 0 && m["nodes"].every(isNode);
  }
});

// src/snapshot/manifest.ts
import { mkdir as mkdir2, readdir as readdir3, stat as stat4 } from "node:fs/promises";
import { join as join4 } from "node:path";
async function listManifests(paths) {
  const ids = (await readdir3(paths.snapshots).catch(nothing([]))).filter((id) => !id.startsWith("."));
  const found2 = await Promise.all(
    ids.map(async (id) => {
      const path4 = join4(dirOf(paths, id), "manifest.json");
      const text3 = await stat4(path4).catch(nothing(void 0));
      if (!text3) return void 0;
      const data = await readJson(path4);
      if (!isManifest(data) || data.id !== id)
        throw new CorruptError(`${path4}: is not a snapshot's manifest`, {
          hint: `look at it, or remove the snapshot: rm -r ${dirOf(paths, id)}`
        });
      return data;
    })
  );
  return found2.filter((m) => m !== void 0).sort((a, b) => a.id < b.id ? -1 : 1);
}
async function writeManifest(paths, manifest) {
  await mkdir2(dirOf(paths, manifest.id), { recursive: true, mode: 448 });
  await writeAtomic(join4(dirOf(paths, manifest.id), "manifest.json"), `${JSON.stringify(manifest, void 0, 2)}
`);
}
async function frozen(path4) {
  const s = await stat4(path4);
  return { path: path4, size: s.size, mtimeMs: s.mtimeMs };
}
async function checkFrozen(manifest) {
  const files = manifest.nodes.flatMap((n) => [n.disk, ...n.memory ? [n.memory] : []]);
  const bad2 = await Promise.all(
    files.map(async (f) => {
      const now = await frozen(f.path).catch(() => void 0);
      if (!now) return `${f.path}: is gone`;
      return now.size === f.size && now.mtimeMs === f.mtimeMs ? void 0 : `${f.path}: was changed after the snapshot`;
    })
  );
  const problems = bad2.filter((b) => b !== void 0);
  if (problems.length > 0)
    throw new CorruptError(`snapshot ${manifest.name} can no longer be restored:
${problems.join("\n")}`, {
      hint: `klab snapshot delete ${manifest.name}`
    });
}
var dirOf, kubeconfigOf, memoryOf, nothing, isRam;
var init_manifest = __esm({
  "src/snapshot/manifest.ts"() {
    "use strict";
    init_errors();
    init_files();
    init_nearest();
    init_manifest_form();
    dirOf = (paths, id) => join4(paths.snapshots, id);
    kubeconfigOf = (paths, id) => join4(dirOf(paths, id), "kubeconfig");
    memoryOf = (paths, id, node2) => join4(dirOf(paths, id), `${node2}.mem`);
    nothing = (value) => (error) => {
      if (error.code === "ENOENT" || error.code === "ENOTDIR") return value;
      throw error;
    };
    isRam = (manifest) => manifest.nodes.every((n) => n.memory);
  }
});

// src/labfile/cidr.ts
function ipToNumber(ip) {
  const parts = ip.split(".");
  if (parts.length !== 4 || !parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256))
    return void 0;
  return parts.reduce((sum, part) => sum * 256 + Number(part), 0);
}
function parseCidr(text3) {
  const [ip = "", bits = "", ...rest] = text3.split("/");
  const address3 = ipToNumber(ip);
  if (address3 === void 0 || rest.length > 0 || !/^([12]?\d|3[0-2])$/.test(bits)) return void 0;
  const size2 = 2 ** (32 - Number(bits));
  const first2 = address3 - address3 % size2;
  return { first: first2, last: first2 + size2 - 1, prefix: Number(bits) };
}
function hostAt(c, n) {
  return c.first + n < c.last ? numberToIp(c.first + n) : void 0;
}
var numberToIp, formatCidr, overlaps;
var init_cidr = __esm({
  "src/labfile/cidr.ts"() {
    "use strict";
    numberToIp = (n) => [24, 16, 8, 0].map((shift) => Math.floor(n / 2 ** shift) % 256).join(".");
    formatCidr = (c) => `${numberToIp(c.first)}/${c.prefix}`;
    overlaps = (a, b) => a.first <= b.last && b.first <= a.last;
  }
});

// src/versions/releases.ts
function imageTags(minor, patch) {
  const row = ROWS.filter(([m, from]) => m === minor && from <= patch).at(-1);
  return row && { pause: row[2], etcd: row[3], coredns: row[4] };
}
var ROWS, KNOWN_MINORS, MOVED_IN, registryOf;
var init_releases = __esm({
  "src/versions/releases.ts"() {
    "use strict";
    ROWS = [
      [17, 0, "3.1", "3.4.3-0", "1.6.5"],
      [18, 0, "3.2", "3.4.3-0", "1.6.7"],
      [19, 0, "3.2", "3.4.9-1", "1.7.0"],
      [19, 1, "3.2", "3.4.13-0", "1.7.0"],
      [20, 0, "3.2", "3.4.13-0", "1.7.0"],
      [21, 0, "3.4.1", "3.4.13-0", "v1.8.0"],
      [22, 0, "3.5", "3.5.0-0", "v1.8.4"],
      [22, 17, "3.5", "3.5.6-0", "v1.8.4"],
      [23, 0, "3.6", "3.5.1-0", "v1.8.6"],
      [23, 14, "3.6", "3.5.5-0", "v1.8.6"],
      [23, 15, "3.6", "3.5.6-0", "v1.8.6"],
      [24, 0, "3.7", "3.5.3-0", "v1.8.6"],
      [24, 8, "3.7", "3.5.5-0", "v1.8.6"],
      [24, 9, "3.7", "3.5.6-0", "v1.8.6"],
      [25, 0, "3.8", "3.5.4-0", "v1.9.3"],
      [25, 4, "3.8", "3.5.5-0", "v1.9.3"],
      [25, 5, "3.8", "3.5.6-0", "v1.9.3"],
      [25, 15, "3.8", "3.5.9-0", "v1.9.3"],
      [26, 0, "3.9", "3.5.6-0", "v1.9.3"],
      [26, 10, "3.9", "3.5.9-0", "v1.9.3"],
      [26, 13, "3.9", "3.5.10-0", "v1.9.3"],
      [27, 0, "3.9", "3.5.7-0", "v1.10.1"],
      [27, 7, "3.9", "3.5.9-0", "v1.10.1"],
      [27, 10, "3.9", "3.5.10-0", "v1.10.1"],
      [27, 12, "3.9", "3.5.12-0", "v1.10.1"],
      [28, 0, "3.9", "3.5.9-0", "v1.10.1"],
      [28, 6, "3.9", "3.5.10-0", "v1.10.1"],
      [28, 8, "3.9", "3.5.12-0", "v1.10.1"],
      [28, 14, "3.9", "3.5.15-0", "v1.10.1"],
      [29, 0, "3.9", "3.5.10-0", "v1.11.1"],
      [29, 3, "3.9", "3.5.12-0", "v1.11.1"],
      [29, 9, "3.9", "3.5.15-0", "v1.11.1"],
      [29, 11, "3.9", "3.5.16-0", "v1.11.1"],
      [30, 0, "3.9", "3.5.12-0", "v1.11.1"],
      [30, 5, "3.9", "3.5.15-0", "v1.11.3"],
      [31, 0, "3.10", "3.5.15-0", "v1.11.1"],
      [31, 1, "3.10", "3.5.15-0", "v1.11.3"],
      [31, 14, "3.10", "3.5.24-0", "v1.11.3"],
      [32, 0, "3.10", "3.5.16-0", "v1.11.3"],
      [32, 10, "3.10", "3.5.24-0", "v1.11.3"],
      [33, 0, "3.10", "3.5.21-0", "v1.12.0"],
      [33, 6, "3.10", "3.5.24-0", "v1.12.0"],
      [34, 0, "3.10.1", "3.6.4-0", "v1.12.1"],
      [34, 2, "3.10.1", "3.6.5-0", "v1.12.1"],
      [35, 0, "3.10.1", "3.6.6-0", "v1.13.1"],
      [36, 0, "3.10.2", "3.6.8-0", "v1.14.2"],
      [37, 0, "3.10.2", "3.7.0-0", "v1.14.6"]
    ];
    KNOWN_MINORS = [...new Set(ROWS.map(([minor]) => minor))];
    MOVED_IN = { 22: 17, 23: 15, 24: 9 };
    registryOf = (minor, patch) => minor >= 25 || patch >= (MOVED_IN[minor] ?? Number.POSITIVE_INFINITY) ? "registry.k8s.io" : "k8s.gcr.io";
  }
});

// src/versions/kubernetes.ts
function split(version) {
  const match = FORM.exec(version);
  if (!match) throw new UsageError(`Kubernetes version ${version}: want 1.MINOR.PATCH, such as 1.20.2`);
  return [Number(match[1]), Number(match[2])];
}
function kubeadmApi(minor) {
  if (minor >= 31) return "v1beta4";
  return minor >= 22 ? "v1beta3" : "v1beta2";
}
function criSocket(runtime, minor) {
  const path4 = runtime === "containerd" ? "/run/containerd/containerd.sock" : minor >= 24 ? "/run/cri-dockerd.sock" : "/var/run/dockershim.sock";
  return minor >= 24 ? `unix://${path4}` : path4;
}
function releaseOf(version) {
  const [minor, patch] = split(version);
  const tags = imageTags(minor, patch);
  if (!tags) throw new UsageError(`Kubernetes ${version}: ${unknownMinor(minor)}`);
  const core = `https://pkgs.k8s.io/core:/stable:/v1.${minor}`;
  return {
    minor,
    kubeadmApi: kubeadmApi(minor),
    registry: registryOf(minor, patch),
    ...tags,
    // kubernetes.io, "Dockershim Removal FAQ": 1.24.
    runtimes: minor < 24 ? ["docker", "containerd"] : ["containerd"],
    containerd: oldestContainerd(minor),
    cgroup: minor < 25 ? "v1" : "v2",
    nftables: minor >= 31,
    ipvsDeprecated: minor >= 35,
    cgroupDriver: minor < 22 ? "cgroupfs" : "systemd",
    networkPluginFlag: minor < 24,
    // CHANGELOG-1.20, 1.24 and 1.25 (kubeadm: KEP 2067).
    roleLabels: (minor < 20 ? ["master"] : minor < 24 ? ["control-plane", "master"] : ["control-plane"]).map(
      (r) => ROLE + r
    ),
    taints: (minor < 24 ? ["master"] : minor < 25 ? ["control-plane", "master"] : ["control-plane"]).map(
      (r) => ROLE + r
    ),
    // kubernetes.io blog, 2023-08-15, "pkgs.k8s.io": from 1.24.0 on.
    packages: minor < 24 ? LEGACY : { deb: `${core}/deb/ /`, rpm: `${core}/rpm/` }
  };
}
var FORM, minorOf, CONTAINERD, oldestContainerd, knownMinors, ROLE, LEGACY, unknownMinor;
var init_kubernetes = __esm({
  "src/versions/kubernetes.ts"() {
    "use strict";
    init_errors();
    init_releases();
    FORM = /^1\.(\d+)\.(\d+)$/;
    minorOf = (version) => split(version)[0];
    CONTAINERD = [
      [37, "2.3"],
      [36, "2.2"],
      [35, "1.7.28"],
      [34, "1.6.39"],
      [26, "1.6"]
    ];
    oldestContainerd = (minor) => CONTAINERD.find(([from]) => from <= minor)?.[1] ?? "1.3";
    knownMinors = KNOWN_MINORS;
    ROLE = "node-role.kubernetes.io/";
    LEGACY = {
      deb: "https://apt.kubernetes.io/ kubernetes-xenial main",
      rpm: "https://packages.cloud.google.com/yum/repos/kubernetes-el7-$basearch"
    };
    unknownMinor = (minor) => `klab knows Kubernetes 1.${KNOWN_MINORS[0] ?? 0} to 1.${KNOWN_MINORS.at(-1) ?? 0}, not 1.${minor}`;
  }
});

// src/labfile/yaml-limits.ts
import { Composer, Lexer, Parser } from "yaml";
function tokenize(text3, limits) {
  const parser = new Parser();
  const tokens = [];
  let parts = 0;
  for (const lexeme of new Lexer().lex(text3)) {
    for (const token of parser.next(lexeme)) tokens.push(token);
    if (parser.stack.length > limits.depth) return { offset: parser.offset, why: "is nested too deeply" };
    if (++parts > limits.parts) return { offset: parser.offset, why: `has more than ${limits.parts} parts` };
  }
  for (const token of parser.end()) tokens.push(token);
  return tokens;
}
function compose(tokens, length, options) {
  const composer = new Composer({ prettyErrors: false, logLevel: "silent", ...options, uniqueKeys: false });
  return [...composer.compose(tokens, true, length)];
}
var init_yaml_limits = __esm({
  "src/labfile/yaml-limits.ts"() {
    "use strict";
  }
});

// src/versions/calico.ts
function calicoProblem(version, minor) {
  const row = LINES.find(([line]) => version.startsWith("3.") && line === lineOf(version));
  const fit = calicoLines(minor);
  const instead = fit.length > 0 ? `take ${fit.join(", ")}` : "klab knows no line that is";
  if (!row)
    return `klab knows Calico 3.${LINES[0]?.[0] ?? 0} to 3.${LINES.at(-1)?.[0] ?? 0}, not ${version}; for Kubernetes 1.${minor} ${instead}`;
  const [, , from, to] = row;
  return minor < from || minor > to ? `Calico ${version} is made for Kubernetes 1.${from} to 1.${to}, not 1.${minor}: ${instead}` : void 0;
}
var LINES, calicoLines, defaultCalico, lineOf, autodetection;
var init_calico = __esm({
  "src/versions/calico.ts"() {
    "use strict";
    LINES = [
      [8, "3.8.9", 13, 15],
      [9, "3.9.6", 13, 15],
      [10, "3.10.4", 14, 16],
      [11, "3.11.3", 14, 16],
      [12, "3.12.3", 14, 17],
      [13, "3.13.5", 15, 17],
      [14, "3.14.2", 16, 18],
      [15, "3.15.5", 16, 18],
      [16, "3.16.10", 16, 19],
      [17, "3.17.6", 17, 19],
      [18, "3.18.6", 18, 20],
      [19, "3.19.4", 19, 21],
      [20, "3.20.6", 19, 21],
      [21, "3.21.6", 20, 22],
      [22, "3.22.5", 21, 23],
      [23, "3.23.5", 21, 23],
      [24, "3.24.5", 22, 25],
      [25, "3.25.2", 23, 28],
      [26, "3.26.5", 24, 28],
      [27, "3.27.5", 27, 29],
      [28, "3.28.5", 27, 30],
      [29, "3.29.7", 29, 32],
      [30, "3.30.7", 31, 35],
      [31, "3.31.7", 32, 35],
      [32, "3.32.1", 34, 36],
      [33, "3.33.0", 35, 37]
    ];
    calicoLines = (minor) => LINES.filter(([, , from, to]) => from <= minor && minor <= to).map(([line]) => `3.${line}`);
    defaultCalico = (minor) => LINES.filter(([, , from, to]) => from <= minor && minor <= to).at(-1)?.[1];
    lineOf = (version) => Number(version.split(".")[1]);
    autodetection = (version, labCidr, labNic) => lineOf(version) >= 16 ? `cidr=${labCidr}` : `interface=${labNic}`;
  }
});

// src/versions/source.ts
var RECIPES, SOURCE_VERSIONS, sourceCalico, sourceContainerd, order, nearestSource;
var init_source = __esm({
  "src/versions/source.ts"() {
    "use strict";
    RECIPES = {
      "1.17.5": {},
      "1.23.17": { calico: "3.28.5" },
      "1.30.14": { calico: "3.28.5" },
      "1.37.2": { calico: "3.28.5", containerd: "2.4.2" }
    };
    SOURCE_VERSIONS = Object.keys(RECIPES);
    sourceCalico = (version) => RECIPES[version]?.calico;
    sourceContainerd = (version) => RECIPES[version]?.containerd;
    order = (version) => version.split(".").reduce((sum, n) => sum * 1e3 + Number(n), 0);
    nearestSource = (wanted, versions = SOURCE_VERSIONS) => versions.toSorted((a, b) => Math.abs(order(a) - order(wanted)) - Math.abs(order(b) - order(wanted)));
  }
});

// src/labfile/build.ts
import { resolve as resolve2 } from "node:path/posix";
function defaultNodes(cidr2) {
  const range = parseCidr(cidr2);
  const nodes = COURSE_NODES.flatMap(([name3, number], i) => {
    const ip = range && hostAt(range, number);
    return ip === void 0 ? [] : [{ name: name3, role: roleOf(i), ip, cpus: 2, memoryMiB: 3072, diskGiB: 50 }];
  });
  return nodes.length === COURSE_NODES.length ? nodes : void 0;
}
function fillRoles(nodes) {
  const said = nodes.some((n) => n?.role === "control-plane");
  return nodes.map((n, i) => n?.role ?? (said ? "worker" : roleOf(i)));
}
function fillCni(cni2, kubernetes2, source, dir) {
  if (typeof cni2 === "string") return cni2;
  if ("manifest" in cni2) return { manifest: resolve2(dir, cni2.manifest) };
  const ours = source === "source";
  const version = ours ? sourceCalico(kubernetes2) : defaultCalico(minorOf(kubernetes2));
  return {
    name: cni2.name,
    version: cni2.version ?? version ?? "",
    encapsulation: cni2.encapsulation ?? (ours ? "vxlanCrossSubnet" : "ipip")
  };
}
function buildLab(document, dir) {
  const { name: name3, hypervisor: hypervisor2, image: image2, network: network2, nodes, kubernetes: kubernetes2, mirrors: mirrors3, os: os2 } = document;
  const roles = fillRoles(nodes ?? []);
  return {
    name: name3,
    hypervisor: hypervisor2,
    image: image2.kind === "path" ? { ...image2, path: resolve2(dir, image2.path) } : image2,
    network: network2,
    nodes: (
      // Fields one by one, so that the same lab has the same JSON whether a default was written or not.
      nodes?.map(({ name: name4, ip, cpus, memory, disk }, i) => ({
        name: name4,
        role: roles[i] ?? roleOf(i),
        ip,
        cpus,
        memoryMiB: memory,
        diskGiB: disk
      })) ?? defaultNodes(network2.cidr) ?? []
    ),
    kubernetes: kubernetes2 === false ? void 0 : {
      ...kubernetes2,
      cni: fillCni(kubernetes2.cni, kubernetes2.version, kubernetes2.bundle.source, dir),
      bundle: kubernetes2.bundle.source === "dir" ? { source: "dir", path: resolve2(dir, kubernetes2.bundle.path) } : kubernetes2.bundle
    },
    mirrors: mirrors3,
    os: os2
  };
}
var COURSE_NODES, DEFAULT_NODE_COUNT, roleOf;
var init_build = __esm({
  "src/labfile/build.ts"() {
    "use strict";
    init_calico();
    init_source();
    init_kubernetes();
    init_cidr();
    COURSE_NODES = [
      ["k8s-master01", 61],
      ["k8s-node01", 62],
      ["k8s-node02", 63],
      ["k8s-node03", 64]
    ];
    DEFAULT_NODE_COUNT = COURSE_NODES.length;
    roleOf = (index) => index === 0 ? "control-plane" : "worker";
  }
});

// src/labfile/check-network.ts
function checkAddresses({ nodes, network: network2 }) {
  const cidr2 = network2?.cidr;
  const range = cidr2 === void 0 ? void 0 : parseCidr(cidr2);
  return (nodes ?? []).flatMap((node2, i) => {
    const ip = node2?.ip;
    if (ip === void 0) return [];
    const tell = (message) => [{ path: ["nodes", i, "ip"], message }];
    const twin = (nodes ?? []).findIndex((other) => other?.ip === ip);
    if (twin < i) return tell(`${ip} is the address of nodes[${twin}] too: addresses must differ`);
    const address3 = ipToNumber(ip);
    if (!range || address3 === void 0) return [];
    if (address3 < range.first || address3 > range.last)
      return tell(
        `must be in network.cidr ${cidr2 ?? ""} (${hostAt(range, 2) ?? ""} to ${numberToIp(range.last - 1)}), found ${ip}`
      );
    if (address3 === range.first) return tell(`${ip} is the address of the network itself`);
    if (address3 === range.last) return tell(`${ip} is the broadcast address of ${cidr2 ?? ""}`);
    if (address3 === range.first + 1) return tell(`${ip} is kept for the gateway: begin with ${hostAt(range, 2) ?? ""}`);
    return [];
  });
}
function checkNetworks({ network: network2, kubernetes: kubernetes2 }, given) {
  const ranges = [
    { path: ["network", "cidr"], name: "network.cidr", cidr: network2?.cidr },
    ...kubernetes2 ? [
      { path: ["kubernetes", "podCidr"], name: "kubernetes.podCidr", cidr: kubernetes2.podCidr },
      { path: ["kubernetes", "serviceCidr"], name: "kubernetes.serviceCidr", cidr: kubernetes2.serviceCidr }
    ] : []
  ].flatMap(({ cidr: cidr2, ...rest }) => {
    const range = cidr2 === void 0 ? void 0 : parseCidr(cidr2);
    return range && cidr2 !== void 0 ? [{ ...rest, cidr: cidr2, range }] : [];
  });
  const docker = kubernetes2 && kubernetes2.runtime !== "containerd";
  const own = [
    // In NAT mode no node has a card on slirp.
    ...network2?.mode === "nat" ? [] : [{ cidr: SLIRP2, of: "every node's first network card uses" }],
    ...docker ? [{ cidr: DOCKER, of: "docker's own bridge uses on every node" }] : []
  ];
  return ranges.flatMap((one, i) => {
    const clashes = ranges.slice(0, i).filter((other) => overlaps(one.range, other.range));
    const findings = clashes.map((other) => {
      const [blamed, kept] = given(one.path) || !given(other.path) ? [one, other] : [other, one];
      return {
        path: blamed.path,
        message: `${blamed.cidr} overlaps ${kept.name} ${kept.cidr}${given(kept.path) ? "" : " (the default)"}`
      };
    });
    for (const { cidr: cidr2, of } of own) {
      const range = parseCidr(cidr2);
      if (range && overlaps(one.range, range))
        findings.push({ path: one.path, message: `${one.cidr} overlaps ${cidr2}, which ${of}` });
    }
    return findings;
  });
}
var SLIRP2, DOCKER, checkMode;
var init_check_network = __esm({
  "src/labfile/check-network.ts"() {
    "use strict";
    init_cidr();
    SLIRP2 = "10.0.2.0/24";
    DOCKER = "172.17.0.0/16";
    checkMode = ({ network: network2, hypervisor: hypervisor2 }) => network2?.mode === "nat" && hypervisor2?.uri === "qemu:///session" ? [
      {
        path: ["network", "mode"],
        message: "nat needs hypervisor.uri qemu:///system: an ordinary user's libvirt (qemu:///session) may make no bridge and no firewall rules"
      }
    ] : [];
  }
});

// src/labfile/check-versions.ts
function checkVersions({ kubernetes: kubernetes2, image: image2 }) {
  const version = kubernetes2 ? kubernetes2.version : void 0;
  if (!kubernetes2 || version === void 0) return [];
  const findings = [];
  const tell = (path4, message) => findings.push({ path: ["kubernetes", ...path4], message });
  const minor = version.startsWith("1.") ? minorOf(version) : void 0;
  if (minor === void 0 || !knownMinors.includes(minor)) {
    if (kubernetes2.bundle?.source !== "debian")
      tell(["version"], minor === void 0 ? `must be 1.x.y, found ${version}` : unknownMinor(minor));
    return findings;
  }
  const ours = kubernetes2.bundle?.source === "source";
  if (ours && !SOURCE_VERSIONS.includes(version))
    tell(
      ["version"],
      `has no recipe with bundle source; there is one for ${nearestSource(version).join(", ")}. Or take another bundle, such as upstream`
    );
  const release2 = releaseOf(version);
  const { runtimes } = release2;
  if (kubernetes2.proxyMode === "nftables" && !release2.nftables)
    tell(["proxyMode"], `must be iptables or ipvs before Kubernetes 1.31, found nftables with ${version}`);
  if (kubernetes2.runtime !== void 0 && !runtimes.includes(kubernetes2.runtime))
    tell(["runtime"], `must be containerd from Kubernetes 1.24 on, found ${kubernetes2.runtime} with ${version}`);
  if (kubernetes2.runtime === "containerd" && image2?.kind === "builtin") {
    const problem2 = containerdProblem(version, kubernetes2.bundle?.source);
    if (problem2 !== void 0) tell(["runtime"], problem2);
  }
  const { cni: cni2 } = kubernetes2;
  if (typeof cni2 !== "object" || !("name" in cni2) || cni2.name === void 0) return findings;
  if (ours) return [...findings, ...checkSourceCalico(version, cni2)];
  const problem = cni2.version === void 0 ? void 0 : calicoProblem(cni2.version, minor);
  if (problem !== void 0) tell(["cni", "version"], problem);
  else if (kubernetes2.bundle?.source === "debian")
    tell(["cni"], "calico is not in bundle debian, which has flannel alone: take another bundle, such as source");
  return findings;
}
function containerdProblem(version, source) {
  const oldest = releaseOf(version).containerd;
  const has = (source === "source" ? sourceContainerd(version) : void 0) ?? IMAGE_CONTAINERD;
  if (source === "dir" || atLeast(has, oldest)) return void 0;
  const instead = SOURCE_VERSIONS.filter((v) => sourceContainerd(v) !== void 0).join(", ");
  return [
    `needs containerd ${oldest} or newer with Kubernetes ${version}, and the nodes would have ${has}:`,
    `take bundle source with ${instead}, an image with a newer one,`,
    "or a whole bundle that brings it in runtime/ ({dir: PATH})"
  ].join(" ");
}
function atLeast(version, oldest) {
  const [a, b] = [version, oldest].map((v) => v.split(".").map(Number));
  const at = b.findIndex((n, i) => (a[i] ?? 0) !== n);
  return at < 0 || (a[at] ?? 0) > (b[at] ?? 0);
}
function checkSourceCalico(version, cni2) {
  const release2 = sourceCalico(version);
  const tell = (field3, message) => ({
    path: ["kubernetes", "cni", ...field3 === "" ? [] : [field3]],
    message
  });
  if (release2 === void 0)
    return SOURCE_VERSIONS.includes(version) ? [tell("", `calico is not in bundle source for Kubernetes ${version}: take flannel, or another bundle`)] : [];
  return [
    ...cni2.version === void 0 || cni2.version === release2 ? [] : [tell("version", `must be ${release2} with bundle source, found ${cni2.version}`)],
    ...cni2.encapsulation === "ipip" ? [tell("encapsulation", "must be vxlanCrossSubnet or vxlan with bundle source, found ipip: it has no BIRD")] : []
  ];
}
var IMAGE_CONTAINERD;
var init_check_versions = __esm({
  "src/labfile/check-versions.ts"() {
    "use strict";
    init_calico();
    init_source();
    init_kubernetes();
    IMAGE_CONTAINERD = "1.6.20";
  }
});

// src/labfile/check-packages.ts
function checkPackages({ kubernetes: kubernetes2, image: image2, network: network2, os: os2 }) {
  const findings = [];
  const tell = (path4, message) => findings.push({ path: path4, message });
  const offline = network2?.internet === false;
  if (os2?.kernel === "lt" && image2?.kind === "builtin")
    tell(
      ["os", "kernel"],
      "must be stock with image debian-12, found lt: that is ELRepo\u2019s kernel for CentOS, Rocky and Alma"
    );
  else if (os2?.kernel === "lt" && offline)
    tell(["os", "kernel"], `must be stock without internet, found lt: it comes from ELRepo; or ${WAY_OUT}`);
  if (!kubernetes2) return findings;
  const { dockerVersion, runtime, bundle: bundle2, packages } = kubernetes2;
  const docker = ["kubernetes", "dockerVersion"];
  if (dockerVersion !== void 0 && runtime === "containerd")
    tell(docker, `has no meaning with runtime containerd: take it out, or make the runtime docker`);
  else if (dockerVersion !== void 0 && offline && (bundle2?.source === "debian" || bundle2?.source === "source"))
    tell(docker, `comes from docker\u2019s repository, and the nodes have no internet: take it out, or ${WAY_OUT}`);
  if (packages === "repository" && offline)
    tell(["kubernetes", "packages"], `must be bundle without internet, found repository; or ${WAY_OUT}`);
  return findings;
}
var WAY_OUT;
var init_check_packages = __esm({
  "src/labfile/check-packages.ts"() {
    "use strict";
    WAY_OUT = "set network.internet: true";
  }
});

// src/labfile/check.ts
function checkRules(draft, given) {
  return [
    ...checkNodes(draft, given),
    ...checkRoles(draft),
    ...checkAddresses(draft),
    ...checkNetworks(draft, given),
    ...checkMode(draft),
    ...checkKubernetes(draft, given),
    ...checkVersions(draft),
    ...checkPackages(draft)
  ];
}
function checkNodes({ nodes, network: network2, kubernetes: kubernetes2 }, given) {
  if (nodes === void 0) {
    const cidr2 = network2?.cidr;
    if (given(["nodes"]) || cidr2 === void 0 || defaultNodes(cidr2)) return [];
    return [
      {
        path: ["network", "cidr"],
        message: `has no room for the default nodes (hosts 61 to 64): take a /25 or larger, or list the nodes`
      }
    ];
  }
  const roles = fillRoles(nodes);
  return nodes.flatMap((node2, i) => {
    const findings = [];
    const tell = (field3, message) => findings.push({ path: ["nodes", i, field3], message });
    const twin = nodes.findIndex((other) => other?.name !== void 0 && other.name === node2?.name);
    if (twin >= 0 && twin < i) tell("name", `${node2?.name ?? ""} is the name of nodes[${twin}] too: names must differ`);
    if (kubernetes2 === void 0) return findings;
    const role = roles[i] ?? "worker";
    const what = kubernetes2 === false ? "a plain VM" : `a Kubernetes ${role}`;
    const minMemory = kubernetes2 === false ? MIN_MEMORY_PLAIN : MIN_MEMORY[role];
    const minDisk = kubernetes2 === false ? MIN_DISK_PLAIN : MIN_DISK;
    if (node2?.memory !== void 0 && node2.memory < minMemory)
      tell("memory", `must be at least ${minMemory}MiB for ${what}, found ${node2.memory}MiB`);
    if (node2?.disk !== void 0 && node2.disk < minDisk)
      tell("disk", `must be at least ${minDisk}GiB for ${what}, found ${node2.disk}GiB`);
    if (kubernetes2 !== false && role === "control-plane" && node2?.cpus !== void 0 && node2.cpus < MIN_CPUS)
      tell("cpus", `must be at least ${MIN_CPUS} for ${what} (kubeadm refuses less), found ${node2.cpus}`);
    return findings;
  });
}
function checkRoles({ nodes, kubernetes: kubernetes2 }) {
  if (!kubernetes2 || nodes === void 0) return [];
  const [first2, ...more] = fillRoles(nodes).flatMap((role, i) => role === "control-plane" ? [i] : []);
  if (first2 === void 0 && nodes.length > 0)
    return [{ path: ["nodes"], message: "has no control plane: give one node the role control-plane" }];
  return more.map((i) => ({
    path: ["nodes", i, "role"],
    message: `is a second control plane beside nodes[${first2 ?? 0}]: klab makes clusters with exactly one; make it a worker`
  }));
}
function checkKubernetes({ kubernetes: kubernetes2, os: os2, nodes }, given) {
  if (!kubernetes2) return [];
  const { version, bundle: bundle2, proxyMode } = kubernetes2;
  const findings = [];
  const tell = (field3, message) => findings.push({ path: ["kubernetes", field3], message });
  if (version !== void 0 && bundle2?.source === "debian" && version !== DEBIAN_VERSION)
    tell(
      "version",
      `must be ${DEBIAN_VERSION} with bundle debian, found ${version}; for another version take bundle upstream, aliyun or {dir: PATH}`
    );
  if (proxyMode === "ipvs" && os2?.ipvs === false)
    tell("proxyMode", "must be iptables while os.ipvs is false, found ipvs");
  const prefix = Number(kubernetes2.podCidr?.split("/")[1] ?? Number.NaN);
  const room = 2 ** (24 - prefix);
  const count = nodes?.length ?? (given(["nodes"]) ? 0 : DEFAULT_NODE_COUNT);
  if (room < count)
    tell(
      "podCidr",
      `has only ${room} of the /24 ranges that each node gets one of, and there are ${count} nodes: take a larger range`
    );
  return findings;
}
var MIN_MEMORY, MIN_MEMORY_PLAIN, MIN_DISK, MIN_DISK_PLAIN, MIN_CPUS, DEBIAN_VERSION;
var init_check = __esm({
  "src/labfile/check.ts"() {
    "use strict";
    init_build();
    init_check_network();
    init_check_versions();
    init_check_packages();
    MIN_MEMORY = { "control-plane": 2048, worker: 1024 };
    MIN_MEMORY_PLAIN = 256;
    MIN_DISK = 10;
    MIN_DISK_PLAIN = 2;
    MIN_CPUS = 2;
    DEBIAN_VERSION = "1.20.2";
  }
});

// src/labfile/size.ts
function parseSize(text3) {
  const match = SIZE.exec(text3);
  return match ? Number(match[1]) * MIB3[match[2]] : void 0;
}
var MIB3, SIZE;
var init_size = __esm({
  "src/labfile/size.ts"() {
    "use strict";
    MIB3 = { M: 1, MiB: 1, G: 1024, GiB: 1024, T: 1024 * 1024, TiB: 1024 * 1024 };
    SIZE = /^(\d{1,9}(?:\.\d{1,3})?) ?([MGT](?:iB)?)$/;
  }
});

// src/labfile/fields.ts
import { isAbsolute as isAbsolute5, normalize } from "node:path/posix";
import { z as z4 } from "zod";
var section, text2, choice, unless, SIZE_RULE, size, UNUSABLE, cidr, PATH_RULE, path3;
var init_fields = __esm({
  "src/labfile/fields.ts"() {
    "use strict";
    init_cidr();
    init_size();
    section = (shape) => z4.strictObject(shape, {
      error: ({ code }) => code === "unrecognized_keys" ? Object.keys(shape).join(", ") : `must be a map of ${Object.keys(shape).join(", ")}`
    });
    text2 = (form, must) => z4.string(must).regex(form, must);
    choice = (...values2) => z4.enum(values2, `must be ${values2.slice(0, -1).join(", ")} or ${values2.at(-1) ?? ""}`);
    unless = (problem) => (context) => {
      const message = problem(context.value);
      if (message !== void 0) context.issues.push({ code: "custom", message, input: context.value });
    };
    SIZE_RULE = "must be a size with a unit, such as 3GiB or 3072MiB (G and M mean GiB and MiB)";
    size = (unit, max) => z4.string({ error: SIZE_RULE }).regex(SIZE, SIZE_RULE).check(
      unless((value) => {
        const mib = parseSize(value);
        if (mib === void 0) return void 0;
        if (mib > (parseSize(max) ?? 0)) return `must be at most ${max}`;
        return Number.isInteger(unit === "MiB" ? mib : mib / 1024) ? void 0 : `must be a whole number of ${unit}`;
      })
    ).transform((value) => (parseSize(value) ?? 0) / (unit === "MiB" ? 1 : 1024));
    UNUSABLE = ["0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/3"].flatMap((c) => parseCidr(c) ?? []);
    cidr = (example, minPrefix, maxPrefix, why) => z4.cidrv4(`must be an IPv4 range such as ${example}`).check(
      unless((value) => {
        const range = parseCidr(value);
        if (!range) return void 0;
        if (range.prefix < minPrefix || range.prefix > maxPrefix)
          return `must be a range from /${minPrefix} to /${maxPrefix} (${why})`;
        if (formatCidr(range) !== value) return `has host bits set: write ${formatCidr(range)}`;
        return UNUSABLE.some((u) => overlaps(u, range)) ? "must not be a loopback, link-local or multicast range" : void 0;
      })
    );
    PATH_RULE = "must be a path, absolute or inside the folder of the Labfile";
    path3 = z4.string(PATH_RULE).min(1, PATH_RULE).max(4096, PATH_RULE).check(
      unless((value) => {
        if (/[\0-\x1f\x7f]/.test(value)) return "must not have line breaks or control characters";
        if (value.startsWith("~")) return "must not begin with ~: write the whole path";
        return isAbsolute5(value) || !/^\.\.(\/|$)/.test(normalize(value)) ? void 0 : "leads out of the folder of the Labfile: write an absolute path";
      })
    );
  }
});

// src/labfile/bundle-schema.ts
import { z as z5 } from "zod";
var LOOPBACK2, URL_RULE, address, REGISTRY_RULE, HOST, registry, mirrors, online, bundle;
var init_bundle_schema = __esm({
  "src/labfile/bundle-schema.ts"() {
    "use strict";
    init_fields();
    LOOPBACK2 = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;
    URL_RULE = "must be an https:// address without a password in it (http:// only on 127.0.0.1)";
    address = text2(/^https?:\/\/[^\s@\\?#]+$/, URL_RULE).check(
      unless((value) => {
        const url = URL.canParse(value) ? new URL(value) : void 0;
        return url && (url.protocol === "https:" || LOOPBACK2.test(url.hostname)) ? void 0 : URL_RULE;
      })
    ).transform((value) => value.replace(/\/+$/, ""));
    REGISTRY_RULE = "must be a registry such as registry.example:5000 or registry.example/mirror, without https:// and password";
    HOST = String.raw`(?:localhost|[a-zA-Z0-9][a-zA-Z0-9-]*(?:(?:\.[a-zA-Z0-9-]+)+|(?=:\d)))(?::\d{1,5})?`;
    registry = text2(new RegExp(String.raw`^${HOST}(?:/[a-z0-9]+(?:[._-]+[a-z0-9]+)*)*$`), REGISTRY_RULE);
    mirrors = section({
      release: address.optional().describe("upstream: instead of https://dl.k8s.io/release."),
      github: address.optional().describe("upstream: instead of https://github.com (CNI plugins, crictl, newer Calico manifests)."),
      calico: address.optional().describe("Instead of https://docs.projectcalico.org (Calico manifests up to 3.21)."),
      packages: address.optional().describe("aliyun: instead of https://mirrors.aliyun.com (kubeadm, kubelet, kubectl, CNI plugins, crictl)."),
      registries: z5.record(z5.string().regex(new RegExp(`^${HOST}$`)), registry, {
        error: ({ code }) => code === "invalid_key" ? "is not the host of an image name, such as docker.io" : "must be a map of registries"
      }).optional().describe("Where images are pulled from, by the host in their names: {docker.io: registry.example/hub}.")
    });
    online = section({
      source: choice("upstream", "aliyun").describe("upstream: the official servers; aliyun: the mirrors of the course."),
      arch: choice("amd64", "arm64").optional().describe("Architecture of the nodes. Default: that of this machine."),
      mirrors: mirrors.prefault({}).describe("Servers to use instead, with the same layout.")
    });
    bundle = z5.union(
      [
        z5.enum(["debian", "source"]).transform((source) => ({ source })),
        z5.enum(["upstream", "aliyun"]).transform((source) => ({ source, mirrors: {} })),
        section({
          dir: path3.describe("Folder with archives, binaries and manifests, or of a bundle, relative to the Labfile.")
        }).transform(({ dir }) => ({ source: "dir", path: dir })),
        online
      ],
      { error: "must be source, debian, upstream, aliyun, {source, arch, mirrors} or {dir: PATH}" }
    ).prefault("debian").describe(
      "Where binaries and images come from: built from Go modules and Debian packages, downloaded from the official servers or the mirrors of the course, or a folder that somebody hands you."
    );
  }
});

// src/labfile/authorized-key.ts
function typeInside(blob) {
  const bytes = Buffer.from(blob, "base64");
  return bytes.length > 4 ? bytes.subarray(4, 4 + Math.min(bytes.readUInt32BE(0), 64)).toString("latin1") : "";
}
function authorizedKeyProblem(text3) {
  if (text3.includes("PRIVATE KEY"))
    return "is a private key, which must never leave its owner; paste the one line of the .pub file";
  const line = text3.trim();
  if (line.includes("\n")) return "has several lines; give each public key an item of its own";
  if (OPTION.test(line))
    return 'has options such as command="\u2026" in front, which are not allowed; begin with the key type, such as ssh-ed25519';
  const [type = "", blob = ""] = line.split(/\s+/);
  if (!TYPES2.includes(type))
    return `must be a public key line such as "ssh-ed25519 AAAA\u2026 you@host"; known types: ${TYPES2.join(", ")}`;
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(blob) || typeInside(blob) !== type)
    return `is cut short or damaged: the part after ${type} is no such key`;
  return void 0;
}
var TYPES2, FLAGS, OPTION;
var init_authorized_key = __esm({
  "src/labfile/authorized-key.ts"() {
    "use strict";
    TYPES2 = [
      "ssh-ed25519",
      "ssh-rsa",
      "ecdsa-sha2-nistp256",
      "ecdsa-sha2-nistp384",
      "ecdsa-sha2-nistp521",
      "sk-ssh-ed25519@openssh.com",
      "sk-ecdsa-sha2-nistp256@openssh.com"
    ];
    FLAGS = "restrict|cert-authority|no-[a-z0-9-]+|pty|port-forwarding|agent-forwarding|X11-forwarding|user-rc";
    OPTION = new RegExp(`^(?:[a-z-]+="|(?:${FLAGS})[, ])`, "i");
  }
});

// src/labfile/os-schema.ts
import { z as z6 } from "zod";
var zoneExists, ZONE_RULE, HOST_RULE, SYSTEM_USERS, os;
var init_os_schema = __esm({
  "src/labfile/os-schema.ts"() {
    "use strict";
    init_authorized_key();
    init_fields();
    zoneExists = (zone) => {
      try {
        return new Intl.DateTimeFormat("en", { timeZone: zone }).resolvedOptions().timeZone !== "";
      } catch {
        return false;
      }
    };
    ZONE_RULE = "must be a time zone such as Asia/Shanghai or UTC";
    HOST_RULE = "must be a host name or IPv4 address";
    SYSTEM_USERS = [
      "root",
      "daemon",
      "bin",
      "sys",
      "sync",
      "games",
      "man",
      "mail",
      "news",
      "proxy",
      "backup",
      "nobody",
      "sshd",
      "messagebus",
      "etcd",
      "docker",
      "adm",
      "sudo"
    ];
    os = section({
      timezone: text2(/^[A-Z][A-Za-z0-9_+-]*(\/[A-Z][A-Za-z0-9_+-]*){0,2}$/, ZONE_RULE).refine((zone) => zone === "Asia/Shanghai" || zoneExists(zone), ZONE_RULE).default("Asia/Shanghai").describe("Time zone of the nodes."),
      locale: text2(
        /^[A-Za-z][A-Za-z_]{0,20}(\.[A-Za-z0-9-]{1,20})?(@[a-z]{1,20})?$/,
        "must be a locale such as C.UTF-8 or zh_CN.UTF-8"
      ).default("C.UTF-8").describe("Locale of the nodes."),
      timeServers: z6.array(
        text2(/^[A-Za-z0-9]([A-Za-z0-9-]{0,62})(\.[A-Za-z0-9][A-Za-z0-9-]{0,62})*$/, HOST_RULE),
        "must be a list of host names or addresses"
      ).max(8, "must be at most 8 servers").default([]).describe("NTP servers; none: the clock of the host."),
      ipvs: z6.boolean("must be true or false").default(true).describe("Load the IPVS kernel modules."),
      kernel: choice("stock", "lt").default("stock").describe("stock: the image\u2019s; lt: ELRepo\u2019s long-term kernel (CentOS, Rocky, Alma), as the course has it."),
      user: text2(/^[a-z_][a-z0-9_-]{0,30}$/, "must be a Linux user name such as klab").refine((user) => !SYSTEM_USERS.includes(user), "must not be a user that Debian has already").default("klab").describe("Login user, made in every node."),
      authorizedKeys: z6.array(
        z6.string("must be a public key line").check(unless(authorizedKeyProblem)).transform((key) => key.trim()),
        "must be a list of public keys"
      ).max(64, "must be at most 64 keys").default([]).describe("Public keys that may log in beside the key of the lab.")
    });
  }
});

// src/labfile/kubeadm-schema.ts
import { z as z7 } from "zod";
var FLAGS_RULE, flag, name2, component, KUBELET_RULE, CHECK_RULE, kubeadmFields;
var init_kubeadm_schema = __esm({
  "src/labfile/kubeadm-schema.ts"() {
    "use strict";
    init_fields();
    FLAGS_RULE = 'must be a map of flags without dashes, each a text, such as {audit-log-maxage: "7"}';
    flag = z7.string(FLAGS_RULE).regex(/^[\x20-\x7e]{0,1024}$/, FLAGS_RULE);
    name2 = z7.string(FLAGS_RULE).regex(/^[a-z][a-z0-9-]{0,63}$/, FLAGS_RULE);
    component = (title) => section({
      extraArgs: z7.record(name2, flag, {
        error: ({ code }) => code === "invalid_key" ? "is not a flag without dashes, such as audit-log-maxage" : FLAGS_RULE
      }).default({}).describe(`More flags of ${title}; they win over those of klab.`)
    }).optional().describe(`${title}, as in kubeadm\u2019s ClusterConfiguration.`);
    KUBELET_RULE = "must be a map of KubeletConfiguration\u2019s fields, such as {maxPods: 50}";
    CHECK_RULE = "must be a list of kubeadm\u2019s checks, such as [NumCPU], or [all]";
    kubeadmFields = {
      kubelet: z7.record(z7.string(KUBELET_RULE).regex(/^[a-zA-Z]{1,63}$/, KUBELET_RULE), z7.unknown(), KUBELET_RULE).optional().describe("Fields of KubeletConfiguration for all nodes; they win over those of klab."),
      apiServer: component("kube-apiserver"),
      controllerManager: component("kube-controller-manager"),
      scheduler: component("kube-scheduler"),
      etcd: component("etcd"),
      ignorePreflightErrors: z7.array(z7.string(CHECK_RULE).regex(/^[A-Za-z][\w.-]{0,80}$/, CHECK_RULE), CHECK_RULE).max(32, "must be at most 32 checks").optional().describe("Preflight checks of kubeadm that may fail, by its own names.")
    };
  }
});

// src/labfile/schema.ts
import { z as z8 } from "zod";
var MAX_NODES, IDENTIFIER, IP_RULE, URL_RULE2, sha256, image, RESERVED, node, CALICO_RULE, cni, address2, ADDRESS_RULE, HTTPS_RULE, anyAddress, httpsAddress, VERSION_RULE, kubernetes, mirrors2, hypervisor, network, documentSchema;
var init_schema = __esm({
  "src/labfile/schema.ts"() {
    "use strict";
    init_bundle_schema();
    init_os_schema();
    init_kubeadm_schema();
    init_fields();
    MAX_NODES = 16;
    IDENTIFIER = /^[a-z]([a-z0-9-]{0,30}[a-z0-9])?$/;
    IP_RULE = "must be an IPv4 address such as 192.168.31.61";
    URL_RULE2 = "must be an http:// or https:// address without a password in it";
    sha256 = text2(/^[0-9a-fA-F]{64}$/, "must be the 64 hex digits that sha256sum prints").transform(
      (hex) => hex.toLowerCase()
    );
    image = z8.union(
      [
        z8.literal("debian-12").transform((name3) => ({ kind: "builtin", name: name3 })),
        section({
          url: text2(/^https?:\/\/[^\s@\\]+$/, URL_RULE2).refine((u) => URL.canParse(u), URL_RULE2).describe("Where to download the image (qcow2) from."),
          sha256: sha256.describe("Its checksum; required, so that the lab is the same everywhere.")
        }).transform((v) => ({ kind: "url", ...v })),
        section({
          path: path3.describe("An image (qcow2) on this machine, relative to the Labfile."),
          sha256: sha256.optional().describe("Its checksum, checked when given.")
        }).transform((v) => ({
          kind: "path",
          path: v.path,
          ...v.sha256 === void 0 ? {} : { sha256: v.sha256 }
        }))
      ],
      { error: "must be debian-12, or {url, sha256}, or {path}" }
    );
    RESERVED = ["localhost", "current", "all", "host"];
    node = section({
      name: text2(
        IDENTIFIER,
        "must be lower-case letters, digits and dashes, beginning with a letter, at most 32 characters"
      ).refine((name3) => !RESERVED.includes(name3), `must not be one of the reserved names ${RESERVED.join(", ")}`).describe("Host name of the node."),
      role: choice("control-plane", "worker").optional().describe("Default: the first node is the control plane (unless another says so), the rest are workers."),
      ip: z8.ipv4(IP_RULE).describe("Fixed address on the network of the lab."),
      cpus: z8.int("must be a whole number from 1 to 64").min(1, "must be a whole number from 1 to 64").max(64, "must be a whole number from 1 to 64").default(2).describe("Virtual CPUs; a control plane needs 2."),
      memory: size("MiB", "1TiB").prefault("3GiB").describe("RAM; with Kubernetes at least 2GiB for a control plane and 1GiB for a worker."),
      disk: size("GiB", "8TiB").prefault("50GiB").describe("Size the node sees; the file is sparse and grows with use.")
    });
    CALICO_RULE = 'must be three numbers such as "3.14.2", without a v';
    cni = z8.union(
      [
        choice("flannel", "none"),
        z8.literal("calico").transform(() => ({ name: "calico", version: void 0, encapsulation: void 0 })),
        section({
          name: z8.literal("calico", "must be calico").describe("Calico; its manifest and images come from the bundle."),
          version: text2(/^3\.\d{1,2}\.\d{1,2}$/, CALICO_RULE).optional().describe("Calico version. Default: the newest that fits the Kubernetes version."),
          encapsulation: choice("ipip", "vxlan", "vxlanCrossSubnet").optional().describe("How pods of different nodes reach each other. Default: ipip; vxlanCrossSubnet with bundle source.")
        }),
        section({
          manifest: path3.describe("Manifest of a pod network, relative to the Labfile; its images must be in the bundle.")
        })
      ],
      { error: "must be flannel, calico, none, {name: calico, version, encapsulation} or {manifest: PATH}" }
    );
    address2 = (form, must) => text2(form, must).refine((url) => URL.canParse(url), must).transform((url) => url.replace(/\/+$/, ""));
    ADDRESS_RULE = "must be an http:// or https:// address of plain characters, without a password or query";
    HTTPS_RULE = "must be an https:// address (its keys are fetched from there), of plain characters, without a password or query";
    anyAddress = address2(/^https?:\/\/[A-Za-z0-9][A-Za-z0-9._~:/%+-]*$/, ADDRESS_RULE);
    httpsAddress = address2(/^https:\/\/[A-Za-z0-9][A-Za-z0-9._~:/%+-]*$/, HTTPS_RULE);
    VERSION_RULE = 'must be three numbers such as "1.20.2", without a v';
    kubernetes = section({
      version: text2(/^(0|[1-9]\d{0,2})(\.(0|[1-9]\d{0,2})){2}$/, VERSION_RULE).default("1.20.2").describe("Kubernetes version."),
      runtime: choice("docker", "containerd").default("docker").describe("Container runtime."),
      podCidr: cidr("10.81.0.0/16", 8, 24, "each node gets a /24 of it").default("10.81.0.0/16").describe("Addresses of the pods."),
      serviceCidr: cidr("10.1.0.0/16", 12, 28, "what the API server accepts").default("10.1.0.0/16").describe("Addresses of the services."),
      cni: cni.prefault("flannel").describe("Pod network; none leaves it to the trainee."),
      proxyMode: choice("iptables", "ipvs", "nftables").default("iptables").describe("How kube-proxy works; nftables from Kubernetes 1.31 on."),
      registryMirrors: z8.array(anyAddress, `must be a list; each ${ADDRESS_RULE}`).max(8, "must be at most 8 mirrors").default([]).describe("Mirrors of Docker Hub that the runtime asks first (course 2.3.7)."),
      bundle,
      dockerVersion: text2(/^\d{1,2}\.\d{1,2}\.\d{1,2}$/, 'must be three numbers such as "19.03.8"').optional().describe(
        "Version of docker-ce, from mirrors.docker. Default: what the distribution has (Debian, Ubuntu), or the newest docker-ce."
      ),
      packages: choice("bundle", "repository").default("bundle").describe(
        "Where the nodes get kubeadm, kubelet and kubectl from: the bundle, or the yum or apt repository of mirrors.kubernetes."
      ),
      ...kubeadmFields
    });
    mirrors2 = section({
      os: anyAddress.optional().describe(
        "Packages of the distribution: the folder that holds os/ and updates/ (CentOS 7), BaseOS/ (Rocky, Alma, CentOS Stream), or dists/ (Debian, Ubuntu). Default: what the image has; the vault for CentOS 7."
      ),
      docker: httpsAddress.optional().describe("docker-ce: the folder that holds linux/. Default: https://download.docker.com"),
      kubernetes: httpsAddress.optional().describe(
        "kubeadm, kubelet, kubectl: the folder that holds yum/ and apt/ (to 1.23), or v1.24/ and so on. Default: the course\u2019s mirror, or pkgs.k8s.io."
      ),
      elrepo: httpsAddress.optional().describe("ELRepo, for os.kernel: lt: the folder that holds kernel/.")
    });
    hypervisor = section({
      uri: choice("auto", "qemu:///session", "qemu:///system").default("auto").describe("libvirt to use; auto: session for users, system for root."),
      accel: choice("auto", "kvm", "tcg").default("auto").describe("auto: KVM where a probe guest really runs, else emulation (tcg).")
    });
    network = section({
      mode: choice("user", "nat").default("user").describe(
        "user: no root needed, nothing listens beyond 127.0.0.1; nat: a libvirt network where the host reaches the nodes at their addresses (qemu:///system)."
      ),
      cidr: cidr("192.168.31.0/24", 8, 29, "room for a gateway and nodes").default("192.168.31.0/24").describe("The network the nodes share; its first address is kept for a gateway."),
      internet: z8.boolean("must be true or false").default(false).describe("May the nodes reach the internet through the host?")
    });
    documentSchema = section({
      version: z8.literal(1, "must be 1, the only version of this format").optional().describe("Version of the Labfile format."),
      name: text2(
        IDENTIFIER,
        "must be lower-case letters, digits and dashes, beginning with a letter, at most 32 characters"
      ).describe("Name of the lab."),
      hypervisor: hypervisor.prefault({}).describe("How the VMs are run."),
      image: image.prefault("debian-12").describe("What the nodes boot."),
      network: network.prefault({}).describe("The network of the lab."),
      nodes: z8.array(node, "must be a list of nodes").min(1, "must have at least one node").max(MAX_NODES, `must be at most ${MAX_NODES} nodes`).optional().describe("The VMs. Default: k8s-master01 (host 61 of the network) and k8s-node01 to k8s-node03 (62 to 64)."),
      kubernetes: z8.union([z8.literal(false), kubernetes], {
        error: `must be false (plain VMs) or a map of ${Object.keys(kubernetes.shape).join(", ")}`
      }).prefault({}).describe("The cluster; false for plain VMs."),
      mirrors: mirrors2.prefault({}).describe("Where nodes get packages from."),
      os: os.prefault({}).describe("Settings of every node.")
    });
  }
});

// src/labfile/draft.ts
import { z as z9 } from "zod";
function salvage(schema3, value) {
  const parsed = z9.safeParse(schema3, value);
  if (parsed.success) return parsed.data;
  if (schema3 instanceof z9.ZodPrefault || schema3 instanceof z9.ZodDefault || schema3 instanceof z9.ZodOptional)
    return salvage(schema3.unwrap(), value);
  if (schema3 instanceof z9.ZodUnion) {
    const map = schema3.options.find((option) => option instanceof z9.ZodObject);
    return map && isObject(value) ? salvage(map, value) : void 0;
  }
  if (schema3 instanceof z9.ZodArray && Array.isArray(value)) return value.map((item) => salvage(schema3.element, item));
  if (schema3 instanceof z9.ZodObject && isObject(value)) {
    const own = (key) => Object.hasOwn(value, key) ? value[key] : void 0;
    return Object.fromEntries(
      Object.entries(schema3.shape).map(([key, field3]) => [key, salvage(field3, own(key))])
    );
  }
  return void 0;
}
var draftOf;
var init_draft = __esm({
  "src/labfile/draft.ts"() {
    "use strict";
    init_schema();
    init_json();
    draftOf = (data) => salvage(documentSchema, data);
  }
});

// src/labfile/source.ts
import { isAlias, isMap as isMap5, isNode as isNode2, isScalar as isScalar2, isSeq as isSeq4 } from "yaml";
function syntaxMessage({ code, message }) {
  if (code === "NON_STRING_KEY") return "field names must be plain text";
  return code === "UNEXPECTED_TOKEN" ? message.split(":")[0] ?? message : message;
}
function refuse(node2, path4, tell) {
  if (!isNode2(node2)) return;
  if (isAlias(node2)) return tell(path4, node2, "YAML aliases (*name) are not allowed: write the value again", true);
  if (node2.tag !== void 0) tell(path4, node2, "YAML tags (!name) are not allowed", true);
  if (node2.anchor !== void 0) tell(path4, node2, "YAML anchors (&name) are not allowed");
  if (isSeq4(node2)) node2.items.forEach((item, i) => refuse(item, [...path4, i], tell));
  if (isScalar2(node2)) {
    if (typeof node2.value === "number" && !PLAIN_NUMBER.test(node2.source ?? ""))
      tell(
        path4,
        node2,
        `${node2.source ?? "this"} can be read in more than one way: write a plain decimal number, or put text in quotes`
      );
    if (typeof node2.value === "string" && BAD_CHARACTER.test(node2.value))
      tell(path4, node2, "must not have control characters");
  }
  if (!isMap5(node2)) return;
  const seen = /* @__PURE__ */ new Set();
  for (const { key, value } of node2.items) {
    const name3 = isScalar2(key) ? key.value : void 0;
    if (typeof name3 !== "string") continue;
    const at = [...path4, name3];
    if (name3 === "<<") tell(at, key, "YAML merge keys are not allowed: write the fields out", true);
    else if (name3 === "__proto__") tell(at, key, "is no field", true);
    else if (BAD_CHARACTER.test(name3)) tell(path4, key, "field names must not have control characters", true);
    else if (seen.has(name3)) tell(at, key, "is given twice");
    if (isScalar2(key) && (key.tag !== void 0 || key.anchor !== void 0))
      tell(at, key, "YAML tags and anchors are not allowed", true);
    seen.add(name3);
    refuse(value, at, tell);
  }
}
function locate(root2, path4) {
  let spot = { value: root2, parent: root2 };
  for (const part of path4) {
    const here = spot.value;
    const pair = isMap5(here) ? here.items.findLast(({ key }) => isScalar2(key) && key.value === part) : void 0;
    const item = isSeq4(here) && typeof part === "number" ? here.items[part] : void 0;
    if (pair === void 0 && item === void 0) return { parent: here ?? spot.parent };
    spot = pair ? { key: pair.key, value: pair.value, parent: here } : { value: item, parent: here };
  }
  return spot;
}
function places(text3) {
  const starts = [0, ...[...text3.matchAll(/\n/g)].map((m) => m.index + 1)];
  return (offset) => {
    let [low, high] = [0, starts.length];
    while (high - low > 1) {
      const middle = low + high >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle;
    }
    return { line: low + 1, column: offset - (starts[low] ?? 0) + 1 };
  };
}
function readSource(raw) {
  const text3 = raw.startsWith("\uFEFF") ? raw.slice(1) : raw;
  const lineColumn = places(text3);
  const issues = [];
  const tell = (offset, message, field3 = "") => void issues.push({ field: field3, message, ...lineColumn(offset) });
  const offsetOf = (node2) => isNode2(node2) && node2.range ? node2.range[0] : 0;
  const failed = () => ({
    data: void 0,
    issues,
    has: () => false,
    place: () => lineColumn(0),
    written: () => void 0
  });
  const bad2 = BAD_CHARACTER.exec(text3);
  if (bad2) {
    const code = bad2[0].charCodeAt(0).toString(16).toUpperCase().padStart(4, "0");
    tell(bad2.index, `has the character U+${code}, which does not belong in a text file`);
    return failed();
  }
  const tokens = tokenize(text3, LIMITS3);
  if ("why" in tokens) tell(tokens.offset, tokens.why);
  if ("why" in tokens) return failed();
  const [document, second] = compose(tokens, text3.length, STRICT);
  const root2 = document?.contents ?? null;
  for (const error of document?.errors.slice(0, MAX_SYNTAX_ERRORS) ?? [])
    tell(error.pos[0], `YAML: ${syntaxMessage(error)}`);
  if (document?.directives.yaml.explicit) tell(0, "YAML directives (%YAML) are not allowed");
  if (second) tell(second.range[0], "must be one YAML document, not several");
  if (issues.length > 0) return failed();
  if (root2 === null || isScalar2(root2) && root2.value === null) tell(0, "is empty");
  else if (!isMap5(root2)) tell(offsetOf(root2), 'must be a map of fields such as "name: mylab"');
  let usable = issues.length === 0;
  refuse(root2, [], (path4, node2, message, fatal = false) => {
    usable &&= !fatal;
    tell(offsetOf(node2), message, fieldName(path4));
  });
  return {
    data: usable ? document?.toJS({ maxAliasCount: 0 }) : void 0,
    issues,
    has: (path4) => {
      const spot = locate(root2, path4);
      return spot.key !== void 0 || spot.value !== void 0;
    },
    place: (path4, key) => {
      const spot = locate(root2, path4);
      const empty = !isNode2(spot.value) || isScalar2(spot.value) && spot.value.value === null && spot.value.source === "";
      return lineColumn(
        offsetOf(spot.key !== void 0 && (key !== void 0 || empty) ? spot.key : spot.value ?? spot.parent)
      );
    },
    written: (path4) => {
      const { value } = locate(root2, path4);
      return isScalar2(value) ? value.source : void 0;
    }
  };
}
var LIMITS3, STRICT, MAX_SYNTAX_ERRORS, BAD_CHARACTER, PLAIN_NUMBER, keyName, fieldName;
var init_source2 = __esm({
  "src/labfile/source.ts"() {
    "use strict";
    init_yaml_limits();
    LIMITS3 = { depth: 40, parts: 4e4 };
    STRICT = { version: "1.2", schema: "core", stringKeys: true, strict: true };
    MAX_SYNTAX_ERRORS = 10;
    BAD_CHARACTER = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufeff\ufffe\uffff]/;
    PLAIN_NUMBER = /^[-+]?(0|[1-9]\d*)(\.\d+)?$/;
    keyName = (key) => /^[\w-]{1,40}$/.test(key) ? key : JSON.stringify(key.slice(0, 40));
    fieldName = (path4) => path4.map((part, i) => typeof part === "number" ? `[${part}]` : `${i > 0 ? "." : ""}${keyName(part)}`).join("");
  }
});

// src/labfile/explain.ts
function valueAt(data, path4) {
  return path4.reduce(
    (at, part) => typeof at === "object" && at !== null ? (Object.entries(at).find(([k]) => k === String(part)) ?? [])[1] : void 0,
    data
  );
}
function unfold(issue, data) {
  if (issue.code !== "invalid_union" || !isObject(valueAt(data, pathOf(issue.path)))) return [issue];
  const weight = (list) => list.reduce((sum, i) => sum + (i.code === "unrecognized_keys" ? i.keys.length : 1), 0);
  const forms = issue.errors.filter((list) => !list.some((i) => i.path.length === 0 && i.code !== "unrecognized_keys"));
  const own = (list) => weight(list.filter((i) => i.path.length <= 1));
  const best = [...forms].sort((a, b) => own(a) - own(b) || weight(a) - weight(b))[0];
  return best?.flatMap((inner) => unfold({ ...inner, path: [...issue.path, ...inner.path] }, data)) ?? [issue];
}
function found(issue, value, written) {
  if (Array.isArray(value)) return issue.code === "too_big" ? String(value.length) : "a list";
  if (isObject(value)) return "a map";
  if (typeof value !== "string") return written ?? String(value);
  if (/PRIVATE KEY/.test(value)) return "a private key";
  const shown = value.replace(/\/\/[^/\s]*@/, "//\u2026@");
  return JSON.stringify(shown.length > 60 ? `${shown.slice(0, 60)}\u2026` : shown);
}
function explainOne(issue, data, source) {
  const path4 = pathOf(issue.path);
  if (issue.code === "unrecognized_keys") {
    const allowed2 = issue.message.split(", ");
    return issue.keys.map((key) => {
      const meant = nearest(key, allowed2);
      const message = meant === void 0 ? `unknown field; allowed: ${issue.message}` : `unknown field; did you mean ${meant}?`;
      return { field: fieldName([...path4, key]), message, ...source.place([...path4, key], "key") };
    });
  }
  const value = valueAt(data, path4);
  const say = (message) => [{ field: fieldName(path4), message, ...source.place(path4) }];
  if (!source.has(path4)) return say(`is missing; it ${issue.message}`);
  if (value === null) return say("is empty: give it a value or take it out");
  if (!issue.message.startsWith("must be ") || path4.includes("authorizedKeys")) return say(issue.message);
  const text3 = found(issue, value, source.written(path4));
  const quote2 = issue.code === "invalid_type" && issue.expected === "string" && (typeof value === "number" || typeof value === "boolean");
  const hint = quote2 && !issue.message.includes("unit") ? ` (to YAML that is the ${typeof value} ${String(value)}, not text: put it in quotes)` : "";
  return say(`${issue.message}, found ${text3}${hint}`);
}
function explainIssues(issues, data, source) {
  const all = issues.flatMap((issue) => unfold(issue, data)).flatMap((issue) => explainOne(issue, data, source));
  const seen = /* @__PURE__ */ new Set();
  return all.filter(({ field: field3 }) => !seen.has(field3) && seen.add(field3));
}
var pathOf;
var init_explain = __esm({
  "src/labfile/explain.ts"() {
    "use strict";
    init_nearest();
    init_source2();
    init_json();
    pathOf = (path4) => path4.map((p) => typeof p === "number" ? p : String(p));
  }
});

// src/labfile/read.ts
var MAX_BYTES3, HINT, fileError, tooLarge;
var init_read = __esm({
  "src/labfile/read.ts"() {
    "use strict";
    init_errors();
    MAX_BYTES3 = 256 * 1024;
    HINT = "Labfile.example shows every field with its default";
    fileError = (path4, message) => new LabfileError(path4, [{ field: "", message, line: 1, column: 1 }], { hint: HINT });
    tooLarge = (path4) => fileError(path4, `is larger than ${MAX_BYTES3 / 1024} KiB`);
  }
});

// src/labfile/load.ts
import { dirname as dirname7 } from "node:path";
function deepFreeze(value) {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(deepFreeze);
  }
  return value;
}
function fail(path4, issues) {
  const sorted = [...issues].sort((a, b) => a.line - b.line || a.column - b.column);
  const last = sorted[MAX_ISSUES - 1];
  const shown = last && sorted.length > MAX_ISSUES ? [
    ...sorted.slice(0, MAX_ISSUES),
    { ...last, field: "", message: `and ${sorted.length - MAX_ISSUES} more problems` }
  ] : sorted;
  throw new LabfileError(path4, shown, { hint: HINT });
}
function parseLabfile(text3, path4, shown = path4) {
  if (Buffer.byteLength(text3) > MAX_BYTES3) throw tooLarge(shown);
  const source = readSource(text3);
  if (source.data === void 0) fail(shown, source.issues);
  const parsed = documentSchema.safeParse(source.data);
  const issues = [...source.issues];
  const add = (more) => {
    const known = issues.map((issue) => issue.field);
    issues.push(...more.filter((issue) => !known.some((field3) => field3 !== "" && within(issue.field, field3))));
  };
  add(parsed.success ? [] : explainIssues(parsed.error.issues, source.data, source));
  const draft = parsed.success ? parsed.data : draftOf(source.data);
  add(
    checkRules(draft, source.has).map(({ path: at, message }) => ({
      field: fieldName(at),
      message,
      ...source.place(at)
    }))
  );
  if (issues.length > 0 || !parsed.success) fail(shown, issues);
  return deepFreeze(buildLab(parsed.data, dirname7(path4)));
}
var MAX_ISSUES, within;
var init_load = __esm({
  "src/labfile/load.ts"() {
    "use strict";
    init_errors();
    init_build();
    init_check();
    init_draft();
    init_explain();
    init_read();
    init_schema();
    init_source2();
    MAX_ISSUES = 50;
    within = (inner, outer) => inner.startsWith(outer) && ["", ".", "["].includes(inner.charAt(outer.length));
  }
});

// test/lab/killed.test.ts
import { existsSync as existsSync2, mkdirSync as mkdirSync3, readdirSync, readFileSync as readFileSync3, rmSync as rmSync3, writeFileSync as writeFileSync5 } from "node:fs";
import { dirname as dirname10, join as join23 } from "node:path";
import t from "tap";

// src/lab/destroy.ts
init_errors();
init_files();
import { lstat as lstat3, realpath as realpath2, rm as rm8 } from "node:fs/promises";
import { dirname as dirname5, join as join8 } from "node:path";

// src/plan/runner.ts
init_errors();
import pMap from "p-map";
var interrupted = (error) => error instanceof Interrupted || error instanceof StepError && error.cause instanceof Interrupted;
async function runStep(phase, step, o) {
  const started = o.clock.monotonic();
  const base = { phase: phase.name, step: step.id };
  const end = (outcome, error) => o.report({
    type: "end",
    ...base,
    outcome,
    ms: o.clock.monotonic() - started,
    ...error === void 0 ? {} : { error: messageOf(error) }
  });
  o.report({ type: "start", ...base, title: step.title });
  const context = { line: (line) => o.report({ type: "output", ...base, line }), signal: o.signal };
  try {
    if (await step.done?.(context)) return end("already");
    end(await step.run(context) ?? "done");
  } catch (error) {
    end("failed", error);
    throw new StepError(phase.name, step.id, error);
  }
}
async function executePlan(plan, o) {
  o.report({
    type: "plan",
    lab: plan.lab,
    goal: plan.goal,
    phases: plan.phases.map((p) => ({ name: p.name, title: p.title, steps: p.steps.map((s) => s.id) }))
  });
  for (const phase of plan.phases) {
    if (o.signal.aborted) throw new Interrupted();
    const started = o.clock.monotonic();
    o.report({ type: "phase", phase: phase.name, title: phase.title });
    try {
      await pMap(phase.steps, (step) => runStep(phase, step, o), { stopOnError: false });
    } catch (error) {
      const errors = error instanceof AggregateError ? error.errors : [error];
      if (errors.every(interrupted)) throw new Interrupted();
      throw errors.length === 1 ? errors[0] : new AggregateError(errors, `${errors.length} steps failed`);
    }
    o.report({ type: "phase-end", phase: phase.name, ms: o.clock.monotonic() - started });
  }
}

// src/state/paths.ts
init_errors();
import { createHash } from "node:crypto";
import { isAbsolute as isAbsolute2, join as join2 } from "node:path";
var NOT_FOR_SSH = /["\\\n\r]|\$\{/;
function roots({ env, home, uid }) {
  const root2 = uid === 0;
  const own = (name3) => {
    const dir = env[name3];
    if (dir === void 0 || dir === "") return void 0;
    if (isAbsolute2(dir)) return dir;
    throw new HostError(`${name3}=${dir}: must be an absolute path`, { hint: `${name3}=$PWD/${dir}` });
  };
  const xdg = (name3, below) => {
    const dir = env[name3];
    if (dir !== void 0 && isAbsolute2(dir)) return join2(dir, "klab");
    if (home !== "") return join2(home, below, "klab");
    throw new HostError("no home folder is known, so klab has nowhere to keep its files", {
      hint: "set HOME, or KLAB_STATE_DIR and KLAB_CACHE_DIR, to absolute paths"
    });
  };
  const runtime = env["XDG_RUNTIME_DIR"];
  const short = runtime !== void 0 && isAbsolute2(runtime) ? runtime : `/tmp/klab-${uid}`;
  const state = own("KLAB_STATE_DIR") ?? (root2 ? "/var/lib/klab" : xdg("XDG_STATE_HOME", ".local/state"));
  if (NOT_FOR_SSH.test(state))
    throw new HostError(`${JSON.stringify(state)}: ssh cannot read files of a folder with such a name`, {
      hint: 'set KLAB_STATE_DIR to a path without " \\ ${'
    });
  return {
    state,
    cache: own("KLAB_CACHE_DIR") ?? (root2 ? "/var/cache/klab" : xdg("XDG_CACHE_HOME", ".cache")),
    run: own("KLAB_RUN_DIR") ?? (root2 ? "/run/klab" : join2(short, "klab")),
    dirMode: root2 ? 457 : 448
  };
}
function labId(name3, labfile, uid) {
  return `${name3}-${createHash("sha256").update(`${uid}:${labfile}`).digest("hex").slice(0, 8)}`;
}
function labPaths(r, id, at) {
  const dir = at ?? join2(r.state, "labs", id);
  return {
    dir,
    record: join2(dir, "lab.json"),
    // Beside the folder, not in it: destroy removes the folder while it holds the lock.
    lock: join2(r.state, "locks", `${id}.lock`),
    staging: join2(r.state, "labs", `.${id}`),
    key: join2(dir, "key"),
    knownHosts: join2(dir, "known_hosts"),
    sshConfig: join2(dir, "ssh_config"),
    kubeconfig: join2(dir, "kubeconfig"),
    seen: join2(dir, "seen.json"),
    snapshots: join2(dir, "snapshots"),
    journal: join2(dir, "journal.json"),
    log: join2(dir, "klab.log"),
    run: join2(r.run, id.slice(-8)),
    node: (name3) => {
      const n = join2(dir, "nodes", name3);
      return {
        dir: n,
        disk: join2(n, "disk.qcow2"),
        overlay: (id2) => join2(n, `disk-${id2}.qcow2`),
        seed: join2(n, "seed.iso"),
        console: join2(n, "console.log"),
        hostKey: join2(n, "hostkey")
      };
    }
  };
}
var cachePaths = (r) => ({
  layers: join2(r.cache, "layers"),
  downloads: join2(r.cache, "downloads"),
  seals: join2(r.cache, "seals")
});

// src/lab/open.ts
init_errors();
init_ownership();

// src/state/record.ts
init_files();
init_json();
import { readdir as readdir2 } from "node:fs/promises";
import { dirname as dirname3, join as join3 } from "node:path";
var identityOf = (record) => record.origin?.id ?? record.id;
var diskOf = (record, paths, node2) => record.disks?.[node2] ?? paths.node(node2).disk;
var hasCluster = async (record, paths) => record.lab.kubernetes !== void 0 && await exists(paths.kubeconfig);
async function readRecord(path4) {
  const data = await readJson(path4).catch(() => void 0);
  return isRecord(data) ? data : void 0;
}
async function writeRecord(path4, record) {
  await makeDir(dirname3(path4));
  await writeAtomic(path4, `${JSON.stringify(record, void 0, 2)}
`);
}
async function listRecords(stateDir) {
  const labs = join3(stateDir, "labs");
  const ids = await readdir2(labs).catch(() => []);
  const complete2 = ids.filter((id) => !id.startsWith(".")).sort();
  const records = await Promise.all(complete2.map((id) => readRecord(join3(labs, id, "lab.json"))));
  return records.filter((r) => r !== void 0);
}
function isRecord(data) {
  if (!isObject(data) || data["version"] !== 1) return false;
  const texts = ["id", "name", "labfile", "labfileSha256", "uri", "accel", "createdAt"];
  const { lab, ports } = data;
  return texts.every((key) => typeof data[key] === "string") && isObject(lab) && Array.isArray(lab["nodes"]) && lab["nodes"].every((n) => isObject(n) && typeof n["name"] === "string") && isObject(ports) && Object.values(ports).every((p) => isObject(p) && Number.isInteger(p["ssh"]));
}

// src/host/lock.ts
init_errors();
init_files();
import { open as open2, readFile as readFile3, stat as stat3, unlink } from "node:fs/promises";
import { dirname as dirname4 } from "node:path";
var TAKEN = 9;
async function acquireLock(exec, path4, holder, options = {}) {
  await makeDir(dirname4(path4));
  let left = options.waitMs ?? 0;
  for (; ; ) {
    const file = await open2(path4, "a+", 384);
    try {
      const spent = await flock(exec, file, { path: path4, waitMs: left, signal: options.signal });
      if (spent === void 0) throw locked(path4, holder, options.waitMs ?? 0, await readHolder(path4));
      left = Math.max(0, left - spent);
      if (await isAt(file, path4)) {
        await file.truncate(0);
        await file.write(JSON.stringify(holder));
        return { release: () => release(file, path4) };
      }
    } catch (error) {
      await file.close();
      throw error;
    }
    await file.close();
  }
}
async function readHolder(path4) {
  try {
    const h = JSON.parse(await readFile3(path4, "utf8"));
    if (typeof h?.verb !== "string" || typeof h.pid !== "number" || typeof h.since !== "number") return void 0;
    return { verb: h.verb, pid: h.pid, since: h.since };
  } catch {
    return void 0;
  }
}
async function flock(exec, file, {
  path: path4,
  waitMs,
  signal
}) {
  const patience = waitMs === Infinity ? [] : waitMs > 0 ? ["-w", (waitMs / 1e3).toFixed(3)] : ["-n"];
  const out = await exec.run(["flock", "-x", ...patience, "-E", String(TAKEN), "3"], {
    passFd: file.fd,
    // flock keeps its own time; the minute is for a host that is slow to start it.
    timeoutMs: waitMs + 6e4,
    allowFailure: true,
    ...signal === void 0 ? {} : { signal }
  });
  if (out.exitCode === TAKEN) return void 0;
  if (out.exitCode !== 0) {
    throw new HostError(`${path4}: cannot be locked: ${out.stderr.trim()}`, {
      hint: "put klab\u2019s state on a local file system: KLAB_STATE_DIR=/path/to/local klab \u2026"
    });
  }
  return out.durationMs;
}
async function isAt(file, path4) {
  const ours = await file.stat();
  return stat3(path4).then(
    (s) => s.ino === ours.ino && s.dev === ours.dev,
    () => false
  );
}
async function release(file, path4) {
  if (file.fd < 0) return;
  if (await isAt(file, path4)) await unlink(path4);
  await file.close();
}
function locked(path4, us, waitedMs, by) {
  const who = by === void 0 ? "another klab" : `\`klab ${by.verb}\` (pid ${by.pid}, for ${Math.max(0, Math.round((us.since + waitedMs - by.since) / 1e3))} s)`;
  return new LockedError(`locked by ${who}`, {
    hint: by === void 0 ? `fuser ${path4}` : `wait for it to end, or end it: kill ${by.pid}`
  });
}

// src/snapshot/recover.ts
init_errors();
init_files();
import { readdir as readdir5, rm as rm7 } from "node:fs/promises";
import { join as join7 } from "node:path";

// src/node/machine.ts
init_files();
init_errors();

// src/state/endpoints.ts
init_errors();
var API_PORT = 6443;
var GUEST_PORT = { ssh: 22, api: API_PORT };
var LOOPBACK = "127.0.0.1";
var isForwarded = (lab) => lab.network.mode === "user";
var wayIn = (lab) => isForwarded(lab) ? "ports on 127.0.0.1" : "the nodes\u2019 own addresses";
function assignPorts(lab, apiNodes2, free) {
  if (!isForwarded(lab)) return {};
  const api = new Map(apiNodes2.map((name3, i) => [name3, free[lab.nodes.length + i] ?? 0]));
  return Object.fromEntries(
    lab.nodes.map((n, i) => {
      const port = api.get(n.name);
      return [n.name, { ssh: free[i] ?? 0, ...port === void 0 ? {} : { api: port } }];
    })
  );
}
function portsOf(record, node2) {
  const ports = record.ports[node2];
  if (!ports) throw new StateError(`${node2}: no ports are recorded for this node`, { hint: "klab up" });
  return ports;
}
function forwardsOf(record, node2) {
  if (!isForwarded(record.lab)) return [];
  const { ssh, api } = portsOf(record, node2);
  return [
    { hostPort: ssh, guestPort: GUEST_PORT.ssh },
    ...api === void 0 ? [] : [{ hostPort: api, guestPort: GUEST_PORT.api }]
  ];
}
function endpointOf(record, name3, service) {
  if (!isForwarded(record.lab)) {
    const node2 = record.lab.nodes.find((n) => n.name === name3);
    return node2 && { host: node2.ip, port: GUEST_PORT[service] };
  }
  const port = record.ports[name3]?.[service];
  return port === void 0 ? void 0 : { host: LOOPBACK, port };
}
var sshEndpoint = (record, node2) => endpointOf(record, node2, "ssh");

// src/node/names.ts
import { createHash as createHash2 } from "node:crypto";
var domainName = (labId2, node2) => `klab-${labId2}-${node2}`;
var networkName = (labId2) => `klab-${labId2}`;
var bridgeName = (labId2) => `klab${labId2.slice(-8)}`;
var machineUuid = (labId2, node2) => uuidOf(`${labId2}/${node2}`);
var networkUuid = (labId2) => uuidOf(`${labId2}/`);
var boundsOf = (labId2, { network: network2 }) => ({
  internet: network2.internet,
  network: network2.mode === "nat" ? networkName(labId2) : void 0
});
function uuidOf(text3) {
  const h = createHash2("sha256").update(text3).digest("hex");
  return `${h.slice(0, 8)}-${h.slice(8, 12)}-8${h.slice(13, 16)}-8${h.slice(17, 20)}-${h.slice(20, 32)}`;
}

// src/node/machine.ts
function machineSpec(run, node2, { boot, bundleIso: bundleIso2, nics }) {
  const paths = run.paths.node(node2.name);
  const disks = [
    { path: diskOf(run.record, run.paths, node2.name), format: "qcow2", target: "vda", readonly: false },
    { path: paths.seed, format: "raw", target: "vdb", readonly: true }
  ];
  if (bundleIso2 !== void 0) disks.push({ path: bundleIso2, format: "raw", target: "vdc", readonly: true });
  return {
    name: domainName(run.id, node2.name),
    uuid: machineUuid(run.id, node2.name),
    labId: run.id,
    node: node2.name,
    accel: run.accel,
    cpus: node2.cpus,
    memoryMiB: node2.memoryMiB,
    boot,
    disks,
    consoleLog: paths.console,
    ...nics
  };
}
async function guestAddress(paths, record, node2) {
  const [privateKey, hostKey] = await Promise.all([readText(paths.key), readText(`${paths.node(node2).hostKey}.pub`)]);
  if (privateKey === void 0 || hostKey === void 0)
    throw new StateError(`${node2}: the lab's SSH keys are missing`, { hint: "klab destroy, then klab up" });
  const at = sshEndpoint(record, node2);
  if (!at) throw new StateError(`${node2}: no ports are recorded for this node`, { hint: "klab up" });
  return {
    node: node2,
    ...at,
    user: record.lab.os.user,
    privateKey,
    hostKey: hostKey.trim().split(" ").slice(0, 2).join(" ")
  };
}

// src/node/connections.ts
async function connectWithin(lab, node2, withinMs) {
  const address3 = await guestAddress(lab.paths, lab.record, node2);
  return lab.world.guests.connect(address3, { withinMs, signal: lab.world.signal });
}
var connect = (run, node2) => connectWithin(run, node2, 12e4 * run.profile.patience);

// src/snapshot/machines.ts
init_errors();
var nodesOf = (lab) => lab.record.lab.nodes.map((n) => ({ node: n.name, domain: domainName(lab.record.id, n.name) }));
async function statesOf(lab) {
  const machines = new Map((await lab.world.hypervisor.list()).map((m) => [m.name, m]));
  return nodesOf(lab).map((n) => {
    const { state = "absent", stuck = false } = machines.get(n.domain) ?? {};
    return { ...n, state, stuck };
  });
}
async function verifyPaused(lab) {
  const not = (await statesOf(lab)).filter((n) => n.state !== "paused");
  if (not.length > 0)
    throw new StateError(not.map((n) => `${n.node} is ${n.state}, not paused`).join(", "), { hint: "klab status" });
}
function values(ends) {
  return ends.map((end) => {
    if (end.status === "rejected") throw end.reason;
    return end.value;
  });
}
var WRITE_AGAIN_MS = 1e3;
async function resumeAll(lab, only) {
  const { hypervisor: hypervisor2, clock } = lab.world;
  const paused = async () => (await statesOf(lab)).filter((n) => n.state === "paused" && (only?.includes(n.domain) ?? true));
  const before = await paused();
  await hypervisor2.resume(before.map((n) => n.domain));
  if (before.some((n) => n.stuck)) await clock.sleep(WRITE_AGAIN_MS, lab.world.signal);
  const left = await paused();
  const stuck = left.filter((n) => n.stuck);
  if (stuck.length > 0)
    throw new HostError(`${stuck.map((n) => n.node).join(", ")}: QEMU cannot write to disk, so it stands still`, {
      hint: `free space: df -h ${lab.paths.dir}; then klab up`
    });
  if (left.length > 0)
    throw new StateError(`${left.map((n) => n.domain).join(", ")}: still paused`, {
      hint: `virsh -c ${hypervisor2.uri} resume ${left[0]?.domain ?? ""}`
    });
}

// src/snapshot/guests.ts
var STEP = `
before=$EPOCHREALTIME now=$1 rtc=/sys/class/rtc/rtc0/since_epoch
[ -r $rtc ] || modprobe -q rtc-cmos || true
if [ -r $rtc ]; then
  read -r was <$rtc
  until read -r now <$rtc && [ "$now" != "$was" ]; do :; done
  off=$((now - $1))
  [ "\${off#-}" -lt 300 ] || now=$1
fi
read -r from _ </proc/uptime
[ "$now" -le "\${before%.*}" ] || date -u -s "@$now" >/dev/null
read -r to _ </proc/uptime
echo "$before $EPOCHREALTIME $from $to"`;
async function byAgent(lab, domain) {
  const { hypervisor: hypervisor2, clock } = lab.world;
  const before = await hypervisor2.guestTime(domain);
  const asked = clock.now();
  if (before === void 0) return void 0;
  const stepped = Math.max(0, asked - before) / 1e3;
  try {
    if (before < asked) await hypervisor2.setGuestTime(domain, clock.now());
    const sent = clock.now();
    const after = await hypervisor2.guestTime(domain);
    return after === void 0 ? { stepped } : { stepped, late: Math.max(0, sent - after, after - clock.now()) / 1e3 };
  } catch {
    return { stepped };
  }
}
async function bySsh(lab, node2, withinMs) {
  const guest = await connectWithin(lab, node2, withinMs);
  const { stdout } = await guest.sudo(STEP, [String(Math.round(lab.world.clock.now() / 1e3))], {
    timeoutMs: withinMs,
    what: "setting its clock"
  });
  const [before = NaN, after = NaN, from = NaN, to = NaN] = stdout.trim().split(" ").map(Number);
  return { stepped: after - before, late: to - from };
}
async function stepOne(lab, { node: node2, domain }, withinMs) {
  const { stepped = 0, late } = await byAgent(lab, domain).catch(() => void 0) ?? {};
  if (late !== void 0) return { stepped, late };
  const rest = await bySsh(lab, node2, withinMs);
  return { ...rest, stepped: Math.max(stepped, rest.stepped) };
}
async function stepClocks(lab, withinMs) {
  const nodes = nodesOf(lab);
  const ends = await Promise.allSettled(nodes.map((n) => stepOne(lab, n, withinMs)));
  const done = ends.flatMap((e) => e.status === "fulfilled" ? [e.value] : []);
  return {
    steppedS: Math.max(0, ...done.map((d) => d.stepped)),
    spreadS: Math.max(0, ...done.map((d) => d.late)),
    missed: nodes.filter((_, i) => ends[i]?.status === "rejected").map((n) => n.node)
  };
}

// src/snapshot/finish.ts
init_files();
import { chmod as chmod2, rm as rm3, stat as stat5 } from "node:fs/promises";

// src/snapshot/journal.ts
init_errors();
init_files();
import { rm as rm2 } from "node:fs/promises";
var closeJournal = (paths) => rm2(paths.journal, { force: true });
async function readJournal(paths) {
  const text3 = await readText(paths.journal);
  if (text3 === void 0) return void 0;
  try {
    const journal = JSON.parse(text3);
    if (["save", "restore"].includes(journal.op) && typeof journal.to === "object") return journal;
  } catch {
  }
  throw new CorruptError(`${paths.journal}: is not klab's journal`, {
    hint: `look at it; klab destroy removes the lab with it`
  });
}

// src/snapshot/finish.ts
init_manifest();
async function finish(lab, j, times, { stay = false } = {}) {
  const { paths } = lab;
  const freeze = async (path4) => {
    await chmod2(path4, 256);
    return frozen(path4);
  };
  const nodes = await Promise.all(
    nodesOf(lab).map(async ({ node: node2 }) => ({
      node: node2,
      disk: await freeze(j.from[node2] ?? ""),
      ...j.ram ? { memory: await freeze(memoryOf(paths, j.manifest.id, node2)) } : {}
    }))
  );
  const manifest = { ...j.manifest, ...times, nodes };
  const kubeconfig = await readText(paths.kubeconfig);
  if (kubeconfig !== void 0) await writeAtomic(kubeconfigOf(paths, manifest.id), kubeconfig);
  await writeManifest(paths, manifest);
  lab.record = { ...lab.record, disks: j.to, snapshot: manifest.id };
  await writeRecord(paths.record, lab.record);
  if (!stay) await closeJournal(paths);
  return manifest;
}
async function moved(lab, j) {
  const there = await Promise.all(
    nodesOf(lab).map(async ({ node: node2, domain }) => {
      const { live, next } = await lab.world.hypervisor.disk(domain);
      return (live ?? next) === j.to[node2] ? node2 : void 0;
    })
  );
  return new Set(there.filter((n) => n !== void 0));
}
async function abandon(lab, j) {
  const { world, paths } = lab;
  const all = nodesOf(lab);
  await Promise.all(all.map(({ domain }) => world.hypervisor.abortJob(domain)));
  if (j.ram) await resumeAll(lab);
  const gone = await moved(lab, j);
  const disks = Object.fromEntries(all.map(({ node: node2 }) => [node2, (gone.has(node2) ? j.to[node2] : j.from[node2]) ?? ""]));
  lab.record = { ...lab.record, disks };
  await writeRecord(paths.record, lab.record);
  await rm3(dirOf(paths, j.manifest.id), { recursive: true, force: true });
  for (const { node: node2 } of all) if (!gone.has(node2)) await rm3(j.to[node2] ?? "", { force: true });
  await closeJournal(paths);
}
async function recoverSave(lab, j) {
  const { hypervisor: hypervisor2 } = lab.world;
  const all = nodesOf(lab);
  await Promise.all(all.map(({ domain }) => hypervisor2.abortJob(domain)));
  const written = await Promise.all(
    all.map(
      async ({ node: node2 }) => j.ram ? stat5(memoryOf(lab.paths, j.manifest.id, node2)).then(
        (s) => s.size > 0,
        () => false
      ) : true
    )
  );
  const oneMoment = !j.live || j.together === true;
  if (!oneMoment || (await moved(lab, j)).size < all.length || written.includes(false)) {
    await abandon(lab, j);
    return `saving ${j.manifest.name} was interrupted and has been undone; the lab runs on as it was`;
  }
  if (j.ram) await resumeAll(lab);
  await finish(lab, j, { pauseMs: 0, skewMs: 0 });
  return `saving ${j.manifest.name} was interrupted and has been finished`;
}

// src/snapshot/restore.ts
init_errors();
import { rm as rm6 } from "node:fs/promises";
init_files();

// src/cluster/topology.ts
function topologyOf({ kubernetes: kubernetes2, nodes }) {
  if (!kubernetes2) return void 0;
  const controlPlanes = nodes.filter((n) => n.role === "control-plane");
  const [first2, ...others] = controlPlanes;
  if (!first2) return void 0;
  return {
    first: first2,
    others,
    controlPlanes,
    workers: nodes.filter((n) => n.role === "worker"),
    endpoint: { host: first2.ip, port: API_PORT }
  };
}
var apiNodes = (lab) => topologyOf(lab)?.controlPlanes.map((n) => n.name) ?? [];
var hostPort = ({ host, port }) => `${host}:${port}`;

// src/cloudinit/mac.ts
import { createHash as createHash3 } from "node:crypto";
function macAddress(labId2, node2, nic) {
  const h = createHash3("sha256").update(`${labId2}/${node2}/${nic}`).digest("hex");
  return `52:54:00:${h.slice(0, 2)}:${h.slice(2, 4)}:${h.slice(4, 6)}`;
}

// src/network/segment.ts
init_cidr();
var segmentOf = (lab) => SEGMENTS[lab.record.lab.network.mode](lab);
var SEGMENTS = {
  user: vdeSegment,
  nat: natSegment
};
function vdeSegment(lab) {
  const { world, paths } = lab;
  const wanted = lab.record.lab;
  const id = identityOf(lab.record);
  const { cidr: cidr2, internet } = wanted.network;
  const [mgmt, own] = [(node2) => macAddress(id, node2, "mgmt"), (node2) => macAddress(id, node2, "lab")];
  return {
    id: "network/l2",
    title: `L2 segment ${cidr2}`,
    running: () => world.l2.running(paths.run),
    ensure: async () => {
      const { socketDir } = await world.l2.ensure(paths.run);
      return (node2) => ({
        mgmt: { mac: mgmt(node2), forwards: forwardsOf(lab.record, node2), internet },
        l2: { mac: own(node2), socketDir }
      });
    },
    seed: (node2) => ({ mgmtMac: mgmt(node2.name), labNic: { mac: own(node2.name), ip: node2.ip, cidr: cidr2 }, internet })
  };
}
function natSegment({ world, record }) {
  const { lab } = record;
  const { cidr: cidr2, internet } = lab.network;
  const spec = networkSpec(record.id, lab, identityOf(record));
  const mac = (node2) => macAddress(identityOf(record), node2, "lab");
  return {
    id: "network/nat",
    title: `libvirt network ${spec.name}, ${cidr2}${internet ? "" : ", isolated"}`,
    running: async () => (await world.hypervisor.networks()).some((n) => n.uuid === spec.uuid && n.active),
    ensure: async () => {
      await world.hypervisor.ensureNetwork(spec);
      return (node2) => ({ net: { mac: mac(node2), network: spec.name } });
    },
    seed: (node2) => ({ labNic: { mac: mac(node2.name), ip: node2.ip, cidr: cidr2, gateway: spec.address }, internet })
  };
}
function networkSpec(id, lab, identity = id) {
  const range = parseCidr(lab.network.cidr);
  const address3 = range && hostAt(range, 1);
  if (!range || address3 === void 0) throw new TypeError(`not a range: ${lab.network.cidr}`);
  return {
    name: networkName(id),
    uuid: networkUuid(id),
    labId: id,
    bridge: bridgeName(id),
    address: address3,
    prefix: range.prefix,
    internet: lab.network.internet,
    leases: lab.nodes.map((n) => ({ mac: macAddress(identity, n.name, "lab"), ip: n.ip, node: n.name }))
  };
}

// src/node/api-server.ts
function apiEndpoint(record) {
  const topology = topologyOf(record.lab);
  return topology && endpointOf(record, topology.first.name, "api");
}
function apiServer(record) {
  const at = apiEndpoint(record);
  return at && `https://${at.host}:${at.port}`;
}
function directEnv(record, env) {
  const host = apiEndpoint(record)?.host;
  if (host === void 0 || host === LOOPBACK) return {};
  const existing = env["NO_PROXY"] ?? env["no_proxy"] ?? "";
  return { NO_PROXY: existing === "" ? host : `${existing},${host}` };
}

// src/snapshot/disks.ts
init_errors();
import { readdir as readdir4, rm as rm5, stat as stat6 } from "node:fs/promises";
import { join as join5 } from "node:path";

// src/node/disk.ts
init_files();
import { chmod as chmod3, rename as rename2, rm as rm4 } from "node:fs/promises";
async function createOverlay(exec, path4, backing, diskGiB2) {
  if (await exists(path4)) return;
  const temp = `${path4}.tmp`;
  await rm4(temp, { force: true });
  await exec.run([
    "qemu-img",
    "create",
    "-q",
    "-f",
    "qcow2",
    "-F",
    "qcow2",
    "-b",
    backing,
    temp,
    ...diskGiB2 === void 0 ? [] : [`${diskGiB2}G`]
  ]);
  await chmod3(temp, 384);
  await rename2(temp, path4);
}

// src/snapshot/disks.ts
init_manifest();
async function freshOverlay(exec, path4, backing) {
  await rm5(path4, { force: true });
  await createOverlay(exec, path4, backing);
}
async function chainOf(exec, path4) {
  const { stdout } = await exec.run(["qemu-img", "info", "-U", "--backing-chain", "--output=json", path4]);
  const chain = JSON.parse(stdout);
  return chain.map(({ filename }) => {
    if (typeof filename !== "string") throw new CorruptError(`${path4}: qemu-img does not name its chain`);
    return filename;
  });
}
async function sweep(lab) {
  const { world, record, paths } = lab;
  const roots2 = new Set((await listManifests(paths)).flatMap((m) => m.nodes.map((n) => n.disk.path)));
  for (const { node: node2, domain, state } of await statesOf(lab)) {
    roots2.add(diskOf(record, paths, node2));
    if (state === "absent") continue;
    const { live, next } = await world.hypervisor.disk(domain);
    for (const file of [live, next]) if (file !== void 0) roots2.add(file);
  }
  const chains = await Promise.all([...roots2].map((root2) => chainOf(world.host, root2)));
  const needed = new Set(chains.flat());
  let freed = 0;
  for (const { name: name3 } of record.lab.nodes) {
    const { dir } = paths.node(name3);
    for (const file of await readdir4(dir)) {
      const path4 = join5(dir, file);
      if (!/^disk(-\w+)?\.qcow2$/.test(file) || needed.has(path4)) continue;
      freed += (await stat6(path4)).blocks * 512;
      await rm5(path4);
    }
  }
  return freed;
}

// src/snapshot/restore.ts
init_manifest();
async function sweepAfter(lab) {
  await sweep(lab).catch((error) => lab.say(`nothing was swept: ${messageOf(error)}`));
}
async function prepareOverlays(lab, manifest, to) {
  values(
    await Promise.allSettled(manifest.nodes.map((n) => freshOverlay(lab.world.host, to[n.node] ?? "", n.disk.path)))
  );
  const { roots: roots2 } = lab.world;
  for (const dir of [roots2.run, lab.paths.run]) await ensureDir(dir, roots2.dirMode);
  await segmentOf(lab).ensure();
}
async function exchange(lab, manifest, to) {
  try {
    await replace(lab, manifest, to).catch(async (error) => {
      lab.say(`restoring ${manifest.name}: ${messageOf(error)}; once more`);
      await beginAgain(lab, manifest, to);
      await replace(lab, manifest, to);
    });
  } catch (error) {
    await fallBack(lab, to);
    throw new StateError(
      `restoring ${manifest.name} failed: ${messageOf(error)}
The lab is halted, on the disks that it had.`,
      {
        hint: "klab snapshot undo goes back to the state before; klab up boots the disks",
        cause: error
      }
    );
  }
  await complete(lab, manifest);
}
async function replace(lab, manifest, to) {
  const { hypervisor: hypervisor2 } = lab.world;
  const ends = await Promise.allSettled(
    manifest.nodes.map(async (n) => {
      const domain = domainName(lab.record.id, n.node);
      const disk = to[n.node] ?? "";
      await hypervisor2.stop(domain, 0);
      return n.memory ? hypervisor2.thaw(domain, { memory: n.memory.path, disk }, forwardsOf(lab.record, n.node)) : hypervisor2.useDisk(domain, disk);
    })
  );
  values(ends);
  if (isRam(manifest)) await verifyPaused(lab);
  const restored = {
    ...lab.record,
    disks: to,
    snapshot: manifest.id,
    completedUntil: manifest.completedUntil,
    unsettled: isRam(manifest)
  };
  await writeRecord(lab.paths.record, restored);
  lab.record = restored;
}
async function complete(lab, manifest) {
  const { paths, record, world } = lab;
  if (isRam(manifest)) await resumeAll(lab);
  const text3 = await readText(kubeconfigOf(paths, manifest.id));
  const server = apiServer(record);
  if (text3 === void 0) await rm6(paths.kubeconfig, { force: true });
  else
    await writeAtomic(
      paths.kubeconfig,
      server === void 0 ? text3 : text3.replace(/(server: )https:\S+/, (_all, key) => key + server)
    );
  const first2 = topologyOf(record.lab)?.first;
  if (first2) await world.hypervisor.prefer(domainName(record.id, first2.name)).catch(() => void 0);
  await closeJournal(paths);
}
async function beginAgain(lab, manifest, to) {
  for (const { domain } of nodesOf(lab)) {
    await lab.world.hypervisor.abortJob(domain);
    await lab.world.hypervisor.stop(domain, 0);
  }
  await prepareOverlays(lab, manifest, to);
}
async function fallBack(lab, to) {
  for (const { node: node2, domain } of nodesOf(lab)) {
    await lab.world.hypervisor.stop(domain, 0);
    await lab.world.hypervisor.useDisk(domain, diskOf(lab.record, lab.paths, node2));
  }
  await dropOverlays(lab, to);
}
async function leaveAlone(lab, j) {
  await resumeAll(lab, j.paused ?? []);
  await dropOverlays(lab, j.to);
}
async function dropOverlays(lab, to) {
  for (const path4 of Object.values(to)) await rm6(path4, { force: true });
  await closeJournal(lab.paths);
}
async function recoverRestore(lab, j) {
  const manifest = (await listManifests(lab.paths)).find((m) => m.id === j.id);
  const name3 = manifest?.name ?? j.id;
  if (j.phase === "prepared") {
    await leaveAlone(lab, j);
    return `restoring ${name3} was interrupted before anything had changed`;
  }
  const happened = lab.record.snapshot === j.id && nodesOf(lab).every(({ node: node2 }) => diskOf(lab.record, lab.paths, node2) === j.to[node2]);
  if (happened && manifest) {
    await complete(lab, manifest);
    return `restoring ${name3} was interrupted near its end and has been finished`;
  }
  try {
    if (!manifest) throw new CorruptError(`snapshot ${j.id} is gone`);
    await checkFrozen(manifest);
    await beginAgain(lab, manifest, j.to);
  } catch (error) {
    if (error instanceof HostError) throw error;
    await fallBack(lab, j.to);
    const why = `restoring ${name3} was interrupted and cannot be finished (${messageOf(error)})`;
    return `${why}; the lab is halted, on the disks that it had`;
  }
  await exchange(lab, manifest, j.to);
  await sweepAfter(lab);
  return `restoring ${name3} was interrupted and has been finished`;
}

// src/snapshot/recover.ts
init_manifest();

// src/snapshot/tokens.ts
init_kubernetes();
import { readFile as readFile4 } from "node:fs/promises";
import { join as join6 } from "node:path";
var TOKEN_S = 3600;
var ENDING_TOKENS = 21;
var CONTROLLER_STEP_S = 600;
async function refreshTokens(lab, steppedS, timeoutMs) {
  const { kubernetes: kubernetes2 } = lab.record.lab;
  const first2 = topologyOf(lab.record.lab)?.first;
  if (!kubernetes2 || !first2 || steppedS < CONTROLLER_STEP_S) return;
  const options = { timeoutMs, signal: lab.world.signal };
  const guest = await connectWithin(lab, first2.name, timeoutMs);
  const { clock } = lab.world;
  const started = clock.monotonic();
  lab.say("kube-controller-manager restarts: its tokens have expired, or soon will");
  await guest.sudo(
    await readFile4(join6(lab.world.assets, "cloud-init", "renew", "controllers.sh"), "utf8"),
    [kubernetes2.runtime],
    options
  );
  lab.say(`kube-controller-manager is healthy, ${((clock.monotonic() - started) / 1e3).toFixed(1)} s later`);
  const { cni: cni2 } = kubernetes2;
  if (typeof cni2 !== "object" || !("name" in cni2) || steppedS < TOKEN_S || minorOf(kubernetes2.version) < ENDING_TOKENS)
    return;
  lab.say("calico-node restarts, so that its CNI plugin gets a new token");
  await guest.sudo(
    "kubectl --kubeconfig /etc/kubernetes/admin.conf -n kube-system rollout restart daemonset/calico-node",
    [],
    options
  );
}

// src/snapshot/recover.ts
var CLOCKS_MS = 6e4;
var TOKENS_MS = 3e5;
async function recover(lab) {
  for (const name3 of await readdir5(lab.paths.snapshots).catch(() => []))
    if (name3.startsWith(".")) await rm7(join7(lab.paths.snapshots, name3), { recursive: true, force: true });
  const journal = await readJournal(lab.paths);
  if (!journal && lab.record.unsettled !== true) return void 0;
  const said = !journal ? void 0 : journal.op === "save" ? await recoverSave(lab, journal) : await recoverRestore(lab, journal);
  if ((await statesOf(lab)).every((n) => n.state === "running")) await tellTime(lab);
  return said;
}
async function tellTime(lab) {
  try {
    const { steppedS, missed } = await stepClocks(lab, CLOCKS_MS);
    if (missed.length > 0) lab.say(`the clocks of ${missed.join(", ")} could not be set: no answer`);
    if (await exists(lab.paths.kubeconfig)) await refreshTokens(lab, Math.max(steppedS, await sleptS(lab)), TOKENS_MS);
  } catch (error) {
    lab.say(`what holds old tokens was not restarted: ${messageOf(error)}`);
  }
  await settledNow(lab);
}
async function sleptS({ record, paths, world }) {
  if (record.unsettled !== true) return 0;
  const from = (await listManifests(paths)).find((m) => m.id === record.snapshot);
  return from ? (world.clock.now() - Date.parse(from.createdAt)) / 1e3 : Infinity;
}
async function settledNow(lab) {
  if (lab.record.unsettled !== true) return;
  lab.record = { ...lab.record, unsettled: false };
  await writeRecord(lab.paths.record, lab.record);
}

// src/lab/with-lab.ts
async function withLab(world, paths, verb, work) {
  const lock = await acquireLock(world.host, paths.lock, {
    verb: verb.name,
    pid: world.env.pid,
    since: world.clock.now()
  });
  try {
    const existing = await readRecord(paths.record);
    const record = verb.record ? await verb.record(existing) : existing;
    if (!record || !verb.recover) return await work(record);
    const lab = { world, paths, record, say: verb.recover };
    const done = await recover(lab);
    if (done !== void 0) lab.say(done);
    return await work(lab.record);
  } finally {
    await world.guests.close();
    await lock.release();
  }
}

// src/lab/destroy.ts
async function networksOf(world, lab) {
  const all = await world.hypervisor.networks().catch((error) => {
    if (lab.network?.mode === "nat" || !(error instanceof CommandError)) throw error;
    return [];
  });
  return all.filter((n) => n.mark?.labId === lab.id);
}
async function planDestroy(world, lab) {
  const [machines, networks] = await Promise.all([world.hypervisor.owned(lab.id), networksOf(world, lab)]);
  const { paths } = lab;
  return {
    goal: "destroy",
    lab: lab.name,
    phases: [
      {
        name: "machines",
        title: "machines",
        steps: machines.map((m) => ({
          id: `machines/${m.node}`,
          title: `${m.node} (${m.state})`,
          run: () => world.hypervisor.removeMachine(m.name)
        }))
      },
      {
        name: "network",
        title: networks.length > 0 ? "libvirt network" : "L2 segment",
        steps: [
          ...networks.map((n) => ({
            id: "network/nat",
            title: `${n.name}, ${n.bridge ?? ""}`,
            run: () => world.hypervisor.removeNetwork(n.name)
          })),
          { id: "network/l2", title: "switch and sockets", run: () => world.l2.remove(paths.run) }
        ]
      },
      {
        name: "files",
        title: "disks, seeds, keys, record",
        steps: [{ id: "files/lab", title: paths.dir, run: () => removeLab(world, paths) }]
      }
    ].filter((p) => p.steps.length > 0)
  };
}
async function removeLab(world, paths) {
  for (const dir of [paths.staging, paths.dir]) await removeTree(dir, join8(world.roots.state, "labs"));
}
async function removeTree(dir, parent) {
  if (!await exists(dir)) return;
  const s = await lstat3(dir);
  if (!s.isDirectory() || dirname5(await realpath2(dir)) !== await realpath2(parent)) {
    throw new StateError(`${dir}: is not a plain folder in ${parent}; klab removes nothing it did not make`, {
      hint: `look at it: ls -la ${dir}`
    });
  }
  await rm8(dir, { recursive: true, force: true });
}
async function destroy(world, lab, report) {
  await ensureDir(world.roots.state, world.roots.dirMode);
  await withLab(
    world,
    lab.paths,
    { name: "destroy" },
    async () => executePlan(await planDestroy(world, lab), { report, clock: world.clock, signal: world.signal })
  );
}

// src/lab/halt.ts
import { rm as rm10 } from "node:fs/promises";

// src/cluster/profile.ts
var NORMAL = {
  name: "normal",
  why: "KVM: kubeadm\u2019s own time-outs",
  etcdArgs: {},
  controllerManagerArgs: {},
  schedulerArgs: {},
  apiServerArgs: {},
  kubelet: {},
  kubeletArgs: {},
  kubeProxy: {},
  patches: {},
  apiServerTimeoutS: 240,
  patience: 1
};
var patientProbes = (container, minor) => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: container, namespace: "kube-system" },
  spec: {
    containers: [
      {
        name: container,
        ...minor < 19 ? { livenessProbe: { failureThreshold: 15, timeoutSeconds: 60, periodSeconds: 60 } } : {
          livenessProbe: { failureThreshold: 8, timeoutSeconds: 60, periodSeconds: 60 },
          startupProbe: { failureThreshold: 90, timeoutSeconds: 30, periodSeconds: 10 },
          ...container === "kube-apiserver" ? { readinessProbe: { failureThreshold: 3, timeoutSeconds: 30, periodSeconds: 15 } } : {}
        }
      }
    ]
  }
});
function profileFor(accel, controlPlanes, minor = 20) {
  if (accel === "kvm") return NORMAL;
  const single = controlPlanes === 1 ? { "leader-elect": "false" } : {};
  return {
    name: "slow-host",
    why: "software emulation (TCG): leader election off, longer leases, probes and etcd heartbeats",
    etcdArgs: { "heartbeat-interval": "500", "election-timeout": "5000", "snapshot-count": "10000" },
    controllerManagerArgs: { ...single, "node-monitor-grace-period": "2m0s", "node-monitor-period": "10s" },
    schedulerArgs: single,
    // Fair queuing between many clients; a lab has one. The flag came in 1.18 and means much in the newest minors.
    apiServerArgs: minor >= 18 && minor < 29 ? { "enable-priority-and-fairness": "false" } : {},
    kubelet: {
      nodeStatusUpdateFrequency: "20s",
      // It follows the update frequency where that is set, and then writes the whole status every 20 s; this is its
      // default otherwise.
      nodeStatusReportFrequency: "5m0s",
      nodeLeaseDurationSeconds: 120,
      runtimeRequestTimeout: "10m0s",
      volumeStatsAggPeriod: "10m0s"
    },
    // cAdvisor walks every cgroup every 10 s otherwise. The second flag was still in 1.29 and is gone in 1.32 (kubelet,
    // globalflags_linux.go).
    kubeletArgs: { "housekeeping-interval": "60s", ...minor < 30 ? { "global-housekeeping-interval": "5m0s" } : {} },
    kubeProxy: {
      iptables: { syncPeriod: "5m0s", minSyncPeriod: "5s" },
      ipvs: { syncPeriod: "5m0s", minSyncPeriod: "5s" }
    },
    patches: {
      etcd: patientProbes("etcd", minor),
      "kube-apiserver": patientProbes("kube-apiserver", minor),
      "kube-controller-manager": patientProbes("kube-controller-manager", minor),
      "kube-scheduler": patientProbes("kube-scheduler", minor)
    },
    apiServerTimeoutS: 900,
    patience: 4
  };
}

// src/report/events.ts
var note = (report) => (text3) => report({ type: "note", text: text3 });

// src/report/log-file.ts
var MAX_BYTES = 5 * 1024 * 1024;

// src/api/readiness.ts
import { open as open3, rm as rm9, stat as stat7 } from "node:fs/promises";

// src/api/server.ts
import { readFile as readFile5 } from "node:fs/promises";
import { request } from "node:https";
var field = (text3, name3) => new RegExp(`^\\s*${name3}:\\s*"?([^"\\s]+)"?\\s*$`, "m").exec(text3)?.[1];
var decode = (data) => Buffer.from(data, "base64").toString();
function parseLogin(kubeconfig) {
  const [server, ca, cert, key] = [
    "server",
    "certificate-authority-data",
    "client-certificate-data",
    "client-key-data"
  ].map((n) => field(kubeconfig, n));
  if (server === void 0 || ca === void 0 || cert === void 0 || key === void 0 || !URL.canParse(server))
    return void 0;
  return { server: new URL(server), ca: decode(ca), cert: decode(cert), key: decode(key) };
}
var MAX_ANSWER_BYTES = 8 * 1024 ** 2;
function get(login, path4, timeoutMs) {
  return new Promise((resolve3, reject) => {
    const call = request(
      new URL(path4, login.server),
      { ca: login.ca, cert: login.cert, key: login.key, signal: AbortSignal.timeout(timeoutMs), agent: false },
      (reply) => {
        const parts = [];
        let bytes = 0;
        reply.on("data", (part) => {
          bytes += part.length;
          if (bytes > MAX_ANSWER_BYTES) reply.destroy(new Error(`an answer of more than ${MAX_ANSWER_BYTES} bytes`));
          else parts.push(part);
        }).once(
          "end",
          () => reply.statusCode === 200 ? resolve3(Buffer.concat(parts).toString()) : reject(new Error(`HTTP ${reply.statusCode ?? "?"}`))
        ).once("error", reject);
      }
    );
    call.once("error", reject);
    call.end();
  });
}
async function ask(kubeconfig, path4, timeoutMs, read2) {
  try {
    const login = parseLogin(await readFile5(kubeconfig, "utf8"));
    return login && read2(JSON.parse(await get(login, path4, timeoutMs)));
  } catch {
    return void 0;
  }
}
var nodeConditions = (kubeconfig, timeoutMs) => (
  // resourceVersion=0: from the API server's cache, without a round trip to etcd.
  ask(kubeconfig, "/api/v1/nodes?resourceVersion=0", timeoutMs, (answer) => {
    const { items = [] } = answer;
    return new Map(
      items.map((n) => [
        n.metadata.name,
        n.status?.conditions?.some((c) => c.type === "Ready" && c.status === "True") ?? false
      ])
    );
  })
);
var apiAnswers = async (kubeconfig, timeoutMs, askNodes = nodeConditions) => ({
  ok: await askNodes(kubeconfig, timeoutMs) !== void 0,
  seen: "the API server does not answer"
});

// src/api/readiness.ts
init_files();
var API_TIMEOUT_MS = 1e4;
async function askReadiness(paths, clock, timeoutMs, ask2 = nodeConditions) {
  return keep(paths, clock, await ask2(paths.kubeconfig, timeoutMs));
}
var claimOf = (paths) => `${paths.seen}.asking`;
async function keep(paths, clock, conditions) {
  const seen = {
    at: new Date(clock.now()).toISOString(),
    ready: conditions ? Object.fromEntries(conditions) : null
  };
  await writeAtomic(paths.seen, `${JSON.stringify(seen)}
`).catch(() => void 0);
  await rm9(claimOf(paths), { force: true });
  return seen;
}

// src/lab/status.ts
function overall(states) {
  const all = (s) => states.every((x) => x === s);
  if (all("absent")) return "absent";
  if (all("running")) return "running";
  if (all("paused")) return "paused";
  return states.some((s) => s === "running" || s === "paused") ? "partial" : "stopped";
}
async function readStatus(world, record, paths) {
  const ask2 = () => askReadiness(paths, world.clock, API_TIMEOUT_MS, world.ask);
  const { asked, ...found2 } = await look(world, record, paths, ask2);
  return statusFrom(record, found2, asked);
}
async function look(world, record, paths, ask2) {
  const hasConfig = await hasCluster(record, paths);
  const listed = world.hypervisor.list();
  const answers = listed.then((machines2) => hasConfig && apiRuns(record, machines2));
  const [machines, opened, asked, unfinished] = await Promise.all([
    listed,
    openedNodes(world, record),
    answers.then((may) => may ? ask2() : void 0),
    unfinishedVerb(paths)
  ]);
  return { machines, opened, hasConfig, answers: await answers, unfinished, asked };
}
async function unfinishedVerb(paths) {
  const journal = await readJournal(paths).catch(() => void 0);
  if (!journal) return null;
  return journal.op === "save" ? `snapshot save ${journal.manifest.name}` : "snapshot restore";
}
async function openedNodes(world, { id, lab }) {
  const uuids = lab.nodes.map((n) => machineUuid(id, n.name));
  const found2 = await world.hypervisor.openings(uuids, boundsOf(id, lab));
  return lab.nodes.flatMap(({ name: name3 }, i) => (found2.get(uuids[i] ?? "") ?? []).map((what) => ({ node: name3, what })));
}
function apiRuns({ id, lab }, machines) {
  const running = new Set(machines.filter((m) => m.state === "running").map((m) => m.name));
  return apiNodes(lab).some((node2) => running.has(domainName(id, node2)));
}
function statusFrom(record, found2, seen) {
  const { machines, opened, hasConfig, unfinished } = found2;
  const { lab } = record;
  const known = new Map(machines.map((m) => [m.name, m]));
  const nodes = lab.nodes.map((n) => {
    const machine = known.get(domainName(record.id, n.name));
    const state = machine?.state ?? "absent";
    const ssh = sshEndpoint(record, n.name);
    return {
      name: n.name,
      role: n.role,
      ip: n.ip,
      state,
      stuck: machine?.stuck === true,
      ready: state === "running" && seen?.ready ? seen.ready[n.name] ?? false : null,
      joined: state === "running" && seen?.ready ? n.name in seen.ready : null,
      sshHost: ssh?.host ?? null,
      sshPort: ssh?.port ?? null
    };
  });
  const cluster = lab.kubernetes ? {
    version: lab.kubernetes.version,
    ready: hasConfig && !seen?.ready ? null : nodes.filter((n) => n.ready).length,
    total: nodes.length,
    apiServer: hasConfig ? apiServer(record) ?? null : null,
    seenAt: seen?.at ?? null
  } : null;
  return { lab: lab.name, state: overall(nodes.map((n) => n.state)), nodes, cluster, unfinished, opened };
}

// src/lab/halt.ts
var GRACE_MS = 6e4;
async function planHalt(world, lab, force) {
  const { record, paths } = lab;
  const states = new Map((await world.hypervisor.list()).map((m) => [m.name, m.state]));
  const graceMs = force ? 0 : GRACE_MS * profileFor(record.accel, 1).patience;
  const steps = record.lab.nodes.map(({ name: name3 }) => {
    const domain = domainName(record.id, name3);
    const state = states.get(domain) ?? "absent";
    return {
      id: `machines/${name3}`,
      title: `${name3} (${state})`,
      done: () => Promise.resolve(["shut-off", "crashed", "absent"].includes(state)),
      run: () => world.hypervisor.stop(domain, graceMs)
    };
  });
  const forget = {
    id: "machines/forget",
    title: "the API server\u2019s last answer",
    run: () => rm10(paths.seen, { force: true })
  };
  return {
    goal: "halt",
    lab: record.name,
    phases: [{ name: "machines", title: "machines", steps: [...steps, forget] }]
  };
}
async function halt(world, lab, o) {
  const { paths } = lab;
  const verb = {
    name: "halt",
    record: (existing) => existing ?? lab.record,
    // By force also what a killed snapshot verb has left half done: the next verb puts that right.
    recover: o.force ? void 0 : note(o.report)
  };
  return withLab(world, paths, verb, async (record) => {
    await executePlan(await planHalt(world, { record, paths }, o.force), {
      report: o.report,
      clock: world.clock,
      signal: world.signal
    });
    return readStatus(world, record, paths);
  });
}

// src/node-image/bake.ts
import { rm as rm12 } from "node:fs/promises";
import { dirname as dirname6, join as join13 } from "node:path";

// src/cloudinit/seed.ts
import { stringify } from "yaml";

// src/cloudinit/network-config.ts
import ipaddr from "ipaddr.js";
var SLIRP = { guest: "10.0.2.15", gateway: "10.0.2.2", dns: "10.0.2.3" };
var ANYWHERE = "0.0.0.0/0";
function networkConfig(input) {
  const { labNic, mgmtMac, internet } = input;
  const mgmt0 = mgmtMac !== void 0 && {
    ...card("mgmt0", mgmtMac, `${SLIRP.guest}/24`),
    nameservers: { addresses: [SLIRP.dns] },
    ...internet && { routes: [{ to: ANYWHERE, via: SLIRP.gateway }] }
  };
  if (!labNic) return { version: 2, ethernets: { ...mgmt0 && { mgmt0 } } };
  const prefix = labNic.cidr.split("/")[1] ?? "24";
  const { gateway } = labNic;
  const lab0 = {
    ...card("lab0", labNic.mac, `${labNic.ip}/${prefix}`),
    // Without a default route the kernel refuses a service address before kube-proxy's rules see the packet. Nothing
    // answers there.
    ...!internet && !gateway && {
      routes: [{ to: ANYWHERE, via: unusedAddress(labNic.cidr, [labNic.ip, ...input.hosts.map((h) => h.ip)]) }]
    },
    // Isolated or not: the host refuses at once what it does not forward.
    ...gateway !== void 0 && { nameservers: { addresses: [gateway] }, routes: [{ to: ANYWHERE, via: gateway }] }
  };
  return { version: 2, ethernets: { ...mgmt0 && { mgmt0 }, lab0 } };
}
var card = (name3, mac, address3) => ({
  match: { macaddress: mac },
  "set-name": name3,
  "accept-ra": false,
  addresses: [address3]
});
function unusedAddress(cidr2, taken) {
  const [network2, prefix] = ipaddr.IPv4.parseCIDR(cidr2);
  const base = ipaddr.IPv4.networkAddressFromCIDR(cidr2).toByteArray().reduce((n, byte) => n * 256 + byte, 0);
  const size2 = 2 ** (32 - prefix);
  for (let i = 1; i < size2 - 1; i++) {
    const address3 = dotted(base + i);
    if (!taken.includes(address3)) return address3;
  }
  return network2.toString();
}
var dotted = (n) => [24, 16, 8, 0].map((shift) => Math.floor(n / 2 ** shift) % 256).join(".");

// src/cloudinit/seed.ts
var FINAL_MESSAGE = "klab-boot-finished";
function seedFiles(input) {
  const yaml = (data) => stringify(data, { version: "1.1", lineWidth: 0 });
  return {
    "user-data": `#cloud-config
${yaml(userData(input))}`,
    "meta-data": yaml({ "instance-id": input.instanceId, "local-hostname": input.node }),
    "network-config": yaml(networkConfig(input))
  };
}
var SET_RESOLVER = ["sh", "-c", '[ -h /etc/resolv.conf ] || echo "nameserver $1" >/etc/resolv.conf', "sh"];
function userData(input) {
  const { node: node2, user, hostKey, timeServers } = input;
  return {
    hostname: node2,
    preserve_hostname: false,
    manage_etc_hosts: false,
    users: [
      {
        name: user,
        gecos: "klab",
        sudo: "ALL=(ALL) NOPASSWD:ALL",
        lock_passwd: true,
        shell: "/bin/bash",
        ssh_authorized_keys: [...input.authorizedKeys]
      }
    ],
    disable_root: true,
    ssh_pwauth: false,
    ssh_deletekeys: true,
    ssh_genkeytypes: ["ed25519"],
    ssh_keys: { ed25519_private: hostKey.private, ed25519_public: hostKey.public },
    no_ssh_fingerprints: true,
    ssh: { emit_keys_to_console: false },
    write_files: [
      { path: "/etc/hosts", permissions: "0644", content: etcHosts(input) },
      { path: "/etc/default/locale", permissions: "0644", content: `LANG=${input.locale}
` }
    ],
    locale: input.locale,
    timezone: input.timezone,
    ...timeServers.length > 0 && { ntp: { enabled: true, servers: [...timeServers] } },
    growpart: { mode: "auto", devices: ["/"] },
    resize_rootfs: true,
    package_update: false,
    package_upgrade: false,
    ...input.labNic?.gateway !== void 0 && { runcmd: [[...SET_RESOLVER, input.labNic.gateway]] },
    final_message: FINAL_MESSAGE
  };
}
function etcHosts({ node: node2, hosts }) {
  const all = hosts.some((h) => h.name === node2) ? hosts : [...hosts, { ip: SLIRP.guest, name: node2 }];
  const lines2 = [
    "127.0.0.1 localhost",
    "::1 localhost ip6-localhost ip6-loopback",
    ...all.map((h) => `${h.ip} ${h.name}`)
  ];
  return `${lines2.join("\n")}
`;
}

// src/node-image/bake.ts
init_files();

// src/state/keys.ts
init_errors();
init_files();
import { generateKeyPairSync, randomBytes as randomBytes2 } from "node:crypto";
import { chmod as chmod4 } from "node:fs/promises";
var TYPE = "ssh-ed25519";
function makeKeyPair(comment) {
  const jwk = generateKeyPairSync("ed25519").privateKey.export({ format: "jwk" });
  const pub = Buffer.from(jwk.x ?? "", "base64url");
  const seed = Buffer.from(jwk.d ?? "", "base64url");
  const blob = Buffer.concat([field2(TYPE), field2(pub)]);
  const check = randomBytes2(4);
  const inner = Buffer.concat([check, check, blob, field2(Buffer.concat([seed, pub])), field2(comment)]);
  const padding = Buffer.from(Array.from({ length: (8 - inner.length % 8) % 8 }, (_, i) => i + 1));
  const outer = Buffer.concat([
    Buffer.from("openssh-key-v1\0"),
    field2("none"),
    field2("none"),
    field2(""),
    Buffer.from([0, 0, 0, 1]),
    field2(blob),
    field2(Buffer.concat([inner, padding]))
  ]);
  const lines2 = outer.toString("base64").match(/.{1,70}/g) ?? [];
  return {
    privateKey: ["-----BEGIN OPENSSH PRIVATE KEY-----", ...lines2, "-----END OPENSSH PRIVATE KEY-----", ""].join("\n"),
    publicKey: `${TYPE} ${blob.toString("base64")} ${comment}`
  };
}
async function ensureKeyPair(path4, comment) {
  const [privateKey, publicKey] = await Promise.all([readText(path4), readText(`${path4}.pub`)]);
  if (privateKey !== void 0 && publicKey !== void 0) {
    await chmod4(path4, 384);
    return { privateKey, publicKey: publicKey.trim() };
  }
  if (privateKey !== void 0) {
    const found2 = publicOf(privateKey, comment);
    if (found2 === void 0)
      throw new CorruptError(`${path4}: is not an OpenSSH ed25519 key of klab\u2019s`, { hint: `rm ${path4}` });
    await writeAtomic(`${path4}.pub`, `${found2}
`, 420);
    return { privateKey, publicKey: found2 };
  }
  if (publicKey !== void 0)
    throw new CorruptError(`${path4}: the private half of this key is gone`, { hint: `rm ${path4}.pub` });
  const pair = makeKeyPair(comment);
  await writeAtomic(path4, pair.privateKey);
  await writeAtomic(`${path4}.pub`, `${pair.publicKey}
`, 420);
  return pair;
}
function publicOf(privateKey, comment) {
  const data = Buffer.from(privateKey.replace(/-----[^-]+-----/g, ""), "base64");
  const start = data.indexOf(field2(TYPE));
  const blob = data.subarray(start, start + 51);
  return start < 0 || blob.length < 51 ? void 0 : `${TYPE} ${blob.toString("base64")} ${comment}`;
}
function field2(content) {
  const bytes = Buffer.from(content);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

// src/state/ports.ts
init_errors();
import { createHash as createHash4 } from "node:crypto";
import { createServer } from "node:net";
var FIRST = 22e3;
var LAST = 31999;
async function allocatePorts(count, taken, seed) {
  const size2 = LAST - FIRST + 1;
  const start = createHash4("sha256").update(seed).digest().readUInt32BE() % size2;
  const ports = [];
  for (let i = 0; i < size2 && ports.length < count; i++) {
    const port = FIRST + (start + i) % size2;
    if (!taken.has(port) && await isFree(port)) ports.push(port);
  }
  if (ports.length < count) {
    throw new HostError(`only ${ports.length} of ${count} ports are free on 127.0.0.1 in ${FIRST} to ${LAST}`, {
      hint: "ss -lnt"
    });
  }
  return ports;
}
function isFree(port) {
  return new Promise((resolve3) => {
    const server = createServer();
    server.once("error", () => resolve3(false));
    server.listen({ port, host: "127.0.0.1", exclusive: true }, () => server.close(() => resolve3(true)));
  });
}
async function reservedPorts(stateDir, except) {
  const ports = /* @__PURE__ */ new Set();
  for (const record of await listRecords(stateDir)) {
    if (record.id === except) continue;
    for (const p of Object.values(record.ports)) {
      ports.add(p.ssh);
      if (p.api !== void 0) ports.add(p.api);
    }
  }
  return ports;
}

// src/node-image/artifacts.ts
import { join as join12 } from "node:path";

// src/bundle/ensure.ts
init_errors();
init_files();
init_ownership();

// src/bundle/manifest.ts
init_errors();
init_files();

// src/host/digest.ts
init_errors();
init_files();

// src/bundle/manifest.ts
init_json();

// src/bundle/arch.ts
init_errors();

// src/bundle/contents.ts
var NODE_BINARIES = ["kubeadm", "kubelet", "kubectl"];

// src/bundle/jobs.ts
init_errors();

// src/host/limits.ts
var LIMIT_MS = 36e5;
var LONG_MS = 3 * 36e5;

// src/host/tree.ts
init_errors();
import { lstat as lstat4, readdir as readdir6, rm as rm11 } from "node:fs/promises";
import { join as join9 } from "node:path";
async function diskUsage(path4) {
  const s = await lstat4(path4).catch(() => void 0);
  if (s === void 0) return 0;
  let bytes = s.blocks * 512;
  if (!s.isDirectory()) return bytes;
  for (const name3 of await readdir6(path4).catch(() => [])) bytes += await diskUsage(join9(path4, name3));
  return bytes;
}
async function removeTree2(exec, path4) {
  try {
    await rm11(path4, { recursive: true, force: true });
  } catch (error) {
    const out = await exec.run(["unshare", "--user", "--map-auto", "--map-root-user", "rm", "-rf", "--", path4], {
      allowFailure: true
    });
    if (out.exitCode !== 0)
      throw new HostError(`${path4}: cannot be removed`, { hint: `sudo rm -rf ${path4}`, cause: error });
  }
}

// src/bundle/archive/tar.ts
var FILE_TIME = 1610496e3;
var SAME_BYTES = [
  "--format=gnu",
  "--sort=name",
  `--mtime=@${FILE_TIME}`,
  "--owner=0",
  "--group=0",
  "--numeric-owner",
  "--mode=u+rwX,go+rX,go-w",
  "--hard-dereference"
];

// src/cluster/images.ts
import { isMap, isScalar, isSeq, visit } from "yaml";

// src/cluster/manifest-docs.ts
init_yaml_limits();
var MOST_MANIFEST = 8 * 2 ** 20;
var LIMITS = { depth: 100, parts: 5e5 };
function manifestDocuments(text3) {
  if (text3.length > MOST_MANIFEST) return void 0;
  const tokens = tokenize(text3, LIMITS);
  return "why" in tokens ? void 0 : compose(tokens, text3.length, {});
}

// src/cluster/images.ts
init_kubernetes();
function fullRef(ref) {
  const [first2 = "", ...rest] = ref.split("/");
  const registry2 = rest.length > 0 && (/[.:]/.test(first2) || first2 === "localhost");
  const path4 = registry2 ? ref : rest.length > 0 ? `docker.io/${ref}` : `docker.io/library/${ref}`;
  return /(?:@|:[^/]*$)/.test(path4.slice(path4.indexOf("/"))) ? path4 : `${path4}:latest`;
}
function manifestImages(text3) {
  const found2 = /* @__PURE__ */ new Set();
  for (const doc of manifestDocuments(text3) ?? []) {
    visit(doc, {
      Pair: (_, pair) => {
        if (!isScalar(pair.key) || !/^(?:initC|c|ephemeralC)ontainers$/.test(String(pair.key.value)) || !isSeq(pair.value))
          return;
        for (const item of pair.value.items) {
          const image2 = isMap(item) ? item.get("image") : void 0;
          if (typeof image2 === "string") found2.add(image2);
        }
      }
    });
  }
  return [...found2];
}

// src/bundle/debian/recipe.ts
init_errors();
var CONTROL_PLANE = ["kube-apiserver", "kube-controller-manager", "kube-scheduler"];

// src/bundle/source/rootfs.ts
var APPLETS = [
  "awk cat chmod cp cut date df dmesg du echo env false find grep head hostname httpd id ip kill ln ls mkdir mount mv",
  "nc netstat nslookup ping printf ps pwd rm rmdir route sed seq sh sleep sort stat tail tar tee telnet test timeout",
  "top touch tr traceroute true umount uname vi wc wget which xargs"
].flatMap((line) => line.split(" "));

// src/bundle/debian/kubernetes.ts
init_errors();

// src/bundle/source/apt.ts
init_errors();
init_files();

// src/bundle/debian/kubernetes.ts
var BINARIES = [...NODE_BINARIES, ...CONTROL_PLANE, "kube-proxy"];

// src/bundle/debian/parts.ts
init_errors();

// src/bundle/dir/from-directory.ts
init_errors();
init_files();

// src/bundle/assemble.ts
init_errors();

// src/bundle/archive/take-files.ts
init_errors();

// src/host/file-kind.ts
init_files();

// src/bundle/archive/limit.ts
init_errors();
var MIB = 2 ** 20;
var RESERVE = 64 * MIB;

// src/bundle/archive/tar-index.ts
init_errors();
init_files();
var BLOCK = 512;
var MAX_ENTRIES = 2e4;
var MAX_HEADER = 64 * 1024;
var corrupt = (path4, why) => new CorruptError(`${path4}: ${why}`, { hint: "copy the file again" });
var textOf = (block, from, length) => {
  const field3 = block.subarray(from, from + length);
  const end = field3.indexOf(0);
  return field3.toString("utf8", 0, end < 0 ? length : end);
};
function numberOf(block, from, length) {
  const first2 = block[from] ?? 0;
  if ((first2 & 128) === 0) return Number.parseInt(textOf(block, from, length).trim() || "0", 8);
  return [...block.subarray(from + 1, from + length)].reduce((sum, byte) => sum * 256 + byte, first2 & 127);
}
function sumFits(block) {
  let sum = 8 * 32;
  for (let i = 0; i < BLOCK; i++) if (i < 148 || i >= 156) sum += block[i] ?? 0;
  return sum === numberOf(block, 148, 8);
}
function paxFields(data) {
  const fields2 = /* @__PURE__ */ new Map();
  for (let at = 0; at < data.length; ) {
    const space = data.indexOf(32, at);
    const length = Number(data.toString("latin1", at, space));
    if (space < 0 || !Number.isSafeInteger(length) || length <= 0) break;
    const [key = "", ...value] = data.toString("utf8", space + 1, at + length - 1).split("=");
    fields2.set(key, value.join("="));
    at += length;
  }
  return fields2;
}
var TYPES = {
  "0": "file",
  "\0": "file",
  "7": "file",
  "5": "folder",
  "1": "link",
  "2": "link"
};
async function readTarIndex(path4) {
  const file = await openPlain(path4);
  try {
    return await scan(path4, file, (await file.stat()).size);
  } finally {
    await file.close();
  }
}
async function scan(path4, file, total) {
  const entries = [];
  let longName;
  let longTarget;
  let pax = /* @__PURE__ */ new Map();
  const read2 = async (offset, length) => {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, offset);
    if (bytesRead < length) throw corrupt(path4, `is cut short at ${total} bytes`);
    return buffer;
  };
  for (let at = 0; ; ) {
    if (at === total && entries.length > 0) return entries;
    const block = await read2(at, BLOCK);
    if (block.every((byte) => byte === 0)) return entries;
    if (!sumFits(block)) throw corrupt(path4, entries.length === 0 ? "is not a tar file" : `is damaged at byte ${at}`);
    const flag2 = String.fromCharCode(block[156] ?? 0);
    const size2 = pax.has("size") && !"xgLK".includes(flag2) ? Number(pax.get("size")) : numberOf(block, 124, 12);
    const offset = at + BLOCK;
    if (!Number.isSafeInteger(size2) || size2 < 0) throw corrupt(path4, `has a bad size at byte ${at}`);
    if (offset + size2 > total) throw corrupt(path4, `is cut short at ${total} bytes`);
    at = offset + Math.ceil(size2 / BLOCK) * BLOCK;
    if ("xgLK".includes(flag2)) {
      if (size2 > MAX_HEADER) throw corrupt(path4, `has a header of ${size2} bytes`);
      const data = await read2(offset, size2);
      if (flag2 === "x") pax = paxFields(data);
      else if (flag2 === "L") longName = textOf(data, 0, size2);
      else if (flag2 === "K") longTarget = textOf(data, 0, size2);
      continue;
    }
    const prefix = block.toString("latin1", 257, 263) === "ustar\0" ? textOf(block, 345, 155) : "";
    const short = textOf(block, 0, 100);
    const name3 = pax.get("path") ?? longName ?? (prefix === "" ? short : `${prefix}/${short}`);
    const type = TYPES[flag2] ?? "other";
    const target = type === "link" ? pax.get("linkpath") ?? longTarget ?? textOf(block, 157, 100) : void 0;
    entries.push({
      name: name3.replace(/^(?:\.\/)+/, "").replace(/\/$/, ""),
      type,
      offset,
      size: size2,
      ...target !== void 0 && { target }
    });
    if (entries.length > MAX_ENTRIES) throw corrupt(path4, `has more than ${MAX_ENTRIES} entries`);
    longName = longTarget = void 0;
    pax = /* @__PURE__ */ new Map();
  }
}

// src/bundle/archive/take-files.ts
var MOST_BYTES = 512 * 2 ** 20;

// src/bundle/dir/folder.ts
init_errors();
init_files();

// src/cache/download.ts
init_errors();
init_files();

// src/cache/entry.ts
init_files();

// src/cache/http.ts
init_errors();

// src/cache/download.ts
var MAX_SUMS_BYTES = 1 << 20;
var STEP2 = 16 * 2 ** 20;

// src/bundle/archive/docker-archive-read.ts
init_errors();
import { createReadStream } from "node:fs";
import { open as open4 } from "node:fs/promises";
import { posix } from "node:path";
import { Readable } from "node:stream";
init_json();
var MAX_JSON = 4 * 2 ** 20;
var MAX_CONFIG = 2 ** 20;
var MAX_IMAGES = 500;
var MAX_NAMES = 2e4;
var MAX_LINKS = 8;
var isTexts = (x) => Array.isArray(x) && x.every((s) => typeof s === "string");
async function readDockerArchive(path4) {
  const bad2 = (why) => new CorruptError(`${path4}: ${why}`, { hint: "save the images again: docker save -o FILE IMAGE\u2026" });
  const entries = new Map((await readTarIndex(path4)).map((e) => [e.name, e]));
  const find = (name3) => {
    let at = posix.normalize(name3);
    for (let i = 0; i < MAX_LINKS; i++) {
      const entry = entries.get(at);
      if (entry?.type === "file") return { ...entry, type: "file" };
      if (entry?.type !== "link") break;
      const target = entry.target ?? "";
      at = entries.has(target) ? target : posix.normalize(posix.join(posix.dirname(at), target));
    }
    throw bad2(`lacks ${name3}`);
  };
  const text3 = async (name3, most = MAX_JSON) => {
    const { offset, size: size2 } = find(name3);
    if (size2 > most) throw bad2(`${name3} has ${size2} bytes`);
    const file = await open4(path4, "r");
    const { buffer } = await file.read(Buffer.alloc(size2), 0, size2, offset).finally(() => file.close());
    return buffer.toString("utf8");
  };
  const json = async (name3) => {
    const content = await text3(name3);
    try {
      return JSON.parse(content);
    } catch {
      throw bad2(`${name3} is not JSON`);
    }
  };
  if (!entries.has("manifest.json")) throw bad2("is not an image archive: it has no manifest.json");
  const list = await json("manifest.json");
  if (!Array.isArray(list)) throw bad2("manifest.json is not a list of images");
  if (list.length > MAX_IMAGES) throw bad2(`names ${list.length} images; ${MAX_IMAGES} at most`);
  const configs = /* @__PURE__ */ new Map();
  const configOf = (name3) => {
    const { offset } = find(name3);
    const known = configs.get(offset) ?? text3(name3, MAX_CONFIG);
    configs.set(offset, known);
    return known;
  };
  let names = 0;
  return Promise.all(
    list.map(async (item) => {
      if (!isObject(item) || typeof item["Config"] !== "string" || !isTexts(item["Layers"]))
        throw bad2("manifest.json: an image without Config or Layers");
      const refs = item["RepoTags"] ?? [];
      if (!isTexts(refs)) throw bad2("manifest.json: RepoTags is not a list of names");
      names += refs.length + item["Layers"].length;
      if (names > MAX_NAMES) throw bad2(`names more than ${MAX_NAMES} layers`);
      const layers = item["Layers"].map(find);
      const config = await configOf(item["Config"]);
      return {
        where: path4,
        refs,
        config,
        layers: layers.map(
          ({ offset, size: size2 }) => () => slice(path4, offset, size2)
        )
      };
    })
  );
}
var slice = (path4, offset, size2) => size2 === 0 ? Readable.from([]) : createReadStream(path4, { start: offset, end: offset + size2 - 1, highWaterMark: 1 << 20 });

// src/bundle/dir/folder.ts
var MOST_SUMS = 2 ** 20;

// src/bundle/archive/image-ref.ts
var REGISTRY = /(?:[a-zA-Z0-9.-]+\.[a-zA-Z0-9.-]+|[a-zA-Z0-9.-]+(?=:\d)|localhost)(?::\d{1,5})?/.source;
var REPOSITORY = /[a-z0-9]+(?:(?:[._/]|__|-+)[a-z0-9]+)*/.source;
var TAG = /[\w][\w.-]{0,127}/.source;
var REF = new RegExp(`^(?:(${REGISTRY})/)?(${REPOSITORY})(?::(${TAG}))?$`);

// src/bundle/expected.ts
init_calico();
init_files();
init_source();
init_kubernetes();
init_errors();
async function ownManifest(path4) {
  const hint = "correct manifest: in the Labfile";
  const bytes = await readSmall(path4, MOST_MANIFEST).catch((cause) => {
    throw new UsageError(`kubernetes.cni: ${path4} cannot be read`, { cause, hint });
  });
  if (bytes) return bytes.toString("utf8");
  throw new UsageError(`kubernetes.cni: ${path4} cannot be read: it is no plain file of at most 8 MiB`, { hint });
}

// src/bundle/needs.ts
init_errors();

// src/bundle/online/packages.ts
init_errors();
var MAX_INDEX = 16 * 2 ** 20;
var MAX_INDEX_TEXT = 128 * 2 ** 20;

// src/bundle/archive/stage.ts
init_errors();
init_files();
var MAX_LAYER = 8 * 2 ** 30;

// src/bundle/iso.ts
var ISO_NAME = "bundle.iso";

// src/bundle/online/online.ts
init_errors();
init_kubernetes();

// src/bundle/online/skopeo.ts
init_errors();
var POLICY = JSON.stringify({ default: [{ type: "insecureAcceptAnything" }] });
var FINAL = new RegExp(
  [
    "manifest unknown|name unknown|unauthorized|authentication required|denied",
    "no image found in (?:manifest list|image index)|StatusCode: 40[0134]|invalid reference"
  ].join("|"),
  "i"
);

// src/bundle/online/online.ts
var MAX_MANIFEST = 8 * 2 ** 20;

// src/bundle/source/bundle.ts
init_errors();

// src/bundle/source/component.ts
init_errors();
init_files();
import { parse } from "yaml";
import { z } from "zod";
var text = z.string().min(1);
var schema = z.strictObject({
  version: text,
  /** Go release line (`1.19`), and the Debian release whose packages have it. */
  go: z.strictObject({ line: z.string().regex(/^1\.\d+$/), suite: z.string().regex(/^[a-z]+$/) }),
  /** File name → import path of the main package; `.` for one whose source lies in the component's folder. */
  programs: z.record(z.string().regex(/^[\w.-]+$/), text),
  /** Programs with C in them, linked statically. */
  cgo: z.boolean().default(false),
  tags: z.array(text).default([]),
  /** `-X`: each value in each package. */
  variables: z.strictObject({ packages: z.array(text), values: z.record(z.string(), text) }).default({ packages: [], values: {} }),
  /** Import path of openapi-gen, where Kubernetes' generated definitions are not in its module. */
  openapi: text.optional(),
  /** File name → file of a module, taken as it is. */
  files: z.record(z.string().regex(/^[\w.-]+$/), z.strictObject({ module: text, path: text.regex(/^(?!\/)(?!.*\.\.)/) })).default({}),
  /** GiB that modules and objects take while it is compiled. */
  disk: z.number().positive()
});

// src/bundle/source/gather.ts
init_errors();

// src/bundle/source/compile.ts
init_errors();
init_files();

// src/bundle/source/go-errors.ts
init_errors();

// src/bundle/source/limits.ts
init_errors();
var MIB2 = 2 ** 20;
var GIB = 2 ** 30;

// src/bundle/source/tools.ts
init_errors();

// src/bundle/source/lines.ts
init_source();
init_errors();
init_files();
import { z as z2 } from "zod";
var name = z2.string().regex(/^[a-z][\w.-]*-\d[\w.]*$/);
var debs = z2.strictObject({
  suite: z2.string().regex(/^[a-z]+$/),
  packages: z2.array(z2.string().regex(/^[a-z0-9][a-z0-9.+-]+$/)).min(1)
});
var schema2 = z2.strictObject({
  kubernetes: z2.string().regex(/^1\.\d+\.\d+$/),
  /** Debian packages of the small root under kube-proxy, etcd, pod networks and the probe; busybox among them. */
  root: debs,
  components: z2.strictObject({
    kubernetes: name,
    coredns: name,
    crictl: name,
    plugins: name,
    etcd: name,
    flannel: name.optional(),
    calico: name.optional(),
    containerd: name.optional(),
    runc: name.optional()
  })
});

// src/bundle/source/pack.ts
init_errors();
init_files();
import { z as z3 } from "zod";
var path = z3.string().regex(/^(?!\/)(?!.*\.\.)[\w./-]+$/);
var contents = z3.strictObject({
  /** Upon the small Debian root, which is one layer for all. */
  root: z3.boolean().default(false),
  /** Path in the image → COMPONENT/PROGRAM. */
  programs: z3.record(path, path).default({}),
  /** Path in the image → file beside images.yaml. */
  scripts: z3.record(path, path).default({}),
  links: z3.record(path, path).default({}),
  folders: z3.array(path).default([]),
  /** Default: the first program. */
  entrypoint: path.optional()
});

// src/bundle/completeness.ts
init_errors();
init_files();

// src/bundle/archive/archive-refs.ts
var archiveRefs = async (file) => (await readDockerArchive(file)).flatMap((image2) => image2.refs);

// src/bundle/host-programs.ts
init_errors();
import { join as join10 } from "node:path";
var KUBECTL = "kubectl";
var kubectlOf = (b) => join10(b.hostBin ?? join10(b.dir, "bin"), KUBECTL);

// src/base-image/build.ts
init_errors();

// src/base-image/recipe.ts
var LABEL = "rootfs";
var CMDLINE = [
  `root=LABEL=${LABEL}`,
  "rw",
  "console=ttyS0",
  "quiet",
  "net.ifnames=0",
  "ds=nocloud",
  "no_timer_check",
  "panic=5",
  "nowatchdog",
  "norandmaps",
  "mitigations=off",
  "audit=0",
  "rcupdate.rcu_expedited=1"
].join(" ");

// src/base-image/sources.ts
init_errors();
init_files();
var SUITES = "buster|bullseye|bookworm|trixie|forky|sid|oldoldstable|oldstable|stable|testing|unstable";
var DEBIAN = new RegExp(`^(?:${SUITES})(-updates|-security|/updates)?$`);

// src/base-image/build.ts
var SIZE_GIB = 3;
var BUILT_BYTES = SIZE_GIB * 2 ** 30;

// src/base-image/disk-format.ts
init_errors();

// src/base-image/import.ts
init_errors();

// src/labfile/phases.ts
var PHASES = [
  { name: "network", title: "lab network", course: "" },
  { name: "image", title: "base image and bundle", course: "" },
  { name: "node-image", title: "node image, baked once", course: "" },
  { name: "machines", title: "disks, seeds, domains", course: "2.1" },
  { name: "boot", title: "boot and cloud-init", course: "" },
  { name: "system", title: "system settings", course: "2.2" },
  { name: "runtime", title: "container runtime", course: "2.3" },
  { name: "packages", title: "kubeadm, kubelet, kubectl", course: "2.4\u20132.6" },
  { name: "images", title: "container images", course: "2.7, 2.8" },
  { name: "control-plane", title: "kubeadm init", course: "2.9.2, 2.9.3" },
  { name: "workers", title: "kubeadm join", course: "2.9.4" },
  { name: "cni", title: "pod network", course: "2.9.1" },
  { name: "ready", title: "proof: nodes, DNS, pod to pod", course: "" }
];
var PHASE_NAMES = PHASES.map((p) => p.name);
var BAKED = ["system", "runtime", "packages", "images"];
var GUEST_PHASES = PHASE_NAMES.slice(PHASE_NAMES.indexOf("system"));
var upTo = (a, b) => PHASE_NAMES.indexOf(a) <= PHASE_NAMES.indexOf(b);

// src/node-image/artifacts.ts
init_kubernetes();

// src/node/guest-phase.ts
init_kubernetes();
init_errors();
import { createHash as createHash5 } from "node:crypto";
import { readFile as readFile6, readdir as readdir7 } from "node:fs/promises";
import { join as join11 } from "node:path";
var GUEST_LIB = "/usr/lib/klab";
async function loadScripts(assets) {
  const dir = join11(assets, "cloud-init", "phases");
  const names = (await readdir7(dir)).sort();
  return {
    files: new Map(await Promise.all(names.map(async (n) => [n, await readFile6(join11(dir, n), "utf8")])))
  };
}
var digest = (...parts) => createHash5("sha256").update(JSON.stringify(parts)).digest("hex");
var FAMILY = ["family.sh", "family-debian.sh", "family-rhel.sh", "family-yum.sh", "family-dnf.sh", "bundle.sh"];
var HELPERS = {
  system: FAMILY,
  runtime: FAMILY,
  packages: [...FAMILY, "kubelet.service", "10-kubeadm.conf", "cni-plugin.sh"],
  images: ["bundle.sh"],
  "control-plane": ["retry.sh", "bundle.sh"],
  workers: ["retry.sh"]
};
var scriptOf = (phase, lab) => phase === "runtime" ? `runtime-${lab.kubernetes?.runtime ?? "docker"}` : phase;
function commonSettings(lab, images) {
  const k = lab.kubernetes;
  return {
    KLAB_USER: lab.os.user,
    KLAB_TIMEZONE: lab.os.timezone,
    KLAB_TIME_SERVERS: lab.os.timeServers.join(" "),
    KLAB_IPVS: String(lab.os.ipvs),
    KLAB_VERSION: k?.version ?? "",
    KLAB_RUNTIME: k?.runtime ?? "",
    KLAB_CRI_SOCKET: k ? criSocket(k.runtime, minorOf(k.version)) : "",
    KLAB_CONTAINERD_MIN: k ? releaseOf(k.version).containerd : "",
    KLAB_PAUSE_IMAGE: images.find((i) => /\/pause:/.test(i)) ?? "",
    KLAB_PACKAGES: k?.packages ?? "",
    KLAB_KERNEL: lab.os.kernel,
    KLAB_DOCKER_VERSION: k?.dockerVersion ?? "",
    // JSON, which is TOML and daemon.json too.
    KLAB_REGISTRY_MIRRORS: JSON.stringify(k?.registryMirrors ?? []),
    KLAB_MIRROR_OS: lab.mirrors.os ?? "",
    KLAB_MIRROR_DOCKER: lab.mirrors.docker ?? "",
    KLAB_MIRROR_KUBERNETES: lab.mirrors.kubernetes ?? "",
    KLAB_MIRROR_ELREPO: lab.mirrors.elrepo ?? ""
  };
}
var nodeSettings = (lab, node2) => ({
  KLAB_NODE: node2,
  // Lines of /etc/hosts (course 2.2.8).
  KLAB_HOSTS: lab.nodes.map((n) => `${n.ip} ${n.name}`).join("\n")
});
function phaseDigest(scripts, phase, { lab, settings, extra }) {
  const names = [`${scriptOf(phase, lab)}.sh`, ...HELPERS[phase] ?? []];
  return digest(...names.map((n) => scripts.files.get(n) ?? ""), JSON.stringify(settings), extra);
}
var quote = (value) => `'${value.replaceAll("'", "'\\''")}'`;
async function installScripts(guest, scripts, settings) {
  const env = Object.entries(settings).map(([k, v]) => `${k}=${quote(v)}
`).join("");
  await guest.put([
    { path: "/etc/klab/env", content: env },
    ...[...scripts.files].map(([name3, content]) => ({
      path: `${GUEST_LIB}/${name3}`,
      content,
      mode: name3.endsWith(".sh") ? 493 : 420
    }))
  ]);
}
async function readMarks(guest) {
  const out = await guest.sudo("cd /var/lib/klab/done 2>/dev/null && grep -H . -- * || true", [], {
    what: "reading the marks of its phases"
  });
  return new Map(
    out.stdout.split("\n").filter(Boolean).map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 1)])
  );
}
async function dropMark(guest, script) {
  await guest.sudo('rm -f -- "/var/lib/klab/done/$1"', [script], { what: `taking away its mark of ${script}` });
}
var RECONNECT_MS = 5e3;
var TRIES = 6;
async function runGuestPhase(guest, script, mark, o) {
  for (let tries = 1; ; tries++) {
    try {
      await guest.run(["sudo", "-n", "bash", `${GUEST_LIB}/run.sh`, script, mark], {
        onLine: o.line,
        signal: o.signal,
        timeoutMs: o.timeoutMs
      });
      return;
    } catch (error) {
      const broken = error instanceof CommandError && error.failure.exitCode === void 0 && error.failure.signal === void 0 && !error.failure.timedOut;
      if (!broken || tries === TRIES) throw error;
      o.line(`the connection to ${guest.node} broke; trying again`);
      await o.clock.sleep(RECONNECT_MS, o.signal);
    }
  }
}

// src/node-image/artifacts.ts
var isoOf = (bundle2) => join12(bundle2.isoDir, ISO_NAME);

// src/node/boot.ts
init_errors();
var MINUTE = 6e4;
var startMachine = (world, name3) => world.hypervisor.start(name3);
async function waitForBoot(world, address3, withinMs, hint = `klab logs ${address3.node}`) {
  const deadline = world.clock.monotonic() + withinMs;
  let last;
  while (world.clock.monotonic() < deadline) {
    const guest = await world.guests.connect(address3, {
      withinMs: deadline - world.clock.monotonic(),
      signal: world.signal
    });
    try {
      const out = await guest.run(
        [
          "sh",
          "-c",
          "n=0; until [ -e /run/cloud-init/result.json ]; do n=$((n+1)); [ $n -lt 60 ] || exit 75; sleep 1; done; cat /run/cloud-init/result.json"
        ],
        { timeoutMs: 3 * MINUTE, signal: world.signal, allowFailure: true }
      );
      if (out.exitCode === 75) continue;
      const errors = cloudInitErrors(out.stdout);
      if (errors) {
        throw new StateError(`${address3.node}: cloud-init ended with errors: ${errors}`, { hint });
      }
      return guest;
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      last = error;
      await world.clock.sleep(1e3, world.signal);
    }
  }
  throw new ProbeError(`${address3.node}: cloud-init`, withinMs, last?.message ?? "still running", {
    hint: `klab logs ${address3.node}`,
    cause: last
  });
}
function cloudInitErrors(json) {
  try {
    const errors = JSON.parse(json)?.v1?.errors;
    if (Array.isArray(errors)) return errors.map((e) => typeof e === "string" ? e : JSON.stringify(e)).join("\n");
  } catch {
  }
  return `result.json cannot be read: ${json.slice(0, 200)}`;
}

// src/node-image/bake.ts
var FORMAT = 1;
var MINUTE2 = 6e4;
var BAKE_NODE = "bake";
async function nodeImageKey(run) {
  const quiet2 = () => void 0;
  const [base, recipe] = await Promise.all([run.artifacts.base(quiet2), run.artifacts.recipe()]);
  return digest(
    `node-image ${FORMAT}`,
    base.key,
    ...recipe.phases.map((p) => p.digest),
    String(diskGiB(run)),
    run.lab.os.user
  );
}
var diskGiB = (run) => Math.min(...run.lab.nodes.map((n) => n.diskGiB));
async function bakeNodeImage(run, key, line) {
  const { world } = run;
  return world.layers.build(key, async (dir) => {
    const quiet2 = () => void 0;
    const [base, bundle2, recipe] = await Promise.all([
      run.artifacts.base(quiet2),
      run.artifacts.bundle(quiet2),
      run.artifacts.recipe()
    ]);
    const disk = join13(dir, "disk.qcow2");
    const files = run.paths.node(BAKE_NODE);
    for (const path4 of [dirname6(files.dir), files.dir]) await ensureDir(path4, world.roots.dirMode);
    const seed = join13(dir, "seed.iso");
    const name3 = domainName(run.id, BAKE_NODE);
    await world.hypervisor.removeMachine(name3);
    await createOverlay(world.host, disk, base.disk, diskGiB(run));
    const login = makeKeyPair("klab bake");
    const host = makeKeyPair("klab bake host");
    const mac = macAddress(run.id, BAKE_NODE, "mgmt");
    await world.iso.seed(seed, {
      ...seedFiles({
        instanceId: `bake-${key.slice(0, 16)}`,
        node: BAKE_NODE,
        hosts: [],
        user: run.lab.os.user,
        authorizedKeys: [login.publicKey],
        hostKey: { private: host.privateKey, public: host.publicKey },
        timezone: run.lab.os.timezone,
        locale: run.lab.os.locale,
        timeServers: [],
        mgmtMac: mac,
        internet: run.lab.network.internet
      })
    });
    const [port] = await allocatePorts(1, await reservedPorts(world.roots.state), key);
    if (port === void 0) throw new TypeError("no port");
    const cpus = Math.max(2, ...run.lab.nodes.map((n) => n.cpus));
    const spec = {
      name: name3,
      uuid: machineUuid(run.id, BAKE_NODE),
      labId: run.id,
      node: BAKE_NODE,
      accel: run.accel,
      cpus: Math.min(4, cpus),
      memoryMiB: Math.max(2048, Math.min(...run.lab.nodes.map((n) => n.memoryMiB))),
      boot: base.boot,
      disks: [
        { path: disk, format: "qcow2", target: "vda", readonly: false },
        { path: seed, format: "raw", target: "vdb", readonly: true },
        ...bundle2 ? [{ path: isoOf(bundle2), format: "raw", target: "vdc", readonly: true }] : []
      ],
      consoleLog: files.console,
      mgmt: { mac, forwards: [{ hostPort: port, guestPort: 22 }], internet: run.lab.network.internet }
    };
    const address3 = {
      node: BAKE_NODE,
      host: "127.0.0.1",
      port,
      user: run.lab.os.user,
      privateKey: login.privateKey,
      hostKey: host.publicKey.split(" ").slice(0, 2).join(" ")
    };
    try {
      line("boot");
      await world.hypervisor.ensureMachine(spec);
      await startMachine(world, name3);
      const guest = await waitForBoot(world, address3, 15 * MINUTE2, `less ${files.console}`);
      await installScripts(guest, recipe.scripts, { ...recipe.settings, KLAB_NODE: BAKE_NODE });
      for (const p of recipe.phases) {
        line(p.phase);
        await runGuestPhase(guest, p.script, p.digest, {
          line,
          signal: world.signal,
          clock: world.clock,
          timeoutMs: 30 * MINUTE2
        });
      }
      line("clean");
      await guest.run(["sudo", "-n", "bash", "/usr/lib/klab/clean.sh"], { timeoutMs: 5 * MINUTE2, signal: world.signal });
      await guest.close();
      await world.hypervisor.stop(name3, 3 * MINUTE2);
    } finally {
      await world.hypervisor.removeMachine(name3);
    }
    await Promise.all([rm12(seed, { force: true }), rm12(files.dir, { recursive: true, force: true })]);
  });
}

// src/node/baked-phase.ts
var MINUTE3 = 6e4;
function createMarks(run) {
  const seen = /* @__PURE__ */ new Map();
  return (node2) => {
    const known = seen.get(node2);
    if (known) return known;
    const marks = connect(run, node2).then(readMarks);
    seen.set(node2, marks);
    marks.catch(() => seen.delete(node2));
    return marks;
  };
}
function bakedStep(run, node2, phase, marks) {
  const find = async () => {
    const recipe = await run.artifacts.recipe();
    const baked = recipe.phases.find((p) => p.phase === phase);
    if (!baked) throw new TypeError(`${phase} is not part of this run's recipe`);
    return { recipe, baked };
  };
  return {
    id: `${phase}/${node2.name}`,
    title: `${node2.name} ${phase}`,
    done: async () => {
      const { baked } = await find();
      return (await marks(node2.name)).get(baked.script) === baked.digest;
    },
    again: async () => dropMark(await connect(run, node2.name), scriptOf(phase, run.lab)),
    run: async ({ line, signal }) => {
      const { recipe, baked } = await find();
      const guest = await connect(run, node2.name);
      await installScripts(guest, recipe.scripts, { ...recipe.settings, ...nodeSettings(run.lab, node2.name) });
      await runGuestPhase(guest, baked.script, baked.digest, {
        line,
        signal,
        clock: run.world.clock,
        timeoutMs: 15 * MINUTE3 * run.profile.patience
      });
    }
  };
}

// src/phases/boot.ts
init_errors();
import { rm as rm13 } from "node:fs/promises";

// src/guest/until.ts
init_errors();
async function until(probe, o) {
  const started = o.clock.monotonic();
  let cause;
  for (; ; ) {
    const { ok, seen } = await probe().catch((error) => {
      if (!(error instanceof CommandError) && !(error instanceof ProbeError)) throw error;
      cause = error;
      return { ok: false, seen: error.message };
    });
    if (ok) return;
    const waited = o.clock.monotonic() - started;
    if (waited + o.everyMs > o.withinMs) throw new ProbeError(o.what, waited, seen, { hint: o.hint, cause });
    await o.clock.sleep(o.everyMs, o.signal);
  }
}

// src/phases/boot.ts
init_files();
var MINUTE4 = 6e4;
var HEAD_START = 5;
var API_MS = 5e3;
async function waitForApi({ world, paths }, askNodes) {
  try {
    await until(() => apiAnswers(paths.kubeconfig, API_MS, askNodes), {
      what: "the API server",
      everyMs: 2e3,
      withinMs: HEAD_START * MINUTE4,
      clock: world.clock,
      signal: world.signal
    });
    return true;
  } catch (error) {
    if (!(error instanceof ProbeError)) throw error;
    return false;
  }
}
function bootSteps(run, askNodes = nodeConditions) {
  const { lab, profile, paths } = run;
  const topology = topologyOf(lab);
  let answered;
  return lab.nodes.map(
    (node2) => bootStep(run, node2, async (line) => {
      if (profile.patience === 1 || !topology?.workers.includes(node2) || !await exists(paths.kubeconfig)) return;
      line(`boots when the API server of ${topology.first.name} answers`);
      answered ??= waitForApi(run, askNodes);
      if (!await answered) line(`boots now: no API server within ${HEAD_START} min`);
    })
  );
}
function bootStep(run, node2, headStart) {
  const { world } = run;
  return {
    id: `boot/${node2.name}`,
    title: `${node2.name} boots`,
    run: async ({ line }) => {
      const name3 = domainName(run.id, node2.name);
      const before = await world.hypervisor.state(name3);
      if (before !== "running") {
        await rm13(run.paths.seen, { force: true });
        if (before !== "paused") await headStart(line);
        await startMachine(world, name3);
        if (node2 === topologyOf(run.lab)?.first) await world.hypervisor.prefer(name3);
      }
      const address3 = await guestAddress(run.paths, run.record, node2.name);
      line(`powered on, SSH on ${address3.host}:${address3.port}`);
      await waitForBoot(world, address3, 10 * MINUTE4 * run.profile.patience);
      return before === "running" ? "already" : "done";
    }
  };
}

// src/network/cni-manifest.ts
import { readdir as readdir8 } from "node:fs/promises";
import { join as join14 } from "node:path";

// src/cluster/calico-manifest.ts
init_errors();
import { isMap as isMap2, isSeq as isSeq2 } from "yaml";
init_calico();
var WORKLOADS = ["DaemonSet", "Deployment"];
var STYLE = { lineWidth: 0, directives: false };
var CONTAINERS = ["spec", "template", "spec", "containers"];
var BIRD_PROBE = /^--?bird6?-(?:live|ready)$/;
var POOL_VXLAN = { ipip: "Never", vxlan: "Always", vxlanCrossSubnet: "CrossSubnet" };
var HEALTH = { livenessProbe: "/liveness", readinessProbe: "/readiness" };
var NEEDLESS = ["mount-bpffs", "upgrade-ipam"];
var PATIENT = { timeoutSeconds: 60, periodSeconds: 60, failureThreshold: 10 };
function patchCalico(text3, s) {
  const docs = manifestDocuments(text3)?.filter((d) => isMap2(d.contents) || d.errors.length > 0);
  if (!docs) throw bad("is larger than any calico.yaml");
  const broken = docs.find((d) => d.errors.length > 0);
  if (broken) throw bad(`is not YAML: ${broken.errors[0]?.message ?? ""}`);
  const find = (kind, name3) => {
    const doc = docs.find((d) => isMap2(d.contents) && d.get("kind") === kind && d.getIn(["metadata", "name"]) === name3);
    if (!doc) throw bad(`has no ${kind} ${name3}`);
    return doc;
  };
  const node2 = find("DaemonSet", "calico-node");
  const container = containerOf(node2, "calico-node");
  const found2 = /:v(3\.\d+\.\d+)[^/]*$/.exec(String(container.get("image")))?.[1];
  if (found2 !== s.version)
    throw bad(
      `is Calico ${found2 ?? String(container.get("image"))}, the Labfile wants ${s.version}`,
      `set kubernetes.cni to { name: calico, version: ${found2 ?? "3.x.y"} }`
    );
  const vxlan = s.encapsulation !== "ipip";
  const config = find("ConfigMap", "calico-config");
  config.setIn(["data", "calico_backend"], vxlan ? "vxlan" : "bird");
  setEnv(node2, container, {
    CALICO_IPV4POOL_CIDR: s.podCidr,
    CALICO_IPV4POOL_IPIP: vxlan ? "Never" : "Always",
    CALICO_IPV4POOL_VXLAN: POOL_VXLAN[s.encapsulation],
    IP: "autodetect",
    IP_AUTODETECTION_METHOD: autodetection(s.version, s.labCidr, s.labNic),
    // Felix looks for the MTU at cards with usual names only; without one the first pods get more than the tunnel
    // carries (seen with 3.21.6).
    FELIX_MTUIFACEPATTERN: `^${s.labNic}$`
  });
  if (vxlan) dropBirdProbes(container);
  const changed = docs.filter((d) => d === config || workload(d));
  if (s.patient && vxlan) {
    askFelix(node2, container);
    dropNeedless(node2);
  }
  if (s.patient) changed.filter(workload).forEach(relaxProbes);
  return docs.map((d) => changed.includes(d) ? d.toString(STYLE) : verbatim(text3, d)).join("---\n");
}
var workload = (doc) => isMap2(doc.contents) && WORKLOADS.includes(String(doc.get("kind")));
var verbatim = (text3, doc) => `${text3.slice(doc.range[0], doc.range[1]).replace(/^---[ \t]*\n/, "")}
`.replace(/\n+$/, "\n");
var bad = (what, hint = "klab bundle verify") => new CorruptError(`calico.yaml of the bundle ${what}`, { hint });
function containerOf(doc, name3) {
  const list = doc.getIn(CONTAINERS);
  const found2 = isSeq2(list) ? list.items.find((c) => isMap2(c) && c.get("name") === name3) : void 0;
  if (!isMap2(found2)) throw bad(`has no container ${name3}`);
  return found2;
}
function setEnv(doc, container, values2) {
  if (!isSeq2(container.get("env"))) container.set("env", doc.createNode([]));
  const env = container.get("env");
  for (const [name3, value] of Object.entries(values2)) {
    const known = env.items.find((v) => isMap2(v) && v.get("name") === name3);
    if (isMap2(known)) {
      known.delete("valueFrom");
      known.set("value", value);
    } else env.add(doc.createNode({ name: name3, value }));
  }
}
function dropBirdProbes(container) {
  for (const probe of ["livenessProbe", "readinessProbe"]) {
    const command = container.getIn([probe, "exec", "command"]);
    if (isSeq2(command)) command.items = command.items.filter((item) => !BIRD_PROBE.test(String(item)));
  }
}
function dropNeedless(doc) {
  const list = doc.getIn(["spec", "template", "spec", "initContainers"]);
  if (isSeq2(list)) list.items = list.items.filter((c) => !isMap2(c) || !NEEDLESS.includes(String(c.get("name"))));
}
function askFelix(doc, container) {
  for (const [name3, path4] of Object.entries(HEALTH)) {
    const probe = container.get(name3);
    if (!isMap2(probe)) continue;
    probe.delete("exec");
    probe.set("httpGet", doc.createNode({ host: "127.0.0.1", port: 9099, path: path4 }));
  }
}
function relaxProbes(doc) {
  const list = isMap2(doc.contents) ? doc.getIn(CONTAINERS) : void 0;
  for (const container of isSeq2(list) ? list.items : []) {
    if (!isMap2(container)) continue;
    for (const probe of ["livenessProbe", "readinessProbe"]) {
      const fields2 = container.get(probe);
      const times = probe === "readinessProbe" ? { ...PATIENT, periodSeconds: 15 } : PATIENT;
      if (isMap2(fields2)) for (const [key, seconds] of Object.entries(times)) fields2.set(key, seconds);
    }
  }
}

// src/cluster/flannel-manifest.ts
init_errors();
import { isMap as isMap3, isSeq as isSeq3 } from "yaml";
var OURS = "@POD_CIDR@";
var CONTAINERS2 = ["spec", "template", "spec", "containers"];
function fillFlannel(text3, podCidr, labNic) {
  if (text3.includes(OURS)) return text3.replaceAll(OURS, podCidr).replaceAll("@LAB_NIC@", labNic);
  const docs = manifestDocuments(text3) ?? [];
  let [ranges, cards] = [0, 0];
  for (const doc of docs) {
    if (!isMap3(doc.contents)) continue;
    const conf = doc.getIn(["data", "net-conf.json"]);
    if (typeof conf === "string") {
      doc.setIn(["data", "net-conf.json"], JSON.stringify({ ...networkOf(conf), Network: podCidr }, void 0, 2));
      ranges++;
    }
    const containers = doc.getIn(CONTAINERS2);
    for (const container of isSeq3(containers) ? containers.items : []) {
      const args = isMap3(container) && container.get("name") === "kube-flannel" ? container.get("args") : void 0;
      if (!isSeq3(args)) continue;
      args.items = args.items.filter((item) => !/^--?iface=/.test(String(item)));
      args.add(doc.createNode(`--iface=${labNic}`));
      cards++;
    }
  }
  if (ranges !== 1 || cards === 0)
    throw new CorruptError("flannel.yaml of the bundle has no net-conf.json or no container kube-flannel", {
      hint: "klab bundle verify"
    });
  return docs.map((d) => d.toString({ lineWidth: 0, directives: false })).join("---\n");
}
function networkOf(json) {
  try {
    return JSON.parse(json);
  } catch (cause) {
    throw new CorruptError("flannel.yaml of the bundle: net-conf.json is not JSON", {
      cause,
      hint: "klab bundle verify"
    });
  }
}

// src/network/cni-manifest.ts
init_errors();
init_files();
var LAB_NIC = "lab0";
var cniName = (cni2) => typeof cni2 === "string" ? cni2 : "name" in cni2 ? cni2.name : "manifest";
var cniTitle = (cni2) => typeof cni2 === "string" ? cni2 : "name" in cni2 ? `Calico ${cni2.version} (${cni2.encapsulation})` : cni2.manifest;
async function cniManifest(run, k) {
  const { cni: cni2 } = k;
  if (typeof cni2 === "object" && "manifest" in cni2) {
    return ownManifest(cni2.manifest);
  }
  const name3 = cniName(cni2);
  const bundle2 = await run.artifacts.bundle(() => void 0);
  const text3 = await readText(join14(bundle2?.dir ?? "", "manifests", `${name3}.yaml`));
  if (text3 === void 0)
    throw new CorruptError(`the bundle has no manifest for ${name3}`, { hint: "klab bundle verify" });
  if (typeof cni2 === "string") return fillFlannel(text3, k.podCidr, LAB_NIC);
  return patchCalico(text3, {
    version: cni2.version,
    encapsulation: cni2.encapsulation,
    podCidr: k.podCidr,
    labCidr: run.lab.network.cidr,
    labNic: LAB_NIC,
    patient: run.profile.name === "slow-host"
  });
}
async function requireCniImages(run, k) {
  if (k.cni === "none") return;
  const wanted = manifestImages(await cniManifest(run, k));
  const bundle2 = await run.artifacts.bundle(() => void 0);
  const images = join14(bundle2?.dir ?? "", "images");
  const archives = (await readdir8(images)).filter((name3) => name3.endsWith(".tar"));
  const held = new Set((await Promise.all(archives.map((name3) => archiveRefs(join14(images, name3))))).flat().map(fullRef));
  const missing = wanted.filter((ref) => !held.has(fullRef(ref)));
  if (missing.length > 0)
    throw new StateError(
      `the bundle lacks images that ${cniTitle(k.cni)} needs:
${missing.map((ref) => `  ${ref}`).join("\n")}`,
      {
        hint: "add them to one of the bundle\u2019s image archives, or choose another kubernetes.cni"
      }
    );
}

// src/node/transient.ts
init_errors();
var TRANSIENT = [
  /etcdserver: (?:request timed out|leader changed|too many requests|no leader)/,
  /Error from server \((?:InternalError|ServerTimeout|ServiceUnavailable|Timeout|TooManyRequests)\)/,
  /the server (?:is currently unable to handle the request|was unable to return a response in the time allotted)/,
  /connection refused|connection reset by peer|TLS handshake timeout|i\/o timeout|unexpected EOF|: EOF\s*$/,
  /net\/http: request canceled|context deadline exceeded|http2: .*connection lost/
];
var isTransient = (error) => error instanceof CommandError && TRANSIENT.some((r) => r.test(error.failure.tail));
var EVERY_MS = 5e3;
function retried(kubectl, o) {
  return async (args, options) => {
    const started = o.clock.monotonic();
    for (let tries = 1; ; tries++) {
      try {
        return await kubectl(args, options);
      } catch (error) {
        if (tries > 1 && args[0] === "create" && error instanceof CommandError && /AlreadyExists/.test(error.failure.tail))
          return { stdout: "", stderr: error.failure.tail, exitCode: 0, durationMs: error.failure.durationMs };
        if (!isTransient(error) || o.clock.monotonic() - started + EVERY_MS > o.withinMs) throw error;
        o.line?.(`the API server is busy, asked again: ${error.failure.tail.trim().split("\n").at(-1) ?? ""}`);
        await o.clock.sleep(EVERY_MS, o.signal);
      }
    }
  };
}

// src/node/kubectl.ts
var LIMIT_MS2 = 6e5;
var RETRY_MS = 12e4;
async function hostKubectl(run) {
  const bundle2 = await run.artifacts.bundle(() => void 0);
  const kubectl = kubectlOf(bundle2 ?? { dir: "" });
  const env = { KUBECONFIG: run.paths.kubeconfig, HOME: run.paths.dir, ...directEnv(run.record, run.world.env.env) };
  const limits = { signal: run.world.signal, timeoutMs: LIMIT_MS2 };
  return (args, options = {}) => run.world.host.run([kubectl, "--request-timeout=90s", ...args], { ...limits, ...options, env });
}
var steadyKubectl = async (run, line) => retried(await hostKubectl(run), {
  clock: run.world.clock,
  signal: run.world.signal,
  withinMs: RETRY_MS * run.profile.patience,
  ...line && { line }
});
var apply = (kubectl, manifests, line) => kubectl(["apply", "--validate=false", "-f", "-"], { input: manifests, onLine: line });

// src/phases/cni.ts
function cniStep(run, k, node2, marks) {
  let made;
  const manifest = () => made ??= cniManifest(run, k);
  const mark = async () => digest("cni", await manifest());
  return {
    id: `cni/${cniName(k.cni)}`,
    title: `${cniTitle(k.cni)}, pods in ${k.podCidr}`,
    done: async () => (await marks(node2.name)).get("cni") === await mark(),
    run: async ({ line }) => {
      const guest = await connect(run, node2.name);
      await apply(await steadyKubectl(run, line), await manifest(), line);
      await guest.put([{ path: "/var/lib/klab/done/cni", content: `${await mark()}
` }]);
    }
  };
}

// src/phases/control-plane.ts
import { randomInt } from "node:crypto";
import { stringify as stringify4 } from "yaml";

// src/cluster/kubeconfig.ts
init_errors();
init_yaml_limits();
import { stringify as stringify2 } from "yaml";
var fields = (x) => typeof x === "object" && x !== null ? x : void 0;
var MAX_BYTES2 = 64 * 1024;
var LIMITS2 = { depth: 40, parts: 2e4 };
var pem = (label) => `-----BEGIN ${label}-----\\n(?:[A-Za-z0-9+/=]+\\n)+-----END ${label}-----\\n?`;
var CERTIFICATES = new RegExp(`^(?:${pem("CERTIFICATE")})+$`);
var KEY = new RegExp(`^(?:${["PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY"].map(pem).join("|")})$`);
function first(config, list, entry) {
  const items = fields(config)?.[list];
  return Array.isArray(items) ? fields(fields(items[0])?.[entry]) : void 0;
}
function read(text3, hint) {
  if (Buffer.byteLength(text3) > MAX_BYTES2)
    throw new CorruptError(`the kubeconfig is larger than ${MAX_BYTES2 / 1024} KiB`, { hint });
  const tokens = tokenize(text3, LIMITS2);
  if ("why" in tokens) throw new CorruptError(`the kubeconfig ${tokens.why}`, { hint });
  const [document, more] = compose(tokens, text3.length, {});
  const cause = document?.errors[0];
  if (!document || more || cause) throw new CorruptError("the kubeconfig is not YAML", { cause, hint });
  try {
    return document.toJS({ maxAliasCount: 0 });
  } catch (cause2) {
    throw new CorruptError("the kubeconfig is not YAML", { cause: cause2, hint });
  }
}
function hostKubeconfig(text3, lab, server, hint = "klab destroy, then klab up") {
  const config = read(text3, hint);
  const pick = (from, name3, kind) => {
    const value = from?.[name3];
    const base64 = typeof value === "string" && /^[A-Za-z0-9+/]+={0,2}$/.test(value);
    const data = base64 ? Buffer.from(value, "base64") : void 0;
    if (!data || !kind.test(data.toString("latin1")))
      throw new CorruptError(`the kubeconfig has no ${name3} that is PEM of its kind`, { hint });
    return { [name3]: data.toString("base64") };
  };
  const cluster = { ...pick(first(config, "clusters", "cluster"), "certificate-authority-data", CERTIFICATES), server };
  const login = first(config, "users", "user");
  const user = { ...pick(login, "client-certificate-data", CERTIFICATES), ...pick(login, "client-key-data", KEY) };
  const admin = `${lab}-admin`;
  return stringify2({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: lab, cluster }],
    users: [{ name: admin, user }],
    contexts: [{ name: lab, context: { cluster: lab, user: admin } }],
    "current-context": lab
  });
}

// src/cluster/kubeadm.ts
import { isMap as isMap4, stringify as stringify3 } from "yaml";

// src/labfile/changes.ts
init_json();
function changesBetween(before, after) {
  const changes = [];
  const walk = (path4, a, b) => {
    if (JSON.stringify(a) === JSON.stringify(b)) return;
    if (isObject(a) && isObject(b)) {
      for (const key of /* @__PURE__ */ new Set([...Object.keys(a), ...Object.keys(b)]))
        walk(path4 ? `${path4}.${key}` : key, a[key], b[key]);
      return;
    }
    if (Array.isArray(a) && Array.isArray(b) && a.length === b.length) {
      a.forEach((item, i) => walk(`${path4}[${i}]`, item, b[i]));
      return;
    }
    changes.push({ path: path4, before: a, after: b });
  };
  walk("", before, after);
  return changes;
}

// src/cluster/kubeadm.ts
init_kubernetes();
var PATCHES_DIR = "/etc/klab/patches";
var extraArgs = (args, api) => api === "v1beta4" ? Object.entries(args).map(([name3, value]) => ({ name: name3, value })) : args;
var ifAny = (key, args, api) => Object.keys(args).length ? { [key]: extraArgs(args, api) } : {};
var documents = (docs) => docs.map((d) => stringify3(d)).join("---\n");
var pluginFolders = (k, profile) => profile.name === "slow-host" && k.runtime === "docker" ? { "cni-bin-dir": "/usr/lib/klab/cni,/opt/cni/bin" } : {};
var registration = (k, node2, profile) => {
  const minor = minorOf(k.version);
  return {
    name: node2.name,
    criSocket: criSocket(k.runtime, minor),
    kubeletExtraArgs: extraArgs(
      { "node-ip": node2.ip, ...profile.kubeletArgs, ...pluginFolders(k, profile) },
      kubeadmApi(minor)
    ),
    // kubeadm-config.v1beta2, "NodeRegistrationOptions".
    ...k.ignorePreflightErrors?.length && { ignorePreflightErrors: k.ignorePreflightErrors }
  };
};
var patientTimeouts = (profile) => profile.patience > 1 ? {
  kubeletHealthCheck: `${4 * profile.patience}m0s`,
  kubernetesAPICall: `${profile.patience}m0s`,
  tlsBootstrap: `${5 * profile.patience}m0s`
} : {};
var patches = (minor, profile) => minor >= 22 && Object.keys(profile.patches).length ? { patches: { directory: PATCHES_DIR } } : {};
function initFlags(k, profile) {
  const minor = minorOf(k.version);
  if (minor >= 22 || Object.keys(profile.patches).length === 0) return [];
  return [minor < 19 ? "--experimental-kustomize" : "--experimental-patches", PATCHES_DIR];
}
function unpatched(profile, manifests) {
  const text3 = (x) => x === void 0 ? "missing" : JSON.stringify(x);
  return Object.entries(profile.patches).flatMap(([target, patch]) => {
    const have = firstContainer(manifests[target] ?? "");
    if (have === void 0) return [`${target}: no manifest`];
    return changesBetween(firstContainer(stringify3(patch)), have).flatMap(
      ({ path: path4, before, after }) => (
        // What only kubeadm says is none of them.
        before === void 0 ? [] : [`${target}: ${path4} is ${text3(after)}, not ${text3(before)}`]
      )
    );
  });
}
function firstContainer(yaml) {
  const [pod] = manifestDocuments(yaml) ?? [];
  const container = pod?.getIn(["spec", "containers", 0], true);
  try {
    return pod && isMap4(container) ? container.toJS(pod, { maxAliasCount: 0 }) : void 0;
  } catch {
    return void 0;
  }
}
function initConfig(k, node2, profile, { token, alone = false }) {
  const minor = minorOf(k.version);
  const api = kubeadmApi(minor);
  const apiVersion = `kubeadm.k8s.io/${api}`;
  const timeout = `${Math.round(profile.apiServerTimeoutS / 60)}m0s`;
  return documents([
    {
      apiVersion,
      kind: "InitConfiguration",
      bootstrapTokens: [
        {
          token,
          ttl: "15m0s",
          usages: ["signing", "authentication"],
          groups: ["system:bootstrappers:kubeadm:default-node-token"]
        }
      ],
      localAPIEndpoint: { advertiseAddress: node2.ip, bindPort: API_PORT },
      nodeRegistration: { ...registration(k, node2, profile), ...alone ? { taints: [] } : {} },
      ...patches(minor, profile),
      ...api === "v1beta4" ? { timeouts: { controlPlaneComponentHealthCheck: timeout, ...patientTimeouts(profile) } } : {}
    },
    {
      apiVersion,
      kind: "ClusterConfiguration",
      kubernetesVersion: `v${k.version}`,
      networking: { podSubnet: k.podCidr, serviceSubnet: k.serviceCidr, dnsDomain: "cluster.local" },
      apiServer: {
        // 127.0.0.1: the forwarded port on the host, where the lab's kubeconfig points.
        certSANs: ["127.0.0.1", "localhost", node2.ip, node2.name],
        ...ifAny("extraArgs", { ...profile.apiServerArgs, ...k.apiServer?.extraArgs }, api),
        ...api === "v1beta4" ? {} : { timeoutForControlPlane: timeout }
      },
      controllerManager: ifAny(
        "extraArgs",
        { ...profile.controllerManagerArgs, ...k.controllerManager?.extraArgs },
        api
      ),
      scheduler: ifAny("extraArgs", { ...profile.schedulerArgs, ...k.scheduler?.extraArgs }, api),
      etcd: {
        local: {
          dataDir: "/var/lib/etcd",
          ...ifAny("extraArgs", { ...profile.etcdArgs, ...k.etcd?.extraArgs }, api)
        }
      }
    },
    {
      apiVersion: "kubelet.config.k8s.io/v1beta1",
      kind: "KubeletConfiguration",
      cgroupDriver: "systemd",
      ...profile.kubelet,
      ...k.kubelet
    },
    {
      apiVersion: "kubeproxy.config.k8s.io/v1alpha1",
      kind: "KubeProxyConfiguration",
      mode: k.proxyMode,
      ...profile.kubeProxy
    }
  ]);
}
function joinConfig(k, node2, profile, { endpoint, token, caHash }) {
  const api = kubeadmApi(minorOf(k.version));
  return documents([
    {
      apiVersion: `kubeadm.k8s.io/${api}`,
      kind: "JoinConfiguration",
      discovery: { bootstrapToken: { apiServerEndpoint: hostPort(endpoint), token, caCertHashes: [caHash] } },
      nodeRegistration: registration(k, node2, profile),
      ...api === "v1beta4" && profile.patience > 1 ? { timeouts: patientTimeouts(profile) } : {}
    }
  ]);
}
var patchFiles = (profile) => Object.entries(profile.patches).map(([target, patch]) => ({
  name: `${target}+strategic.yaml`,
  content: stringify3(patch)
}));

// src/cluster/preflight.ts
import { stripVTControlCharacters } from "node:util";
var LINE = /^\s*\[ERROR ([\w.-]+)\]: ?(.*)$/;
var preflightErrors = (output) => stripVTControlCharacters(output).split("\n").flatMap((line) => {
  const [, name3, message] = LINE.exec(line.trimEnd()) ?? [];
  return name3 === void 0 ? [] : [{ name: name3, message: message ?? "" }];
});
var HINTS = [
  ["NumCPU", "give the node 2 cpus in the Labfile (nodes: cpus: 2), then klab destroy, klab up"],
  ["Mem", "give the node 2GiB of memory in the Labfile (nodes: memory: 2GiB), then klab destroy, klab up"],
  ["SystemVerification", "choose another kubernetes.version or image: docs/versions.md says which go together"],
  ["CRI", "klab provision --only runtime, then klab up"],
  ["Swap", "klab provision --only system, then klab up"],
  ["FileContent--proc-sys-net", "klab provision --only system, then klab up"],
  ["KubeletVersion", "klab provision --only packages, then klab up"],
  ["ImagePull", "klab bundle verify; the bundle must have this image. Then klab provision --only images, klab up"],
  ["Port-", "a control plane of another kubeadm runs there: kubeadm reset on the node, or klab snapshot restore NAME"],
  ["FileAvailable-", "kubeadm ran there before: kubeadm reset on the node, or klab snapshot restore NAME"],
  ["DirAvailable-", "kubeadm ran there before: kubeadm reset on the node, or klab snapshot restore NAME"]
];
function preflightHint(errors) {
  for (const { name: name3 } of errors) {
    const known = HINTS.find(([begin]) => name3.startsWith(begin));
    if (known) return known[1];
  }
  const names = errors.map((e) => e.name).join(", ");
  return `correct it on the node, then klab up; or let it pass: kubernetes.ignorePreflightErrors: [${names}]`;
}

// src/phases/control-plane.ts
init_errors();
init_files();
var MINUTE5 = 6e4;
var LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789";
var word = (length) => Array.from({ length }, () => LETTERS[randomInt(LETTERS.length)]).join("");
var bootstrapToken = () => `${word(6)}.${word(16)}`;
async function runClusterPhase(run, guest, { phase, mark, settings, line }) {
  const recipe = await run.artifacts.recipe();
  const minutes = 20 * run.profile.patience;
  await installScripts(guest, recipe.scripts, { ...recipe.settings, ...nodeSettings(run.lab, guest.node), ...settings });
  await runGuestPhase(guest, phase, mark, {
    line,
    signal: run.world.signal,
    clock: run.world.clock,
    timeoutMs: minutes * MINUTE5
  }).catch((error) => {
    throw preflightFailure(guest.node, error);
  });
}
function preflightFailure(node2, error) {
  if (!(error instanceof CommandError)) return error;
  const errors = preflightErrors(error.failure.tail);
  if (errors.length === 0) return error;
  const lines2 = errors.map((e) => `[ERROR ${e.name}]: ${e.message}`);
  return new StateError([`${node2}: kubeadm refuses:`, ...lines2].join("\n"), {
    cause: error,
    hint: preflightHint(errors)
  });
}
async function clusterMark(run, phase, extra) {
  const recipe = await run.artifacts.recipe();
  return phaseDigest(recipe.scripts, phase, { lab: run.lab, settings: {}, extra: digest(extra) });
}
async function fetchKubeconfig(run, guest, node2) {
  const conf = await guest.sudo("cat /etc/kubernetes/admin.conf", [], { what: "reading the kubeconfig" });
  const server = apiServer(run.record);
  if (server === void 0)
    throw new StateError(`${node2}: no port is recorded for the API server`, { hint: "klab destroy, then klab up" });
  await writeAtomic(run.paths.kubeconfig, hostKubeconfig(conf.stdout, run.lab.name, server));
}
async function hasKubeconfig(run) {
  const server = apiServer(run.record);
  return server !== void 0 && ((await readText(run.paths.kubeconfig))?.split(/\s+/).includes(server) ?? false);
}
async function requirePatched(run, guest) {
  const manifests = {};
  for (const target of Object.keys(run.profile.patches))
    manifests[target] = (await guest.sudo('cat -- "$1"', [`/etc/kubernetes/manifests/${target}.yaml`])).stdout;
  const missing = unpatched(run.profile, manifests);
  if (missing.length > 0)
    throw new StateError(`kubeadm left settings of the ${run.profile.name} profile out: ${missing.join("; ")}`, {
      hint: "klab destroy, then klab up; if it says so again, report it with the output of: klab logs"
    });
}
async function requireControlPlane(run, node2) {
  const guest = await connect(run, node2);
  const { exitCode } = await guest.sudo("[ -e /etc/kubernetes/manifests/kube-apiserver.yaml ]", [], {
    allowFailure: true,
    what: "looking for its control plane"
  });
  if (exitCode === 0) return;
  throw new StateError(`${node2}: the control plane that klab made is gone (kubeadm reset?)`, {
    hint: "klab snapshot list, then klab snapshot restore NAME; or klab destroy, then klab up"
  });
}
function controlPlaneStep(run, k, topology, marks) {
  const node2 = topology.first;
  const alone = topology.workers.length === 0;
  const config = (token) => initConfig(k, node2, run.profile, { token, alone });
  const mark = () => clusterMark(run, "control-plane", config("token") + stringify4(run.profile.patches));
  return {
    id: `control-plane/${node2.name}`,
    title: `kubeadm init on ${node2.name} (${run.profile.name})`,
    done: async () => {
      if (!await hasKubeconfig(run) || (await marks(node2.name)).get("control-plane") !== await mark()) return false;
      await requireControlPlane(run, node2.name);
      return true;
    },
    again: async () => dropMark(await connect(run, node2.name), "control-plane"),
    run: async ({ line }) => {
      const guest = await connect(run, node2.name);
      await guest.put([
        { path: "/etc/klab/kubeadm-init.yaml", content: config(bootstrapToken()), mode: 384 },
        ...patchFiles(run.profile).map((f) => ({ path: `${PATCHES_DIR}/${f.name}`, content: f.content }))
      ]);
      await runClusterPhase(run, guest, {
        phase: "control-plane",
        mark: await mark(),
        settings: { KLAB_INIT_FLAGS: initFlags(k, run.profile).join(" ") },
        line
      });
      await requirePatched(run, guest);
      await fetchKubeconfig(run, guest, node2.name);
    }
  };
}

// src/phases/image.ts
init_errors();
var GIB2 = 2 ** 30;
function requireRoom({ nodes }, bytes) {
  const small = nodes.filter((n) => n.diskGiB * GIB2 < bytes);
  const needs = Math.ceil(bytes / GIB2);
  const names = small.map((n) => `${n.name} (${n.diskGiB} GiB)`).join(", ");
  if (small.length > 0)
    throw new StateError(`the image is a disk of ${needs} GiB, larger than that of ${names}`, {
      hint: [
        `set disk: ${needs}GiB or more in the Labfile (the file on the host grows with use only)`,
        "or another image"
      ].join(", ")
    });
}
function imageSteps(run) {
  const { image: image2, kubernetes: k } = run.lab;
  const base = {
    id: "image/base",
    title: `base image ${image2.kind === "builtin" ? image2.name : image2.kind === "url" ? image2.url : image2.path}`,
    run: async ({ line }) => {
      const made = await run.artifacts.base(line);
      requireRoom(run.lab, made.virtualBytes);
      return made.cached ? "cached" : "done";
    }
  };
  const bundle2 = {
    id: "image/bundle",
    title: `bundle Kubernetes ${k?.version ?? ""}`,
    run: async ({ line }) => {
      const made = await run.artifacts.bundle(line);
      if (k && upTo("cni", run.until)) await requireCniImages(run, k);
      return made?.cached ? "cached" : "done";
    }
  };
  return k ? [base, bundle2] : [base];
}

// src/phases/node-image.ts
function nodeImageSteps(run) {
  return [
    {
      id: "node-image/bake",
      title: "node image",
      run: async ({ line }) => {
        const key = await nodeImageKey(run);
        if (await run.world.layers.get(key)) return "cached";
        await bakeNodeImage(run, key, line);
        return "done";
      }
    }
  ];
}

// src/phases/machines.ts
import { join as join15 } from "node:path";
init_errors();
init_files();
var quiet = () => void 0;
async function writeSeed(run, node2) {
  const { lab, paths, world } = run;
  const identity = identityOf(run.record);
  const files = paths.node(node2.name);
  const [login, host, hostPrivate] = await Promise.all([
    readText(`${paths.key}.pub`),
    readText(`${files.hostKey}.pub`),
    readText(files.hostKey)
  ]);
  if (login === void 0 || host === void 0 || hostPrivate === void 0)
    throw new CorruptError(`${node2.name}: keys vanished`, { hint: "klab up" });
  const content = seedFiles({
    // The instance id names the disk's life: a new disk is a new instance, a reboot is not.
    instanceId: `${identity}-${node2.name}-${digest(host).slice(0, 12)}`,
    node: node2.name,
    hosts: lab.nodes.map((n) => ({ ip: n.ip, name: n.name })),
    user: lab.os.user,
    authorizedKeys: [login.trim(), ...lab.os.authorizedKeys],
    hostKey: { private: hostPrivate, public: host.trim() },
    timezone: lab.os.timezone,
    locale: lab.os.locale,
    timeServers: lab.os.timeServers,
    ...segmentOf(run).seed(node2)
  });
  await world.iso.seed(files.seed, { ...content });
}
async function cachedImage(run) {
  const [base, bundle2, key] = await Promise.all([
    run.artifacts.base(quiet),
    run.artifacts.bundle(quiet),
    nodeImageKey(run)
  ]);
  const layer = await run.world.layers.get(key);
  if (layer === void 0) throw new StateError("the node image vanished from the cache", { hint: "klab up" });
  return { disk: join15(layer, "disk.qcow2"), boot: base.boot, ...bundle2 && { iso: isoOf(bundle2) } };
}
function machineStep(run, node2) {
  const { world, paths } = run;
  return {
    id: `machines/${node2.name}`,
    title: `${node2.name} ${node2.ip}, ${node2.cpus} cpus, ${node2.memoryMiB} MiB, ${node2.diskGiB} GiB`,
    run: async () => {
      const state = await world.hypervisor.state(domainName(run.id, node2.name));
      if (state === "running" || state === "paused") return "already";
      const files = paths.node(node2.name);
      const image2 = run.record.image ?? await cachedImage(run);
      const disk = diskOf(run.record, paths, node2.name);
      if (disk !== files.disk && !await exists(disk))
        throw new CorruptError(`${disk}: the disk of ${node2.name} vanished`, {
          hint: "klab snapshot list, then klab snapshot restore NAME"
        });
      if (image2.disk !== void 0) await createOverlay(world.host, disk, image2.disk, node2.diskGiB);
      if (!await exists(files.seed)) await writeSeed(run, node2);
      const nicsOf = await segmentOf(run).ensure();
      await world.hypervisor.ensureMachine(
        machineSpec(run, node2, { boot: image2.boot, bundleIso: image2.iso, nics: nicsOf(node2.name) })
      );
    }
  };
}

// src/node/access.ts
import { join as join16 } from "node:path";

// src/guest/ssh-config.ts
function sshConfig(hosts, files) {
  const each = hosts.map(
    (h) => `Host ${h.node}
  HostName ${h.host}
  Port ${h.port}
  User ${h.user}
  HostKeyAlias ${h.node}
`
  );
  return `${each.join("\n")}
Host *
  IdentityFile ${path2(files.key)}
  IdentitiesOnly yes
  IdentityAgent none
  PreferredAuthentications publickey
  UserKnownHostsFile ${path2(files.knownHosts)}
  GlobalKnownHostsFile /dev/null
  StrictHostKeyChecking yes
  CheckHostIP no
  UpdateHostKeys no
  ForwardAgent no
  ForwardX11 no
  LogLevel ERROR
`;
}
function knownHosts(hosts) {
  return hosts.map((h) => `${h.node} ${h.hostKey.split(" ").slice(0, 2).join(" ")}
`).join("");
}
var path2 = (p) => `"${p.replaceAll("%", "%%")}"`;

// src/node/access.ts
init_files();
async function nodesWithTakenPorts(run) {
  const running = new Set(
    (await run.world.hypervisor.list()).filter((m) => m.state === "running" || m.state === "paused").map((m) => m.name)
  );
  const taken = await Promise.all(
    run.lab.nodes.map(async (n) => {
      if (running.has(domainName(run.id, n.name))) return false;
      const free = await Promise.all(forwardsOf(run.record, n.name).map((f) => isFree(f.hostPort)));
      return free.includes(false);
    })
  );
  return run.lab.nodes.filter((_, i) => taken[i]);
}
async function movePorts(run, nodes) {
  const held = /* @__PURE__ */ new Set([
    ...await reservedPorts(run.world.roots.state, run.id),
    ...Object.values(run.record.ports).flatMap((p) => [p.ssh, p.api ?? p.ssh])
  ]);
  const ports = { ...run.record.ports };
  for (const node2 of nodes) {
    const [ssh, api] = await allocatePorts(2, held, `${run.id} ${node2.name}`);
    if (ssh === void 0 || api === void 0) throw new TypeError("no ports");
    held.add(ssh).add(api);
    const moved2 = portsOf(run.record, node2.name).api === void 0 ? { ssh } : { ssh, api };
    ports[node2.name] = moved2;
  }
  run.record = { ...run.record, ports };
  await writeRecord(run.paths.record, run.record);
}
async function writeSshFiles(run) {
  const { paths, record, lab } = run;
  const hosts = await Promise.all(lab.nodes.map((n) => guestAddress(paths, record, n.name)));
  await writeAtomic(paths.knownHosts, knownHosts(hosts));
  await writeAtomic(paths.sshConfig, sshConfig(hosts, { key: paths.key, knownHosts: paths.knownHosts }));
}
var accessStep = (run) => ({
  id: "network/access",
  title: `${wayIn(run.lab)}, SSH keys`,
  run: async ({ line }) => {
    const { paths, world, lab, id } = run;
    const moved2 = await nodesWithTakenPorts(run);
    if (moved2.length > 0) {
      await movePorts(run, moved2);
      line(`somebody took the ports of ${moved2.map((n) => n.name).join(", ")}: they have others now`);
    }
    await ensureKeyPair(paths.key, `klab ${id}`);
    await ensureDir(join16(paths.dir, "nodes"), world.roots.dirMode);
    for (const n of lab.nodes) {
      await ensureDir(paths.node(n.name).dir, world.roots.dirMode);
      await ensureKeyPair(paths.node(n.name).hostKey, `klab ${id} ${n.name}`);
    }
    await writeSshFiles(run);
  }
});

// src/phases/network.ts
function networkSteps(run) {
  const segment = segmentOf(run);
  return [
    accessStep(run),
    {
      id: segment.id,
      title: segment.title,
      done: () => segment.running(),
      run: async () => {
        await segment.ensure();
      }
    }
  ];
}

// src/phases/ready.ts
init_errors();
import { readFile as readFile8 } from "node:fs/promises";
import { join as join18 } from "node:path";

// src/phases/revive.ts
init_errors();
import { readFile as readFile7 } from "node:fs/promises";
import { join as join17 } from "node:path";
var MINUTE6 = 6e4;
function reviver(run, line) {
  const { assets, clock } = run.world;
  const since = /* @__PURE__ */ new Map();
  const done = /* @__PURE__ */ new Set();
  const units = [run.lab.kubernetes?.runtime ?? "docker", "kubelet"];
  const revive = async (node2) => {
    done.add(node2);
    try {
      const guest = await connect(run, node2);
      const script = await readFile7(join17(assets, "cloud-init", "renew", "units.sh"), "utf8");
      const { stdout } = await guest.sudo(script, units, { what: `looking at ${units.join(" and ")}` });
      for (const said of stdout.split("\n").filter(Boolean)) line(`${node2}: ${said}`);
    } catch (error) {
      if (!(error instanceof KlabError) || error.code === "interrupted") throw error;
      line(`${node2}: ${error.message.split("\n")[0] ?? ""}`);
    }
  };
  return async (notReady) => {
    const now = clock.monotonic();
    for (const node2 of since.keys()) if (!notReady.includes(node2)) since.delete(node2);
    for (const node2 of notReady) since.set(node2, since.get(node2) ?? now);
    const late = notReady.filter((n) => !done.has(n) && now - (since.get(n) ?? now) >= MINUTE6 * run.profile.patience);
    await Promise.all(late.map(revive));
  };
}

// src/phases/ready.ts
var MINUTE7 = 6e4;
var NAMESPACE = "klab-probe";
var API_MS2 = 6e4;
var parsePods = (text3) => text3.split("\n").map((line) => line.trim().split(" ")).flatMap(
  ([name3, ip, node2]) => name3 !== void 0 && ip !== void 0 && node2 !== void 0 ? [{ name: name3, ip, node: node2 }] : []
);
var unreached = (answer, ips) => {
  const ok = new Set(answer.split("\n").map((line) => line.trim()));
  return [...ips, "dns"].filter((what) => !ok.has(`ok ${what}`));
};
async function proveNetwork(kubectl, pods, limits) {
  const ips = pods.map((p) => p.ip);
  const missing = new Map(pods.map((p) => [p, [...ips, "dns"]]));
  const ask2 = async (pod) => {
    const path4 = `/api/v1/namespaces/${NAMESPACE}/pods/${pod.name}:8080/proxy/cgi-bin/reach/${ips.join("/")}`;
    missing.set(pod, unreached((await kubectl(["get", "--raw", path4])).stdout, ips));
  };
  await until(
    async () => {
      const failures = (await Promise.allSettled(pods.filter((p) => missing.get(p)?.length).map(ask2))).filter(
        (r) => r.status === "rejected"
      );
      const other = failures.find((f) => !(f.reason instanceof CommandError));
      if (other) throw other.reason;
      const bad2 = pods.filter((p) => missing.get(p)?.length);
      return {
        ok: bad2.length === 0,
        seen: bad2.map((p) => `${p.node}: cannot reach ${missing.get(p)?.join(" ")}`).join("\n")
      };
    },
    { what: "pod to pod and DNS", ...limits }
  );
}
function joinedSteps(run, askNodes = nodeConditions) {
  const { world, profile, lab, paths } = run;
  const total = lab.nodes.length;
  return [
    {
      id: "ready/joined",
      title: `${total}/${total} nodes joined; Ready once a pod network is applied`,
      run: async ({ line }) => {
        const probe = async () => {
          const nodes = await askNodes(paths.kubeconfig, API_MS2);
          const joined = lab.nodes.filter((n) => nodes?.has(n.name)).map((n) => n.name);
          return {
            ok: joined.length === total,
            seen: nodes ? `joined: ${joined.join(" ") || "none"}` : "the API server does not answer"
          };
        };
        await until(probe, {
          what: `${total} nodes joined`,
          everyMs: 2e3,
          withinMs: 5 * MINUTE7 * profile.patience,
          clock: world.clock,
          signal: world.signal,
          hint: "klab kubectl get nodes"
        });
        line(
          `${total}/${total} nodes joined; they stay NotReady until you apply a pod network (kubernetes.cni is none)`
        );
      }
    }
  ];
}
function seenNodes(names, nodes) {
  const ready = [...nodes].filter(([, isReady]) => isReady).map(([name3]) => name3);
  const gone = names.filter((n) => !nodes.has(n));
  return `Ready: ${ready.join(" ") || "none"}${gone.length > 0 ? `; not in the cluster: ${gone.join(" ")}` : ""}`;
}
function readySteps(run, askNodes = nodeConditions) {
  const { world, profile, lab, paths } = run;
  const total = lab.nodes.length;
  const limits = (minutes, hint) => ({
    everyMs: 2e3,
    withinMs: minutes * MINUTE7 * profile.patience,
    clock: world.clock,
    signal: world.signal,
    hint
  });
  const wait = (what, probe) => until(probe, { what, ...limits(10, "klab kubectl get nodes,pods -A") });
  return [
    {
      id: "ready/cluster",
      title: `${total}/${total} Ready, DNS, pod to pod`,
      run: async ({ line }) => {
        const kubectl = await hostKubectl(run);
        const steady = await steadyKubectl(run, line);
        const revive = reviver(run, line);
        await wait("the API server", async () => {
          const answer = await apiAnswers(paths.kubeconfig, API_MS2, askNodes);
          await revive(answer.ok ? [] : apiNodes(lab));
          return answer;
        });
        await steady(["delete", "namespace", NAMESPACE, "--ignore-not-found", "--timeout=300s"]);
        await apply(steady, await readFile8(join18(world.assets, "cloud-init", "manifests", "probe.yaml"), "utf8"), line);
        await wait(`${total} nodes Ready`, async () => {
          const nodes = await askNodes(paths.kubeconfig, API_MS2);
          const ready = [...nodes ?? []].filter(([, isReady]) => isReady).map(([name3]) => name3);
          await revive(lab.nodes.map((n) => n.name).filter((n) => nodes && !ready.includes(n)));
          return {
            ok: ready.length === total,
            seen: nodes ? seenNodes(
              lab.nodes.map((n) => n.name),
              nodes
            ) : "the API server does not answer"
          };
        });
        line(`${total}/${total} nodes Ready`);
        await wait("CoreDNS available", async () => {
          const out = await kubectl([
            "-n",
            "kube-system",
            "get",
            "deployment",
            "coredns",
            "-o",
            "jsonpath={.status.availableReplicas}"
          ]);
          return { ok: Number(out.stdout) >= 1, seen: `available replicas: ${out.stdout || "0"}` };
        });
        line("CoreDNS available");
        await wait(`${total} probe pods running`, async () => {
          const out = await kubectl([
            "-n",
            NAMESPACE,
            "get",
            "daemonset",
            "probe",
            "-o",
            "jsonpath={.status.numberAvailable}"
          ]);
          return { ok: Number(out.stdout) === total, seen: `available: ${out.stdout || "0"}` };
        });
        const list = await steady([
          "-n",
          NAMESPACE,
          "get",
          "pods",
          "-l",
          "app=probe",
          "-o",
          'jsonpath={range .items[*]}{.metadata.name} {.status.podIP} {.spec.nodeName}{"\\n"}{end}'
        ]);
        const pods = parsePods(list.stdout);
        if (pods.length !== total)
          throw new StateError(`want ${total} probe pods, there are ${pods.length}`, {
            hint: `klab kubectl -n ${NAMESPACE} get pods -o wide`
          });
        line(`${total} probe pods running`);
        await proveNetwork(kubectl, pods, limits(5, `klab kubectl -n ${NAMESPACE} get pods -o wide`));
        line(`pod to pod ${total * total}/${total * total}, DNS ${total}/${total}`);
        await steady(["delete", "namespace", NAMESPACE, "--wait=false"]);
      }
    }
  ];
}

// src/phases/workers.ts
import { createHash as createHash6, X509Certificate } from "node:crypto";
var TOKEN_MS = 15 * 6e4;
var API_MS3 = 1e4;
function caCertHash(pem2) {
  const spki = new X509Certificate(pem2).publicKey.export({ type: "spki", format: "der" });
  return `sha256:${createHash6("sha256").update(spki).digest("hex")}`;
}
var tokenSecret = (token, expires) => ({
  apiVersion: "v1",
  kind: "Secret",
  metadata: { name: `bootstrap-token-${token.slice(0, 6)}`, namespace: "kube-system" },
  type: "bootstrap.kubernetes.io/token",
  stringData: {
    "token-id": token.slice(0, 6),
    "token-secret": token.slice(7),
    expiration: expires.toISOString(),
    "usage-bootstrap-authentication": "true",
    "usage-bootstrap-signing": "true",
    "auth-extra-groups": "system:bootstrappers:kubeadm:default-node-token"
  }
});
function createTickets(run, first2) {
  let made;
  let holders = 0;
  const make = async () => {
    const caHash = await readCaHash(run, first2);
    const token = bootstrapToken();
    const kubectl = await steadyKubectl(run);
    await kubectl(["create", "--validate=false", "-f", "-"], {
      input: JSON.stringify(tokenSecret(token, new Date(run.world.clock.now() + TOKEN_MS)))
    });
    return { token, caHash };
  };
  const drop = async (ticket) => {
    const kubectl = await hostKubectl(run);
    await kubectl([
      "-n",
      "kube-system",
      "delete",
      "secret",
      `bootstrap-token-${ticket.token.slice(0, 6)}`,
      "--wait=false"
    ]);
  };
  return async (use) => {
    holders++;
    try {
      return await use(await (made ??= make()));
    } finally {
      holders--;
      if (holders === 0 && made) {
        const last = made;
        made = void 0;
        await last.then(drop).catch(() => void 0);
      }
    }
  };
}
var readCaHash = async (run, first2) => {
  const guest = await connect(run, first2.name);
  return caCertHash(
    (await guest.sudo("cat /etc/kubernetes/pki/ca.crt", [], { what: "reading the cluster\u2019s CA" })).stdout
  );
};
function workerSteps(run, k, topology, { marks, askNodes = nodeConditions }) {
  const { first: first2, workers, endpoint } = topology;
  const withTicket = createTickets(run, first2);
  let ca;
  const mark = async (node2) => clusterMark(run, "workers", `${node2.name} ${await (ca ??= readCaHash(run, first2))}`);
  const marked = async (node2) => (await marks(node2.name)).get("workers") === await mark(node2);
  let asked;
  const stillJoined = async ({ name: name3 }) => {
    const nodes = await (asked ??= askNodes(run.paths.kubeconfig, API_MS3));
    if (!nodes || nodes.size === 0 || nodes.get(name3) === true) return true;
    if (!nodes.has(name3)) return false;
    const guest = await connect(run, name3);
    const { exitCode } = await guest.sudo("[ -s /etc/kubernetes/kubelet.conf ]", [], { allowFailure: true });
    return exitCode === 0;
  };
  return workers.map((node2) => ({
    id: `workers/${node2.name}`,
    title: `kubeadm join on ${node2.name}`,
    done: async () => await marked(node2) && stillJoined(node2),
    again: async () => dropMark(await connect(run, node2.name), "workers"),
    run: ({ line }) => withTicket(async ({ token, caHash }) => {
      const guest = await connect(run, node2.name);
      if (await marked(node2)) {
        line("it had joined, and the cluster does not know it any more: once more");
        await dropMark(guest, "workers");
      }
      await guest.put([
        {
          path: "/etc/klab/kubeadm-join.yaml",
          content: joinConfig(k, node2, run.profile, { endpoint, token, caHash }),
          mode: 384
        }
      ]);
      await runClusterPhase(run, guest, { phase: "workers", mark: await mark(node2), line });
    })
  }));
}

// src/phases/system.ts
var systemSteps = (run, marks) => run.lab.nodes.map((node2) => bakedStep(run, node2, "system", marks));

// src/phases/runtime.ts
var runtimeSteps = (run, marks) => run.lab.nodes.map((node2) => bakedStep(run, node2, "runtime", marks));

// src/phases/packages.ts
var packagesSteps = (run, marks) => run.lab.nodes.map((node2) => bakedStep(run, node2, "packages", marks));

// src/phases/images.ts
var imagesSteps = (run, marks) => run.lab.nodes.map((node2) => bakedStep(run, node2, "images", marks));

// src/plan/up.ts
function planUp(run) {
  const { lab } = run;
  const k = lab.kubernetes;
  const topology = topologyOf(lab);
  const marks = createMarks(run);
  const steps = {
    network: () => networkSteps(run),
    // A lab that came sealed brought its own.
    image: () => run.record.image ? [] : imageSteps(run),
    "node-image": () => run.record.image ? [] : nodeImageSteps(run),
    machines: () => lab.nodes.map((n) => machineStep(run, n)),
    boot: () => bootSteps(run),
    system: () => systemSteps(run, marks),
    runtime: () => k ? runtimeSteps(run, marks) : [],
    packages: () => k ? packagesSteps(run, marks) : [],
    images: () => k ? imagesSteps(run, marks) : [],
    "control-plane": () => k && topology ? [controlPlaneStep(run, k, topology, marks)] : [],
    workers: () => k && topology ? workerSteps(run, k, topology, { marks }) : [],
    cni: () => k && topology && k.cni !== "none" ? [cniStep(run, k, topology.first, marks)] : [],
    ready: () => k && topology ? k.cni === "none" ? joinedSteps(run) : readySteps(run) : []
  };
  const phases = PHASES.filter((p) => upTo(p.name, run.until)).map((p) => ({
    name: p.name,
    title: p.course ? `${p.title} (course ${p.course})` : p.title,
    steps: steps[p.name]()
  })).filter((p) => p.steps.length > 0);
  return { goal: "up", lab: lab.name, phases };
}

// test/fakes/world.ts
import { mkdirSync, writeFileSync as writeFileSync3 } from "node:fs";
import { dirname as dirname8, join as join21 } from "node:path";
init_kubernetes();

// src/host/exec.ts
init_errors();
import { access, constants as constants2, open as open5 } from "node:fs/promises";
import { delimiter, isAbsolute as isAbsolute4, join as join19 } from "node:path";
import { performance as performance2 } from "node:perf_hooks";
import { spawn as spawn3 } from "node:child_process";

// src/host/filter.ts
init_errors();
import { spawn } from "node:child_process";

// src/host/tail.ts
var TAIL_LINES = 15;
var TAIL_LENGTH = 16384;
var tail = (text3, lines2 = TAIL_LINES) => text3.trimEnd().slice(-TAIL_LENGTH).split("\n").slice(-lines2).join("\n");

// src/host/filter.ts
var TAIL = 4e3;
function createFilter(file, argv, { env, guardian }) {
  const started = performance.now();
  const child = spawn(file, argv.slice(1), { env, stdio: ["pipe", "pipe", "pipe"], detached: true });
  const unguard = guardian.guard(child.pid);
  let said = "";
  let killed = false;
  child.stderr.setEncoding("utf8").on("data", (text3) => {
    said = (said + text3).slice(-TAIL);
  });
  child.stdin.on("error", () => void 0);
  const done = new Promise((resolve3, reject) => {
    child.once("error", (cause) => reject(new HostError(`${file}: ${cause.message}`, { hint: "klab doctor", cause })));
    child.once("close", (code, signal) => {
      unguard();
      if (code === 0 || killed) return resolve3();
      const durationMs = performance.now() - started;
      reject(
        new CommandError({
          where: "host",
          argv,
          exitCode: code ?? void 0,
          signal: signal ?? void 0,
          timedOut: false,
          durationMs,
          tail: tail(said)
        })
      );
    });
  });
  done.catch(() => void 0);
  return {
    input: child.stdin,
    output: child.stdout,
    done,
    kill: () => {
      killed = true;
      child.kill("SIGKILL");
      child.stdout.destroy();
    }
  };
}

// src/host/guardian.ts
import { spawn as spawn2 } from "node:child_process";
var SCRIPT = `
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
for group in $groups; do kill -s KILL -- "-$group"; done 2>/dev/null`;
function createGuardian() {
  let tell;
  const start = () => {
    const child = spawn2("/bin/sh", ["-c", SCRIPT], { stdio: ["pipe", "ignore", "ignore"], detached: true, cwd: "/" });
    child.on("error", () => void 0);
    child.stdin.on("error", () => void 0);
    child.unref();
    const pipe = child.stdin;
    pipe.unref?.();
    return (line) => void pipe.write(line);
  };
  return {
    guard: (pid) => {
      if (pid === void 0) return () => void 0;
      tell ??= start();
      tell(`+ ${pid}
`);
      return () => tell?.(`- ${pid}
`);
    }
  };
}

// src/host/lines.ts
import { StringDecoder } from "node:string_decoder";
var MOST_LINE = 8192;
var MOST_LINES = 5e4;
function splitLines(onLine) {
  const decoder = new StringDecoder("utf8");
  let rest = "";
  let cut = false;
  let count = 0;
  const keep2 = (text3) => {
    const room = MOST_LINE - rest.length;
    if (room > 0) rest += text3.slice(0, room);
    cut ||= text3.length > room;
  };
  const give = () => {
    count++;
    if (count <= MOST_LINES) onLine(cut ? `${rest} \u2026 (line cut)` : rest.replace(/\r$/, ""));
    if (count === MOST_LINES + 1) onLine(`\u2026 (more than ${MOST_LINES} lines: the others are left out)`);
    rest = "";
    cut = false;
  };
  const take = (text3) => {
    let from = 0;
    for (let at = text3.indexOf("\n"); at >= 0; at = text3.indexOf("\n", from)) {
      if (count <= MOST_LINES) keep2(text3.slice(from, at));
      give();
      from = at + 1;
    }
    keep2(text3.slice(from));
  };
  return {
    add: (data) => take(decoder.write(data)),
    end: () => {
      take(decoder.end());
      if (rest !== "") give();
    }
  };
}

// src/host/exec.ts
var SBIN = ["/usr/local/sbin", "/usr/sbin", "/sbin"];
var GRACE_MS2 = 5e3;
function signalGroup(pid, signal) {
  try {
    if (pid !== void 0) process.kill(-pid, signal);
  } catch {
  }
}
function watchEnd(pid, o) {
  let why;
  let killer;
  const end = (reason) => () => {
    why ??= reason;
    signalGroup(pid, "SIGTERM");
    killer ??= setTimeout(() => signalGroup(pid, "SIGKILL"), GRACE_MS2);
  };
  const [onTime, onAbort] = [end("timeout"), end("abort")];
  const timer = Number.isFinite(o.timeoutMs) ? setTimeout(onTime, o.timeoutMs) : void 0;
  o.signal?.addEventListener("abort", onAbort, { once: true });
  const stop = () => {
    clearTimeout(timer);
    clearTimeout(killer);
    o.signal?.removeEventListener("abort", onAbort);
  };
  return { why: () => why, stop };
}
function createExec(host, { limitMs = LIMIT_MS } = {}) {
  const path4 = [.../* @__PURE__ */ new Set([...(host.env["PATH"] ?? "/usr/bin:/bin").split(delimiter).filter(Boolean), ...SBIN])];
  const guardian = createGuardian();
  const base = { ...host.env, PATH: path4.join(delimiter), LC_ALL: "C" };
  const which = async (tool) => {
    for (const dir of isAbsolute4(tool) ? [""] : path4) {
      const file = dir ? join19(dir, tool) : tool;
      if (await access(file, constants2.X_OK).then(
        () => true,
        () => false
      ))
        return file;
    }
    return void 0;
  };
  const run = async (argv, o = {}) => {
    const [tool, ...args] = argv;
    if (tool === void 0) throw new TypeError("empty argv");
    const { execa } = await import("execa");
    if (o.signal?.aborted) throw new Interrupted();
    const started = performance2.now();
    const stdin = o.input === void 0 ? "ignore" : "pipe";
    const child = execa(tool, args, {
      cwd: o.cwd ?? host.cwd,
      env: { ...base, ...o.env },
      extendEnv: false,
      reject: false,
      // A Ctrl-C on the terminal reaches the whole foreground group; klab decides itself what to end, so children get a
      // group of their own.
      detached: true,
      stripFinalNewline: false,
      all: o.onLine !== void 0,
      maxBuffer: 64 * 1024 * 1024,
      ...o.input === void 0 ? {} : { input: o.input },
      // execa's types know no number beyond stderr; at run time it hands the descriptor on as spawn does.
      ...o.passFd === void 0 ? { stdin } : { stdio: [stdin, "pipe", "pipe", o.passFd] }
    });
    const unguard = guardian.guard(child.pid);
    const lines2 = async (onLine) => {
      const split2 = splitLines(onLine);
      for await (const chunk of child.iterable({ from: "all", binary: true })) split2.add(chunk);
      split2.end();
    };
    const watch = watchEnd(child.pid, { signal: o.signal, timeoutMs: o.timeoutMs ?? limitMs });
    const [r] = await Promise.all([child, o.onLine && lines2(o.onLine).catch(() => void 0)]).finally(() => {
      watch.stop();
      unguard();
    });
    const durationMs = performance2.now() - started;
    const timedOut = watch.why() === "timeout";
    if (watch.why() === "abort") throw new Interrupted();
    if (r.code === "ENOENT") throw new HostError(`${tool}: command not found`, { hint: "klab doctor", cause: r });
    const output = { stdout: r.stdout, stderr: r.stderr, exitCode: r.exitCode ?? 255, durationMs };
    if (timedOut || r.failed && !(o.allowFailure && r.exitCode !== void 0)) {
      const text3 = output.stderr || output.stdout || (r.shortMessage ?? "");
      throw new CommandError(
        {
          where: "host",
          what: o.what,
          argv,
          exitCode: r.exitCode,
          signal: r.signal,
          timedOut,
          durationMs,
          tail: tail(text3)
        },
        { cause: r }
      );
    }
    return output;
  };
  const spawnDetached = async (argv, o = {}) => {
    const [tool, ...args] = argv;
    if (tool === void 0) throw new TypeError("empty argv");
    const file = await which(tool);
    if (file === void 0) throw new HostError(`${tool}: command not found`, { hint: "klab doctor" });
    const log = o.log === void 0 ? void 0 : await open5(o.log, "a", 384);
    try {
      const child = spawn3(file, args, {
        detached: true,
        cwd: o.cwd ?? "/",
        env: base,
        stdio: ["ignore", log?.fd ?? "ignore", log?.fd ?? "ignore"]
      });
      await new Promise((resolve3, reject) => child.once("spawn", resolve3).once("error", reject));
      child.unref();
      return child.pid ?? -1;
    } finally {
      await log?.close();
    }
  };
  const filter = async (argv) => {
    const [tool = ""] = argv;
    const file = await which(tool);
    if (file === void 0) throw new HostError(`${tool}: command not found`, { hint: "klab doctor" });
    return createFilter(file, argv, { env: base, guardian });
  };
  return { run, which, spawnDetached, filter };
}

// test/fakes/world.ts
init_load();

// src/cache/layers.ts
init_errors();
init_files();
import { randomBytes as randomBytes3 } from "node:crypto";
import { chmod as chmod5, mkdir as mkdir3, open as open6, readdir as readdir9, rename as rename3, stat as stat8, utimes } from "node:fs/promises";
import { join as join20 } from "node:path";
var KEY2 = /^[\w-]{1,128}$/;
var temporary = (key) => new RegExp(`^\\.${key}\\.[0-9a-f]{12}\\.tmp$`);
function createLayers(o) {
  const lockDir = o.lockDir ?? join20(o.dir, ".locks");
  const at = (key) => {
    if (!KEY2.test(key)) throw new TypeError(`not a layer key: ${key}`);
    return join20(o.dir, key);
  };
  const get2 = async (key) => {
    const dir = at(key);
    if (!await isDirectory(dir)) return void 0;
    const now = o.clock.now() / 1e3;
    await utimes(dir, now, now);
    return dir;
  };
  const lock = async (key, { signal, onWait }) => {
    const holder = { verb: "layer", pid: 0, ...o.holder, since: o.clock.now() };
    const path4 = join20(lockDir, `layer-${key}.lock`);
    const stop = signal === void 0 ? {} : { signal };
    try {
      return await acquireLock(o.exec, path4, holder, stop);
    } catch (error) {
      if (!(error instanceof LockedError)) throw error;
      onWait?.(error.message);
      return acquireLock(o.exec, path4, holder, { ...stop, waitMs: Infinity });
    }
  };
  const removeLeftovers = async (key) => {
    const name3 = temporary(key);
    for (const entry of await readdir9(o.dir)) if (name3.test(entry)) await removeTree2(o.exec, join20(o.dir, entry));
  };
  const fill = async (key, make) => {
    const temp = join20(o.dir, `.${key}.${randomBytes3(6).toString("hex")}.tmp`);
    await mkdir3(temp);
    try {
      await chmod5(temp, o.dirMode);
      await make(temp);
      await o.exec.run(["sync", "-f", temp]);
      const now = o.clock.now() / 1e3;
      await utimes(temp, now, now);
      await rename3(temp, at(key));
    } catch (error) {
      await removeTree2(o.exec, temp);
      throw error;
    }
    const parent = await open6(o.dir, "r");
    await parent.sync().finally(() => parent.close());
    return at(key);
  };
  return {
    get: get2,
    build: async (key, make, options = {}) => {
      const ready = await get2(key);
      if (ready !== void 0) return ready;
      await ensureDir(o.dir, o.dirMode);
      const held = await lock(key, options);
      try {
        await removeLeftovers(key);
        return await get2(key) ?? await fill(key, make);
      } finally {
        await held.release();
      }
    },
    list: async () => {
      const names = await readdir9(o.dir).catch(() => []);
      const layers = [];
      for (const key of names.filter((n) => KEY2.test(n)).sort()) {
        const dir = join20(o.dir, key);
        const s = await stat8(dir).catch(() => void 0);
        if (s?.isDirectory()) layers.push({ key, dir, bytes: await diskUsage(dir), usedAt: s.mtimeMs });
      }
      return layers;
    },
    remove: async (key) => {
      const dir = at(key);
      if (!await isDirectory(o.dir)) return;
      const held = await lock(key, {});
      try {
        await removeLeftovers(key);
        if (!await isDirectory(dir)) return;
        const temp = join20(o.dir, `.${key}.${randomBytes3(6).toString("hex")}.tmp`);
        await rename3(dir, temp);
        await removeTree2(o.exec, temp);
      } finally {
        await held.release();
      }
    }
  };
}
var isDirectory = (path4) => stat8(path4).then(
  (s) => s.isDirectory(),
  () => false
);

// test/fakes/clock.ts
init_errors();
function createFakeClock() {
  let passed = 0;
  const clock = {
    time: Date.UTC(2026, 0, 1),
    now: () => clock.time,
    monotonic: () => passed,
    pass: (ms) => {
      clock.time += ms;
      passed += ms;
    },
    sleep: async (ms, signal) => {
      if (signal?.aborted) throw new Interrupted();
      clock.pass(ms);
      await new Promise((resolve3) => setImmediate(resolve3));
      if (signal?.aborted) throw new Interrupted();
    }
  };
  return clock;
}

// test/fakes/guests.ts
init_errors();
var failure = (node2, argv, exitCode, tail2 = "") => new CommandError({ where: node2, argv, exitCode, signal: void 0, timedOut: false, durationMs: 1, tail: tail2 });
function createFakeGuests(t2, ...answers) {
  const reply = async (call) => {
    fake.calls.push(call);
    for (const answer of fake.answers) {
      const given = await answer(call);
      if (given === void 0) continue;
      if (given instanceof Error) throw given;
      const output = {
        stdout: "",
        stderr: "",
        exitCode: 0,
        durationMs: 1,
        ...typeof given === "string" ? { stdout: given } : given
      };
      if (output.exitCode !== 0 && !call.options.allowFailure)
        throw failure(call.node, [call.text], output.exitCode, output.stderr);
      return output;
    }
    t2.fail(`unexpected on ${call.node}: ${call.text}`);
    throw new Error(`unexpected on ${call.node}: ${call.text}`);
  };
  const guest = (node2) => ({
    node: node2,
    run: (argv, options = {}) => reply({ node: node2, text: argv.join(" "), options }),
    sudo: (script, args = [], options = {}) => reply({ node: node2, text: `sudo: ${[script, ...args].join(" ")}`, options }),
    put: (files) => Promise.resolve().then(() => {
      fake.onPut(node2);
      const disk = fake.files.get(node2) ?? /* @__PURE__ */ new Map();
      fake.files.set(node2, disk);
      for (const f of files) disk.set(f.path, { content: f.content, mode: f.mode });
    }),
    close: () => Promise.resolve(void fake.closed.push(node2))
  });
  const fake = {
    calls: [],
    files: /* @__PURE__ */ new Map(),
    addresses: [],
    closed: [],
    answers,
    onConnect: () => void 0,
    onPut: () => void 0,
    connect: (address3) => Promise.resolve().then(() => {
      fake.addresses.push(address3);
      fake.onConnect(address3);
      return guest(address3.node);
    }),
    close: () => Promise.resolve(void fake.closed.push("all"))
  };
  return fake;
}

// test/fakes/hypervisor.ts
init_errors();
import { randomUUID } from "node:crypto";

// src/hypervisor/spec.ts
init_errors();
import { createHash as createHash7 } from "node:crypto";
var SPEC_FORMAT = 2;
var canonical = (value) => JSON.stringify(
  value,
  (_key, v) => v !== null && typeof v === "object" && !Array.isArray(v) ? Object.fromEntries(Object.entries(v).sort(([a], [b]) => a < b ? -1 : a > b ? 1 : 0)) : v
);
var withoutOverlay = (spec) => ({
  ...spec,
  disks: spec.disks.map((d) => d.readonly ? d : { ...d, path: "" })
});
var specDigest = (spec) => createHash7("sha256").update(canonical({ format: SPEC_FORMAT, spec: withoutOverlay(spec) })).digest("hex");
var networkDigest = (spec) => createHash7("sha256").update(canonical(spec)).digest("hex");
var NAME = /^[a-zA-Z][a-zA-Z0-9._-]*$/;
var UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
var MAC = /^[0-9a-f][02468ace](:[0-9a-f]{2}){5}$/;
var CONTROL = /[\u0000-\u001f\u007f]/;
var isPort = (n) => Number.isInteger(n) && n > 0 && n < 65536;
var isPath = (path4) => path4.startsWith("/") && !CONTROL.test(path4);
function checkSpec(spec) {
  const must = (ok, field3, rule) => {
    if (!ok) throw new StateError(`machine ${JSON.stringify(spec.name)}: ${field3} ${rule}`);
  };
  must(NAME.test(spec.name), "name", "must be a letter, then letters, digits, dots and dashes");
  must(UUID.test(spec.uuid), "uuid", `is not a lower-case UUID: ${JSON.stringify(spec.uuid)}`);
  must(!CONTROL.test(spec.labId) && !CONTROL.test(spec.node), "lab and node", "must not hold control characters");
  must(Number.isInteger(spec.cpus) && spec.cpus > 0, "cpus", "must be a whole number from 1");
  must(Number.isInteger(spec.memoryMiB) && spec.memoryMiB >= 64, "memory", "must be a whole number of MiB from 64");
  must(isPath(spec.consoleLog), "consoleLog", "must be an absolute path");
  for (const disk of spec.disks) must(isPath(disk.path), `disk ${disk.target}`, "must be an absolute path");
  must(new Set(spec.disks.map((d) => d.target)).size === spec.disks.length, "disks", "must have a target each");
  if (spec.boot.kind === "direct") {
    must(isPath(spec.boot.kernel) && isPath(spec.boot.initrd), "kernel and initrd", "must be absolute paths");
    must(!CONTROL.test(spec.boot.cmdline), "cmdline", "must be one line");
  }
  if (spec.net) {
    must(MAC.test(spec.net.mac), "net.mac", `is not a unicast MAC in lower case: ${spec.net.mac}`);
    must(NAME.test(spec.net.network), "net.network", "must be the name of a network");
    return;
  }
  must(MAC.test(spec.mgmt.mac), "mgmt.mac", `is not a unicast MAC in lower case: ${spec.mgmt.mac}`);
  for (const f of spec.mgmt.forwards)
    must(isPort(f.hostPort) && isPort(f.guestPort), "forward", "must have ports from 1 to 65535");
  if (spec.l2) {
    must(MAC.test(spec.l2.mac), "l2.mac", `is not a unicast MAC in lower case: ${spec.l2.mac}`);
    must(
      isPath(spec.l2.socketDir) && !spec.l2.socketDir.includes(","),
      "l2.socketDir",
      "must be an absolute path without a comma"
    );
  }
}
var IPV4 = /^\d{1,3}(\.\d{1,3}){3}$/;
function checkNetwork(spec) {
  const must = (ok, field3, rule) => {
    if (!ok) throw new StateError(`network ${JSON.stringify(spec.name)}: ${field3} ${rule}`);
  };
  must(NAME.test(spec.name), "name", "must be a letter, then letters, digits, dots and dashes");
  must(UUID.test(spec.uuid), "uuid", `is not a lower-case UUID: ${JSON.stringify(spec.uuid)}`);
  must(NAME.test(spec.labId), "lab", "must be a letter, then letters, digits, dots and dashes");
  must(/^[a-z][a-z0-9]{0,14}$/.test(spec.bridge), "bridge", "must be at most 15 letters and digits");
  must(IPV4.test(spec.address), "address", "must be an IPv4 address");
  must(Number.isInteger(spec.prefix) && spec.prefix >= 8 && spec.prefix <= 30, "prefix", "must be from 8 to 30");
  for (const { mac, ip, node: node2 } of spec.leases) {
    must(MAC.test(mac), `lease of ${node2}`, `is not for a unicast MAC in lower case: ${mac}`);
    must(IPV4.test(ip) && NAME.test(node2), `lease of ${JSON.stringify(node2)}`, "must have a name and an IPv4 address");
  }
}

// test/fakes/networks.ts
init_errors();
function ensureNetwork(networks, spec) {
  checkNetwork(spec);
  for (const n of networks.values()) {
    if (n.name !== spec.name && n.uuid !== spec.uuid && n.bridge !== spec.bridge) continue;
    if (n.name !== spec.name || n.uuid !== spec.uuid || n.mark?.labId !== spec.labId)
      throw new StateError(`libvirt already has a network ${n.name}`, { hint: "look at it" });
    if (n.active && n.mark.specDigest !== networkDigest(spec))
      throw new StateError(`the network ${n.name} runs with other settings`, { hint: "klab destroy, then klab up" });
  }
  const { name: name3, uuid, bridge, labId: labId2 } = spec;
  const ranges = [`${spec.address}/${spec.prefix}`];
  networks.set(name3, { name: name3, uuid, bridge, ranges, active: true, mark: { labId: labId2, specDigest: networkDigest(spec) } });
}
function removeNetwork(networks, name3) {
  const network2 = networks.get(name3);
  if (network2 && !network2.mark)
    throw new StateError(`${name3} does not carry klab's mark`, { hint: "virsh net-undefine" });
  networks.delete(name3);
}

// test/fakes/moments.ts
init_errors();
import { readFileSync as readFileSync2, rmSync, writeFileSync as writeFileSync2 } from "node:fs";

// test/fakes/qcow2.ts
import { chmodSync, existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
var parse2 = (path4) => {
  const text3 = readFileSync(path4, "utf8");
  return text3.startsWith("{") ? JSON.parse(text3) : {};
};
function makeOverlay(path4, backing) {
  if (!existsSync(backing)) throw new Error(`Could not open '${backing}'`);
  writeFileSync(path4, JSON.stringify({ backing }), { flag: "wx" });
}
function writeDisk(path4, text3) {
  const { mode } = statSync(path4);
  chmodSync(path4, 384);
  writeFileSync(path4, JSON.stringify({ ...parse2(path4), text: text3 }));
  chmodSync(path4, mode & 511);
}
function readDisk(path4) {
  const { text: text3, backing } = parse2(path4);
  return text3 ?? (backing === void 0 ? "" : readDisk(backing));
}
function chainJson(path4) {
  const chain = [];
  for (let at = path4; at !== void 0; at = parse2(at).backing) {
    const { backing } = parse2(at);
    chain.push({
      filename: at,
      format: "qcow2",
      ...backing === void 0 ? {} : { "full-backing-filename": backing }
    });
  }
  return JSON.stringify(chain);
}

// test/fakes/moments.ts
function commandOf(verb, work) {
  try {
    return work();
  } catch (cause) {
    const argv = ["virsh", verb];
    throw new CommandError(
      { where: "host", argv, exitCode: 1, signal: void 0, timedOut: false, durationMs: 1, tail: String(cause) },
      { cause }
    );
  }
}
function fakeMoments({
  self,
  get: get2,
  isOff,
  look: look2,
  change,
  takePorts,
  needNetwork
}) {
  return {
    pause: (name3) => change("pause", name3, () => {
      const e = get2(name3);
      if (isOff(e)) throw new StateError(`${name3} is ${e.state}, not running`, { hint: "klab up" });
      e.state = "paused";
    }),
    resume: (names) => change("resume", names.join(" "), () => {
      for (const e of names.map(get2)) if (e.state === "paused" && !self().full.has(e.name)) e.state = "running";
    }),
    memoryMiB: (names) => look2(() => names.length),
    freeze: (name3, to) => change("freeze", name3, () => {
      const e = get2(name3);
      if (e.state !== "paused") throw new StateError(`${name3} is ${e.state}, not paused`);
      commandOf("snapshot-create", () => {
        makeOverlay(to.disk, e.live ?? "");
        writeFileSync2(to.memory, JSON.stringify({ ram: e.ram }), { flag: "wx" });
      });
      e.live = e.next = to.disk;
    }),
    freezeTogether: async (moments, { committed }) => {
      for (const { name: name3 } of moments) {
        const state = await self().state(name3);
        if (state !== "running") throw new StateError(`${name3} is ${state}, not running`, { hint: "klab up" });
      }
      const early = moments.filter(({ name: name3 }) => self().idle.has(name3));
      const chosen = early.length > 0 ? early : moments;
      for (const { name: name3 } of chosen) await self().pause(name3);
      if (early.length === 0) await committed();
      for (const { name: name3, to } of chosen) await self().freeze(name3, to);
      await self().resume(chosen.map((m) => m.name));
      return early.length > 0 ? void 0 : { pauseMs: 1, skewMs: 0 };
    },
    thaw: (name3, from, forwards) => change("thaw", name3, () => {
      const e = get2(name3);
      const saved = commandOf("restore", () => {
        if (!isOff(e)) throw new Error(`${name3} is ${e.state}`);
        readDisk(from.disk);
        return JSON.parse(readFileSync2(from.memory, "utf8"));
      });
      if (e.spec?.mgmt) takePorts({ ...e.spec, mgmt: { ...e.spec.mgmt, forwards } });
      if (e.spec) needNetwork(e.spec);
      e.state = "paused";
      e.ram = saved.ram;
      e.live = e.next = from.disk;
    }),
    disk: (name3) => look2(() => {
      const e = get2(name3);
      return { live: e.live, next: e.next };
    }),
    shortenDisk: (name3, base) => change("shorten", name3, () => {
      const e = get2(name3);
      const text3 = readDisk(e.live ?? "");
      rmSync(e.live ?? "");
      makeOverlay(e.live ?? "", base);
      writeDisk(e.live ?? "", text3);
    }),
    useDisk: (name3, path4) => change("use-disk", name3, () => void (get2(name3).next = path4)),
    guestTime: (name3) => look2(() => self().clocks.get(get2(name3).name)),
    setGuestTime: (name3, ms) => change("set-time", name3, () => void self().clocks.set(get2(name3).name, ms)),
    describe: (name3) => look2(() => {
      const e = get2(name3);
      return { boot: e.spec?.boot ?? { kind: "disk" }, disks: e.spec?.disks ?? [] };
    }),
    abilities: (_accel, machine) => look2(() => ({ ...self().able, machine: machine ?? self().able.machine })),
    needs: (memory) => look2(() => {
      JSON.parse(readFileSync2(memory, "utf8"));
      return { machine: "pc-q35-7.2", cpu: "Nehalem" };
    }),
    adopt: (memory, spec) => look2(() => {
      const { ram } = JSON.parse(readFileSync2(memory, "utf8"));
      writeFileSync2(memory, JSON.stringify({ ram, of: spec.name }));
    }),
    abortJob: (name3) => change("abort-job", name3, () => void 0)
  };
}

// test/fakes/hypervisor.ts
function createFakeHypervisor(uri = "fake:///") {
  const entries = /* @__PURE__ */ new Map();
  const networks = /* @__PURE__ */ new Map();
  const get2 = (name3) => {
    const entry = entries.get(name3);
    if (!entry) throw new StateError(`there is no machine ${name3}`, { hint: "klab up" });
    return entry;
  };
  const off = (e, state) => {
    e.state = state;
    delete e.live;
    e.ram = "";
  };
  const isOff = (e) => e.state === "shut-off" || e.state === "crashed";
  const look2 = (work) => Promise.resolve().then(() => {
    if (fake.unreachable) throw new HostError(`libvirt cannot be reached at ${uri}`, { hint: "start libvirtd" });
    return work();
  });
  const change = (verb, name3, work) => look2(() => {
    fake.calls.push(`${verb} ${name3}`);
    fake.onCall(verb, name3);
    work();
  });
  const takePorts = (spec) => {
    const others = [...entries.values()].filter((e) => !isOff(e) && e.name !== spec.name);
    const taken = /* @__PURE__ */ new Set([
      ...fake.busyPorts,
      ...others.flatMap((e) => (e.spec?.mgmt?.forwards ?? []).map((f) => f.hostPort))
    ]);
    const busy = spec.mgmt?.forwards.find((f) => taken.has(f.hostPort));
    if (busy === void 0) return;
    const tail2 = `qemu-system-x86_64: -netdev user: Could not set up host forwarding rule 'tcp:127.0.0.1:${busy.hostPort}-10.0.2.15:${busy.guestPort}'`;
    throw new CommandError({
      where: "host",
      argv: ["virsh", "start"],
      exitCode: 1,
      signal: void 0,
      timedOut: false,
      durationMs: 1,
      tail: tail2
    });
  };
  const needNetwork = ({ net }) => {
    if (net && networks.get(net.network)?.active !== true)
      commandOf("start", () => {
        throw new Error(`network '${net.network}' is not active`);
      });
  };
  const moments = fakeMoments({ self: () => fake, get: get2, isOff, look: look2, change, takePorts, needNetwork });
  const fake = {
    uri,
    preferred: /* @__PURE__ */ new Set(),
    idle: /* @__PURE__ */ new Set(),
    clocks: /* @__PURE__ */ new Map(),
    full: /* @__PURE__ */ new Set(),
    opened: /* @__PURE__ */ new Map(),
    calls: [],
    busyPorts: /* @__PURE__ */ new Set(),
    unreachable: false,
    able: { libvirt: "9.0.0", qemu: "7.2.22", machine: "pc-q35-7.2", hostCpu: "" },
    onCall: () => void 0,
    specOf: (name3) => entries.get(name3)?.spec,
    kill: (name3) => off(get2(name3), "crashed"),
    addForeign: (name3, state = "shut-off") => void entries.set(name3, { name: name3, uuid: randomUUID(), state, ram: "", next: "" }),
    addNetwork: (network2) => void networks.set(network2.name, network2),
    dropNetwork: (name3) => void networks.delete(name3),
    write: (name3, text3) => {
      const e = get2(name3);
      if (e.state !== "running") throw new Error(`${name3} is ${e.state}`);
      e.ram = text3;
      writeDisk(e.live ?? "", text3);
    },
    read: (name3) => {
      const e = get2(name3);
      if (e.state !== "running") throw new Error(`${name3} is ${e.state}`);
      return { ram: e.ram, disk: readDisk(e.live ?? "") };
    },
    list: () => look2(
      () => [...entries.values()].map(({ name: name3, uuid, state }) => ({
        name: name3,
        uuid,
        state,
        ...state === "paused" && fake.full.has(name3) && { stuck: true }
      }))
    ),
    state: (name3) => look2(() => entries.get(name3)?.state ?? "absent"),
    owned: (labId2) => look2(
      () => [...entries.values()].flatMap(
        ({ name: name3, uuid, state, spec }) => spec && (labId2 === void 0 || spec.labId === labId2) ? [{ name: name3, uuid, state, labId: spec.labId, node: spec.node, specDigest: specDigest(spec) }] : []
      )
    ),
    ensureMachine: (spec) => change("ensure", spec.name, () => {
      checkSpec(spec);
      for (const e of entries.values()) {
        if (e.name !== spec.name && e.uuid !== spec.uuid) continue;
        if (e.name !== spec.name || e.uuid !== spec.uuid || e.spec?.labId !== spec.labId)
          throw new StateError(`libvirt already has a domain ${e.name}`, { hint: "look at it" });
        if (specDigest(e.spec) === specDigest(spec) && !(isOff(e) && fake.opened.has(e.name))) return;
        if (!isOff(e))
          throw new StateError(`${spec.node} is ${e.state} with other settings`, { hint: "stop it first: klab halt" });
      }
      fake.opened.delete(spec.name);
      entries.set(spec.name, {
        name: spec.name,
        uuid: spec.uuid,
        state: entries.get(spec.name)?.state ?? "shut-off",
        spec: structuredClone(spec),
        ram: entries.get(spec.name)?.ram ?? "",
        next: spec.disks.find((d) => !d.readonly)?.path ?? ""
      });
    }),
    start: (name3) => change("start", name3, () => {
      const e = get2(name3);
      if (isOff(e)) {
        if (e.spec) takePorts(e.spec);
        if (e.spec) needNetwork(e.spec);
        e.live = e.next;
        e.ram = "";
      }
      e.state = "running";
    }),
    openings: (uuids) => look2(() => {
      const all = [...entries.values()].filter((e) => uuids.includes(e.uuid));
      return new Map(all.flatMap((e) => fake.opened.has(e.name) ? [[e.uuid, fake.opened.get(e.name) ?? []]] : []));
    }),
    prefer: (name3) => look2(() => {
      if (["running", "paused"].includes(entries.get(name3)?.state ?? "")) fake.preferred.add(name3);
    }),
    stop: (name3) => change("stop", name3, () => {
      const e = entries.get(name3);
      if (e && !isOff(e)) off(e, "shut-off");
    }),
    removeMachine: (name3) => change("remove", name3, () => {
      const e = entries.get(name3);
      if (e && !e.spec) throw new StateError(`${name3} does not carry klab's metadata`, { hint: "virsh undefine" });
      entries.delete(name3);
    }),
    ...moments,
    networks: () => look2(() => [...networks.values()]),
    ensureNetwork: (spec) => change("ensure-network", spec.name, () => ensureNetwork(networks, spec)),
    removeNetwork: (name3) => change("remove-network", name3, () => removeNetwork(networks, name3))
  };
  return fake;
}

// test/fakes/world.ts
var root = new URL("../..", import.meta.url).pathname.replace(/\/$/, "");
var fourNodes = (more = "") => `name: course
nodes:
${[61, 62, 63, 64].map((n, i) => `  - { name: ${i === 0 ? "k8s-master01" : `k8s-node0${i}`}, ip: 192.168.31.${n} }
`).join("")}${more}`;
var labOf = (text3) => parseLabfile(text3, "/lab/Labfile");
var REAL = ["flock", "sync", "du", "rm", "unshare"];
function makeWorld(t2, o = {}) {
  const dir = t2.testdir(o.files ?? {});
  const env = {
    pid: process.pid,
    uid: o.uid ?? 0,
    user: "tester",
    home: join21(dir, "home"),
    cwd: dir,
    env: {
      KLAB_STATE_DIR: join21(dir, "state"),
      KLAB_CACHE_DIR: join21(dir, "cache"),
      KLAB_RUN_DIR: join21(dir, "run"),
      PATH: process.env["PATH"],
      // The tests' files are theirs whom this root works for.
      SUDO_UID: String(process.getuid?.() ?? 0)
    }
  };
  const real = createExec({ ...env, cwd: "/" });
  const commands = [];
  const known = Object.entries(o.host ?? {}).sort(([a], [b]) => b.length - a.length);
  const host = {
    run: async (argv, options = {}) => {
      const line = argv.join(" ");
      if (REAL.includes(argv[0] ?? "")) return real.run(argv, options);
      commands.push(line);
      const reply = (given) => {
        if (given instanceof Error) throw given;
        return {
          stdout: "",
          stderr: "",
          exitCode: 0,
          durationMs: 1,
          ...typeof given === "string" ? { stdout: given } : given
        };
      };
      if (o.kubectl && argv[0]?.endsWith("/bin/kubectl")) {
        const input = options.input === void 0 ? "" : String(options.input);
        return reply(await o.kubectl(argv.slice(1).filter((a) => !a.startsWith("--request-timeout")).join(" "), input));
      }
      const found2 = known.find(([start]) => line === start || line.startsWith(`${start} `));
      if (!found2) {
        t2.fail(`unexpected on the host: ${line}`);
        throw new Error(`unexpected on the host: ${line}`);
      }
      return reply(typeof found2[1] === "function" ? found2[1](argv) : found2[1]);
    },
    which: (tool) => Promise.resolve(o.absent?.includes(tool) ? void 0 : `/usr/bin/${tool}`),
    // Nothing but zstd, which touches nothing.
    filter: (argv) => real.filter(argv),
    spawnDetached: (argv) => {
      t2.fail(`unexpected on the host: ${argv.join(" ")}`);
      return Promise.reject(new Error("unexpected"));
    }
  };
  const clock = createFakeClock();
  const r = roots(env);
  const l2Calls = [];
  const seeds = /* @__PURE__ */ new Map();
  const abort = new AbortController();
  return {
    dir,
    env,
    host,
    clock,
    hypervisor: createFakeHypervisor(),
    l2: {
      ensure: (d) => Promise.resolve(l2Calls.push(`ensure ${d}`)).then(() => ({ socketDir: join21(d, "vde") })),
      running: (d) => Promise.resolve(l2Calls.includes(`ensure ${d}`)),
      remove: (d) => Promise.resolve(void l2Calls.push(`remove ${d}`))
    },
    guests: createFakeGuests(t2),
    layers: createLayers({ dir: join21(r.cache, "layers"), exec: host, clock, dirMode: r.dirMode }),
    roots: r,
    iso: {
      seed: (path4, files) => {
        seeds.set(path4, files);
        writeFileSync3(path4, "iso");
        return Promise.resolve();
      }
    },
    assets: root,
    signal: abort.signal,
    commands,
    l2Calls,
    seeds,
    abort
  };
}
function fakeArtifacts(world, lab, until2) {
  const dir = join21(world.dir, "artifacts");
  const k = lab.kubernetes;
  const images = ["k8s.gcr.io/kube-apiserver:v1.20.2", "k8s.gcr.io/pause:3.2"];
  const manifest = {
    format: 1,
    source: "debian",
    kubernetes: k?.version ?? "",
    images,
    nodeImages: images,
    provenance: {},
    files: []
  };
  const boot = {
    kind: "direct",
    kernel: join21(dir, "kernel"),
    initrd: join21(dir, "initrd"),
    cmdline: "root=LABEL=rootfs"
  };
  const base = { dir, key: "b".repeat(64), disk: join21(dir, "disk.qcow2"), boot, cached: true };
  return {
    base: () => Promise.resolve({ ...base, virtualBytes: 2 ** 31 }),
    bundle: () => Promise.resolve(k ? { dir, key: "c".repeat(64), manifest, cached: true, isoDir: dir } : void 0),
    recipe: async () => {
      const wanted = BAKED.filter((p) => upTo(p, until2) && (k !== void 0 || p === "system"));
      const phases = wanted.map((phase) => ({ phase, script: scriptOf(phase, lab), digest: digest(phase) }));
      return { scripts: await loadScripts(root), settings: commonSettings(lab, images), phases };
    }
  };
}
function makeRun(world, lab, o = {}) {
  const labfile = join21(world.dir, "Labfile");
  const id = labId(lab.name, "/lab/Labfile", 0);
  const paths = labPaths(world.roots, id);
  const { until: until2 = "ready", accel = "tcg" } = o;
  const ports = assignPorts(lab, apiNodes(lab), [...lab.nodes.map((_, i) => 22e3 + i), 22100]);
  const record = {
    version: 1,
    id,
    name: lab.name,
    labfile,
    labfileSha256: "0".repeat(64),
    lab,
    uri: world.hypervisor.uri,
    accel,
    ports,
    createdAt: "2026-01-01T00:00:00.000Z"
  };
  const put = (path4, text3) => {
    mkdirSync(dirname8(path4), { recursive: true });
    writeFileSync3(path4, text3);
  };
  if (o.keys) {
    put(paths.key, "lab key");
    put(`${paths.key}.pub`, "ssh-ed25519 LABKEY klab\n");
    for (const n of lab.nodes) put(paths.node(n.name).hostKey, "host key");
    for (const n of lab.nodes) put(`${paths.node(n.name).hostKey}.pub`, `ssh-ed25519 HOST-${n.name} klab ${n.name}
`);
  }
  const artifacts = fakeArtifacts(world, lab, until2);
  const profile = profileFor(accel, apiNodes(lab).length, lab.kubernetes && minorOf(lab.kubernetes.version));
  return { world, lab, id, paths, accel, profile, until: until2, artifacts, record };
}

// test/snapshot/stage.ts
import { mkdirSync as mkdirSync2, rmSync as rmSync2, writeFileSync as writeFileSync4 } from "node:fs";
import { dirname as dirname9, join as join22 } from "node:path";

// src/snapshot/save.ts
init_errors();
init_files();

// src/snapshot/flatten.ts
init_errors();

// src/snapshot/save.ts
init_manifest();
var MIB4 = 2 ** 20;

// test/snapshot/stage.ts
var CLOCK = "1767225600.0 1767225627.5 100.00 100.05\n";
var Killed = class extends Error {
};
async function makeStage(t2, labfile = fourNodes()) {
  let [calls, limit] = [0, Infinity];
  const step = () => {
    calls += 1;
    if (calls > limit) throw new Killed();
  };
  const create = (argv) => {
    step();
    makeOverlay(argv.at(-1) ?? "", argv[argv.indexOf("-b") + 1] ?? "");
    return "";
  };
  const rebase = (argv) => {
    step();
    const [path4, base] = [argv.at(-1) ?? "", argv[argv.indexOf("-b") + 1] ?? ""];
    const text3 = readDisk(path4);
    rmSync2(path4);
    makeOverlay(path4, base);
    writeDisk(path4, text3);
    return "";
  };
  const world = makeWorld(t2, {
    host: {
      "qemu-img create": create,
      "qemu-img rebase": rebase,
      "qemu-img info": (argv) => chainJson(argv.at(-1) ?? "")
    }
  });
  const run = makeRun(world, labOf(labfile), { keys: true });
  world.guests.answers.push(({ text: text3 }) => text3 === "sync" ? "" : text3.includes("rtc0") ? CLOCK : void 0);
  const image2 = join22(cachePaths(world.roots).layers, "i".repeat(64), "disk.qcow2");
  mkdirSync2(dirname9(image2), { recursive: true });
  writeFileSync4(image2, "{}");
  const nodes = run.lab.nodes.map((n) => n.name);
  const domain = (node2) => domainName(run.id, node2);
  await writeRecord(run.paths.record, run.record);
  const nicsOf = await segmentOf(run).ensure();
  for (const node2 of run.lab.nodes) {
    mkdirSync2(run.paths.node(node2.name).dir, { recursive: true });
    makeOverlay(run.paths.node(node2.name).disk, image2);
    await world.hypervisor.ensureMachine(
      machineSpec(run, node2, { boot: { kind: "disk" }, bundleIso: void 0, nics: nicsOf(node2.name) })
    );
    await world.hypervisor.start(domain(node2.name));
  }
  const said = [];
  const labWith = (record) => ({
    world,
    paths: run.paths,
    record,
    say: (l) => said.push(l)
  });
  const stage = {
    world,
    lab: labWith(run.record),
    nodes,
    said,
    write: (word2) => nodes.forEach((n) => world.hypervisor.write(domain(n), word2)),
    read: () => Promise.all(
      nodes.map(async (n) => {
        if (await world.hypervisor.state(domain(n)) !== "running") return "-";
        const { ram, disk } = world.hypervisor.read(domain(n));
        return `${ram}/${disk}`;
      })
    ),
    killAt: (n) => {
      calls = 0;
      limit = n;
      world.hypervisor.onCall = step;
    },
    again: async () => {
      const made = calls;
      world.hypervisor.onCall = () => void 0;
      limit = Infinity;
      const record = await readRecord(run.paths.record);
      if (!record) throw new Error("the record is gone");
      return { lab: labWith(record), calls: made };
    }
  };
  stage.write("zero");
  return stage;
}

// test/lab/killed.test.ts
var LABFILE = fourNodes("kubernetes: false\n");
async function upStage(t2) {
  let [calls, limit] = [0, Infinity];
  const step = () => {
    calls += 1;
    if (calls > limit) throw new Killed();
  };
  const create = (argv) => {
    step();
    writeFileSync5(argv.at(-2) ?? "", "qcow2");
    step();
    return "";
  };
  const world = makeWorld(t2, { host: { "qemu-img create": create } });
  world.hypervisor.onCall = step;
  const seeds = {
    seed: (path4, files) => {
      step();
      return world.iso.seed(path4, files).then(step);
    }
  };
  const l2 = {
    ...world.l2,
    ensure: (dir) => Promise.resolve().then(step).then(() => world.l2.ensure(dir))
  };
  const run = makeRun({ ...world, iso: seeds, l2 }, labOf(LABFILE), { until: "machines" });
  for (const dir of [run.paths.dir, world.roots.run, run.paths.run, world.roots.cache])
    mkdirSync3(dir, { recursive: true, mode: 448 });
  await world.layers.build(
    await nodeImageKey(run),
    (dir) => Promise.resolve(writeFileSync5(join23(dir, "disk.qcow2"), "image"))
  );
  const go = async () => {
    await writeRecord(run.paths.record, run.record);
    await executePlan(planUp(run), { report: () => void 0, clock: world.clock, signal: world.signal });
    return run;
  };
  return {
    world,
    run,
    go,
    killAt: (n) => [calls, limit] = [0, n],
    live: () => limit = Infinity
  };
}
t.test("up, killed at every change: again it makes what is missing, with the keys and ports of before", async (t2) => {
  for (let n = 0, whole = false; !whole && n < 60; n++) {
    const s = await upStage(t2);
    s.killAt(n);
    whole = await s.go().then(
      () => true,
      () => false
    );
    s.live();
    const keys = () => existsSync2(s.run.paths.key) ? readFileSync3(s.run.paths.key, "utf8") : void 0;
    const before = keys();
    await s.go();
    if (before !== void 0) t2.equal(keys(), before, `killed at ${n}: the lab\u2019s key stays`);
    const machines = await s.world.hypervisor.owned(s.run.id);
    t2.equal(machines.length, 4, `killed at ${n}`);
    for (const { name: name3 } of s.run.lab.nodes) {
      const files = s.run.paths.node(name3);
      t2.ok(existsSync2(files.disk) && s.world.seeds.has(files.seed), `killed at ${n}: ${name3} has disk and seed`);
      const left = readdirSync(dirname10(files.disk)).filter((f) => /\.(tmp|part)$/.test(f));
      t2.same(left, [], "nothing half-made");
    }
    if (whole) t2.ok(n > 12, `${n} moments`);
  }
});
t.test("halt, killed at every change: again it ends what still runs", async (t2) => {
  for (let n = 0, whole = false; !whole && n < 60; n++) {
    const s = await makeStage(t2, LABFILE);
    s.killAt(n);
    const quiet2 = { force: false, report: () => void 0 };
    whole = await halt(s.world, s.lab, quiet2).then(
      () => true,
      () => false
    );
    const { lab } = await s.again();
    t2.match(await halt(s.world, lab, quiet2), { state: "stopped" }, `killed at ${n}`);
    if (whole) t2.equal(n, 4);
  }
});
t.test("destroy, killed at every change: again it takes all that is left, and nothing else", async (t2) => {
  for (let n = 0, whole = false; !whole && n < 60; n++) {
    const s = await makeStage(t2, LABFILE);
    s.world.hypervisor.addForeign("somebody-elses");
    const { id, name: name3 } = s.lab.record;
    s.killAt(n);
    let left = n;
    const l2 = { ...s.world.l2, remove: (dir) => left-- <= 4 ? Promise.reject(new Killed()) : s.world.l2.remove(dir) };
    const target = { id, name: name3, paths: s.lab.paths };
    whole = await destroy({ ...s.world, l2 }, target, () => void 0).then(
      () => true,
      () => false
    );
    await s.again();
    await destroy(s.world, target, () => void 0);
    t2.same(
      (await s.world.hypervisor.list()).map((m) => m.name),
      ["somebody-elses"],
      `killed at ${n}`
    );
    t2.notOk(existsSync2(s.lab.paths.dir), `killed at ${n}: no file is left`);
    t2.ok(s.world.l2Calls.includes(`remove ${s.lab.paths.run}`));
    if (n > 12) throw new Error("does not end");
  }
});
t.test(
  "a reboot of the host: machines off, run folder gone; up makes the switch anew and touches no disk",
  async (t2) => {
    const s = await upStage(t2);
    await s.go();
    const domains = s.run.lab.nodes.map((n) => domainName(s.run.id, n.name));
    for (const d of domains) await s.world.hypervisor.start(d);
    const disk = s.run.paths.node("k8s-node01").disk;
    writeFileSync5(disk, "work");
    for (const d of domains) s.world.hypervisor.kill(d);
    rmSync3(s.world.roots.run, { recursive: true });
    s.world.l2Calls.length = 0;
    await s.go();
    t2.match(s.world.l2Calls, [`ensure ${s.run.paths.run}`]);
    t2.equal(readFileSync3(disk, "utf8"), "work");
    t2.same((await s.world.hypervisor.owned(s.run.id)).map((m) => m.state), domains.map(() => "crashed"));
  }
);
