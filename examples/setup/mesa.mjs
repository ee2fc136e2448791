// Unpacks Debian's or Ubuntu's software Vulkan driver (Mesa's lavapipe) into the cache folder, without root and without
// installing anything. It computes several times faster than the SwiftShader inside browsers and has shader-f16.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { mesaDir } from "./drivers.mjs";
import { mtime } from "./paths.mjs";

/** Libraries that must stay the system's own: replacing them under a running Node would break it. */
const UNTOUCHABLE = /^(libc6|libstdc\+\+6|libgcc-s1)(:|$)/;
const RETRY_MS = 24 * 3_600_000;
const STEP_MS = 240_000;

/** @param {string} command @param {string[]} args @param {string} [cwd] */
function run(command, args, cwd) {
  const child = spawnSync(command, args, {
    cwd,
    encoding: "utf8",
    timeout: STEP_MS,
    env: { ...process.env, LC_ALL: "C", DEBIAN_FRONTEND: "noninteractive" },
  });
  if (child.status !== 0)
    throw new Error(`${command} ${args.at(-1)}: ${child.stderr?.trim() || child.error?.message}`);
  return child.stdout;
}

/** Text of a file, or "" where it cannot be read. @param {string} path */
function textOf(path) {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

const BOOKWORM_KEYS = "/usr/share/keyrings/debian-archive-keyring.gpg";

/** Every place that apt's configuration names, in either of its two formats. */
function aptSources() {
  const dir = "/etc/apt/sources.list.d";
  const parts = existsSync(dir) ? readdirSync(dir).map((file) => join(dir, file)) : [];
  const text = ["/etc/apt/sources.list", ...parts].map(textOf).join("\n\n");
  const lines = [...text.matchAll(/^deb\s+(?:\[[^\]]*\]\s+)?(\S+)\s+(\S+)/gm)];
  const oneLine = lines.map(([, uri = "", suite = ""]) => ({ uri, suites: [suite] }));
  const stanzas = text.split(/\n\s*\n/).flatMap((stanza) => {
    const uri = /^URIs:\s*(\S+)/m.exec(stanza)?.[1];
    const suites = /^Suites:\s*(.+)$/m.exec(stanza)?.[1];
    return uri && suites ? [{ uri, suites: suites.trim().split(/\s+/) }] : [];
  });
  return [...oneLine, ...stanzas];
}

/**
 * Options by which apt reads Debian's backports from the server that the system uses: Debian 12's own Mesa is too old for
 * Dawn. Elsewhere the system's own sources are right.
 * @param {string} dir
 * @returns {{ options: string[], target: string[] }}
 */
function aptTarget(dir) {
  const release = textOf("/etc/os-release");
  const bookworm = /^ID=debian$/m.test(release) && /^VERSION_ID="12"$/m.test(release);
  if (!bookworm) return { options: [], target: [] };
  const server = aptSources().find(({ suites }) => suites.includes("bookworm"))?.uri;
  if (!server) throw new Error("no Debian server is configured");
  const suites = ["bookworm", "bookworm-backports"];
  const list = join(dir, "sources.list");
  writeFileSync(
    list,
    suites.map((suite) => `deb [signed-by=${BOOKWORM_KEYS}] ${server} ${suite} main\n`).join(""),
  );
  const options = [`Dir::Etc::sourcelist=${list}`, "Dir::Etc::sourceparts=-"];
  return { options, target: ["-t", "bookworm-backports"] };
}

/** Downloads the driver and what it needs that the system lacks, and unpacks it all into `dir`/root.
 * @param {string} dir */
function unpack(dir) {
  for (const name of ["lists/partial", "cache/archives/partial", "debs", "root"])
    mkdirSync(join(dir, name), { recursive: true });
  const apt = aptTarget(dir);
  const own = [
    `Dir::State::lists=${join(dir, "lists")}`,
    `Dir::Cache=${join(dir, "cache")}`,
    "APT::Sandbox::User=root",
  ];
  const options = [...own, ...apt.options].flatMap((option) => ["-o", option]);
  run("apt-get", [...options, "-qq", "update"]);
  const wanted = [
    "--simulate",
    "--no-install-recommends",
    "install",
    ...apt.target,
    "libvulkan1",
    "mesa-vulkan-drivers",
  ];
  const plan = run("apt-get", [...options, ...wanted]);
  const packages = [...plan.matchAll(/^Inst (\S+) (?:\[\S+\] )?\((\S+)/gm)].map(
    ([, name, version]) => `${name}=${version}`,
  );
  const blocked = packages.find((name) => UNTOUCHABLE.test(name.replace("=", ":")));
  if (blocked) throw new Error(`it needs another ${blocked}`);
  if (packages.length === 0) throw new Error("the system already has the newest one");
  run("apt-get", [...options, "-qq", "download", ...packages], join(dir, "debs"));
  for (const file of readdirSync(join(dir, "debs")))
    run("dpkg-deb", ["-x", join(dir, "debs", file), join(dir, "root")]);
}

/** Every folder below `dir` that directly holds a shared library. @param {string} dir @returns {string[]} */
function libraryFolders(dir) {
  const files = readdirSync(dir, { recursive: true, withFileTypes: true });
  return [
    ...new Set(
      files.filter(({ name }) => /\.so(\.|$)/.test(name)).map(({ parentPath, path }) => parentPath ?? path),
    ),
  ];
}

/**
 * Obtains lavapipe where apt is at hand. A failure is remembered for a day, so that an offline machine is not asked at each
 * start.
 * @param {(line: string) => void} say
 * @returns {boolean} whether a driver is there now
 */
export function obtainMesa(say) {
  if (process.platform !== "linux" || process.env.GANVAS_NO_DOWNLOAD || !existsSync("/usr/bin/apt-get"))
    return false;
  const dir = mesaDir();
  const icd = join(dir, "lvp_icd.json");
  if (existsSync(icd)) return true;
  const failed = join(dir, "failed");
  if (Date.now() - mtime(failed) < RETRY_MS) return false;
  say("Fetching Mesa's software Vulkan driver (lavapipe) with apt, into the cache folder …");
  try {
    rmSync(dir, { recursive: true, force: true });
    unpack(dir);
    const folders = libraryFolders(join(dir, "root"));
    const lib = folders.find((folder) => existsSync(join(folder, "libvulkan_lvp.so")));
    if (!lib) throw new Error("the package holds no libvulkan_lvp.so");
    writeFileSync(join(dir, "libraries.txt"), folders.join(":"));
    const driver = { api_version: "1.3.0", library_path: join(lib, "libvulkan_lvp.so") };
    writeFileSync(icd, JSON.stringify({ file_format_version: "1.0.0", ICD: driver }));
    return true;
  } catch (error) {
    say(`  not to be had here: ${error instanceof Error ? error.message.split("\n")[0] : error}`);
    writeFileSync(failed, "");
    return false;
  } finally {
    for (const name of ["lists", "cache", "debs"]) rmSync(join(dir, name), { recursive: true, force: true });
  }
}
