/** Where a log is kept: plain data, so that worker threads and configuration can carry it. */
export type EventLogLocation = { readonly kind: 'sqlite'; readonly path: string };
