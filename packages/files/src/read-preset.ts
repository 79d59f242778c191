import { statSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileLedger } from './account';
import { assertFile } from './chunks';
import { lock, openDatabase } from './database';
import { adviceOn, messageOf } from './duckdb-error';
import { ImportError } from './import-error';
import { type PresetTable, presetSql, type TablePreset } from './presets';
import { readMapping } from './read-mapping';
import type { Reading } from './reading';
import { loadTable } from './stage';
import { dataReader } from './touchpoint-data';

/** Reads files of one preset: loads each into its table, then yields what the preset's SELECT makes of them. */
const readPreset = (
  preset: TablePreset,
  files: ReadonlyMap<PresetTable, string>,
  nameOf: (path: string) => string,
): Reading =>
  async function* ({ context, format, signal, begun, found }) {
    for (const file of files.values()) assertFile(file);
    const database = await openDatabase(signal);
    try {
      const sources = [...files].map(([{ table }, file]) => ({
        table,
        file: nameOf(file),
        ledger: fileLedger(nameOf(file)),
      }));
      for (const { ledger } of sources) begun(ledger);
      for (const [i, [{ table, columns }, file]] of [...files].entries()) {
        const source = { table, file, name: nameOf(file), columns };
        const report = yield* loadTable(database, source, sources[i]!.ledger, signal);
        if (report !== undefined) found(report);
      }
      await lock(database, []);
      await database.run(`CREATE TEMP VIEW mapping AS ${presetSql(preset.name)}`);
      const data = dataReader({ catalogue: context.catalogue, format, numberFields: new Set() });
      yield* readMapping({ database, rules: { name: preset.name, format, data }, sources, context });
    } catch (error) {
      signal?.throwIfAborted();
      const [file = preset.name] = files.values();
      throw error instanceof ImportError ? error : failed(nameOf(file), error);
    } finally {
      await database.close();
    }
  };

const failed = (file: string, error: unknown): ImportError =>
  new ImportError(
    'unreadable',
    `${file}: ${messageOf(error)}\n${adviceOn(error, 'The preset could not read this file; a mapping of your own (--sql) may.')}`,
    { file },
    { cause: error },
  );

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;

const isArchive = (path: string): boolean => /\.(tar|tgz|tar\.gz)$/i.test(path);

/** All files below a folder. */
const filesIn = async (folder: string): Promise<readonly string[]> =>
  (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();

const unpack = async (archive: string, folder: string): Promise<readonly string[]> => {
  assertFile(archive);
  const tar = await import('tar');
  await mkdir(folder, { recursive: true });
  try {
    await tar.x({ file: archive, cwd: folder, strict: true, filter: (path) => /\.csv(\.gz)?$/i.test(path) });
  } catch (error) {
    throw new ImportError(
      'damaged-archive',
      `${archive}: the archive cannot be unpacked (${error instanceof Error ? error.message : error}). Fetch it again.`,
      { file: archive },
      { cause: error },
    );
  }
  return filesIn(folder);
};

/** Which table each file is for, by its name. */
const assign = (preset: TablePreset, files: readonly string[], given: string): ReadonlyMap<PresetTable, string> => {
  const found = new Map<PresetTable, string>();
  const missing: string[] = [];
  for (const table of preset.tables) {
    const named = files.filter((file) => basename(file).startsWith(table.fileName ?? ''));
    const [first, second] = named;
    if (second !== undefined)
      throw new ImportError(
        'wrong-files',
        `${second}: this is the second file of ${table.fileName}, after ${first}. Give one.`,
        {
          file: second,
        },
      );
    if (first === undefined) missing.push(`${table.fileName}.csv`);
    else found.set(table, first);
  }
  if (missing.length > 0)
    throw new ImportError(
      'wrong-files',
      `${given}: missing ${missing.join(', ')}. The preset ${preset.name} reads a folder, a .tar.gz of it, or its files; found ${
        files
          .map((file) => basename(file))
          .join(', ')
          .slice(0, 300) || 'no CSV file'
      }.`,
      { file: given },
    );
  return found;
};

/** Of a file out of an archive, people know the archive and not the temporary folder. */
const renamed = (error: ImportError, temporary: string, archive: string): ImportError =>
  new ImportError(
    error.kind,
    error.message.replaceAll(join(temporary, '0'), archive),
    { ...error.at, file: error.file.replace(join(temporary, '0'), archive) },
    { cause: error },
  );

/** A preset of one table: the files one after the other. */
export const readEachFile = (preset: TablePreset, files: readonly string[]): Reading =>
  async function* (run) {
    for (const file of files) yield* readPreset(preset, new Map([[preset.tables[0]!, file]]), (path) => path)(run);
  };

/** A preset of several tables: folders, archives and files are taken together. */
export const readFileSet = (preset: TablePreset, given: readonly string[]): Reading =>
  async function* (run) {
    const temporary = await mkdtemp(join(tmpdir(), 'rapport-unpacked-'));
    try {
      const files: string[] = [];
      for (const [i, path] of given.entries()) {
        if (isFolder(path)) files.push(...(await filesIn(path)).filter((file) => /\.csv(\.gz)?$/i.test(file)));
        else if (isArchive(path)) files.push(...(await unpack(path, join(temporary, String(i)))));
        else files.push(path);
      }
      yield* readPreset(preset, assign(preset, files, given[0]!), (path) => basename(path))(run);
    } catch (error) {
      throw error instanceof ImportError ? renamed(error, temporary, given[0]!) : error;
    } finally {
      // Of a damaged archive, files may still be coming in.
      await rm(temporary, { recursive: true, force: true, maxRetries: 10, retryDelay: 20 });
    }
  };
