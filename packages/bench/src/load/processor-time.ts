import { readFileSync } from 'node:fs';

/** Linux counts in hundredths of a second. */
const TICK_MS = 10;

/** Processor time of another process, in milliseconds; undefined where the system does not say. */
const timeOf = (pid: number): number | undefined => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const [utime, stime] = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .slice(11, 13);
    return (Number(utime) + Number(stime)) * TICK_MS;
  } catch {
    return undefined;
  }
};

/** Cores that client and server take up on average; 1 is one core. */
export interface Cores {
  readonly client: number;
  readonly server: number | undefined;
}

/** Begins to measure; call what it returns at the end. */
export const measureCores = (pid: number): (() => Cores) => {
  const start = performance.now();
  const client = process.cpuUsage();
  const server = timeOf(pid);
  return () => {
    const elapsed = performance.now() - start;
    const { user, system } = process.cpuUsage(client);
    const now = timeOf(pid);
    return {
      client: (user + system) / 1_000 / elapsed,
      server: server === undefined || now === undefined ? undefined : (now - server) / elapsed,
    };
  };
};
