// JavaScript, so that everything can load it: tests, and the programs and threads that they start.
const { spawnSync } = require('node:child_process');
const { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } = require('node:fs');
const { dirname, join, relative, resolve } = require('node:path');

const ROOT = resolve(__dirname, '../../../..');
const BUNDLES = join(ROOT, 'node_modules/.cache/rapport');
const INPUTS = '\n// inputs: ';

/** @see ../testing.ts */
const fromSource = (entry) => {
  const bundle = join(BUNDLES, relative(ROOT, entry).replaceAll(/[\\/]/g, '-').replace(/ts$/, 'js'));
  if (!isCurrent(bundle)) {
    // In a process of its own: inside, esbuild would leave a process behind for every test file.
    const { status, stderr } = spawnSync(process.execPath, [__filename, entry, bundle], { encoding: 'utf8' });
    if (status !== 0) throw new Error(`${entry} does not compile:\n${stderr}`);
  }
  return bundle;
};

/** A source as it was when it was compiled: its modification time and size. */
const stampOf = (file) => {
  const { mtimeMs, size } = statSync(join(ROOT, file));
  return `${mtimeMs} ${size}`;
};

const isCurrent = (bundle) => {
  try {
    const text = readFileSync(bundle, 'utf8');
    const inputs = JSON.parse(text.slice(text.lastIndexOf(INPUTS) + INPUTS.length));
    return Object.entries(inputs).every(([file, stamp]) => stampOf(file) === stamp);
  } catch {
    // Not compiled yet, or one of its sources is gone.
    return false;
  }
};

/** Each module sees the folder of its source, not that of the bundle. */
const keepFolders = {
  name: 'keep-folders',
  setup: ({ onLoad }) =>
    onLoad({ filter: /[\\/]src[\\/].*\.ts$/ }, ({ path }) => ({
      contents: readFileSync(path, 'utf8').replaceAll(/\b__dirname\b/g, JSON.stringify(dirname(path))),
      loader: 'ts',
    })),
};

const write = async (entry, bundle) => {
  const { outputFiles, metafile } = await require('esbuild').build({
    entryPoints: [entry],
    absWorkingDir: ROOT,
    bundle: true,
    write: false,
    outfile: bundle,
    metafile: true,
    platform: 'node',
    target: 'es2022',
    keepNames: true,
    sourcemap: 'inline',
    // Native code stays where it is installed.
    external: ['better-sqlite3'],
    tsconfigRaw: { compilerOptions: { baseUrl: ROOT, paths: { '@rapport/*': ['packages/*/src'] } } },
    plugins: [keepFolders],
  });
  const sources = Object.keys(metafile.inputs).filter((file) => !file.startsWith('node_modules'));
  const inputs = Object.fromEntries(sources.map((file) => [file, stampOf(file)]));
  mkdirSync(dirname(bundle), { recursive: true });
  // Other tests may be starting the bundle of before: it is replaced as a whole.
  const fresh = `${bundle}.${process.pid}`;
  writeFileSync(fresh, `${outputFiles[0].text}${INPUTS}${JSON.stringify(inputs)}`);
  renameSync(fresh, bundle);
};

module.exports = { fromSource };

// esbuild has said on stderr what is wrong.
if (require.main === module) write(process.argv[2], process.argv[3]).catch(() => process.exit(1));
