/** Where a read model is kept: plain data, so that worker threads and configuration can carry it. */
export type ReadModelLocation = { readonly kind: 'sqlite'; readonly path: string };

/** Where the projection for cross-selling is kept. */
export type CrossSellLocation = { readonly kind: 'sqlite'; readonly path: string };
