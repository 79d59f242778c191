/**
 * Imported first wherever a process of Rapport starts: on a Node that is too old, the binding to SQLite would end it
 * without a word, so it is ended with one.
 */

/** As in `engines` of the package at the root. */
const OLDEST = [22, 14] as const;

/** Undefined where Rapport runs on that version of Node (`24.21.0`); else what to tell the user. */
export const refusalOfNode = (version: string): string | undefined => {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])) return undefined;
  return `Rapport needs Node ${OLDEST.join('.')} or newer, and this is ${version}. In a clone, "npm start" and "npx rapport" use a newer one that "npm run setup" brings; elsewhere, install one from https://nodejs.org.`;
};

const refusal = refusalOfNode(process.versions.node);
if (refusal !== undefined) {
  process.stderr.write(`${refusal}\n`);
  process.exit(2);
}
