// The layers of the house, top to bottom: a package may use only what stands below it (see docs/architecture.md).
const mayUse = {
  domain: [],
  sqlite: [],
  'event-log': ['domain', 'sqlite'],
  'read-model': ['domain', 'sqlite'],
  simulator: ['domain'],
  files: ['domain'],
  engine: ['domain', 'event-log', 'read-model'],
  telemetry: [],
  access: ['sqlite'],
  'data-directory': ['domain', 'sqlite', 'event-log', 'read-model', 'engine'],
  messaging: ['domain', 'sqlite', 'event-log', 'engine', 'telemetry'],
  'http-api': [
    'domain',
    'sqlite',
    'event-log',
    'read-model',
    'engine',
    'telemetry',
    'access',
    'data-directory',
    'messaging',
  ],
  client: [],
  cli: ['domain', 'event-log', 'read-model', 'simulator', 'files', 'engine', 'data-directory', 'telemetry', 'client'],
  bench: ['domain', 'event-log', 'read-model', 'simulator', 'files', 'engine'],
};

module.exports = {
  forbidden: [
    { name: 'no-circles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'no-unresolved',
      comment: 'every import resolves',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'domain-does-no-io',
      comment: 'the domain is pure: no files, network, processes or clock of Node',
      severity: 'error',
      from: { path: '^packages/domain/src', pathNot: '\\.spec\\.ts$|/testing/' },
      to: { dependencyTypes: ['core'], pathNot: '^(node:)?crypto$' },
    },
    ...Object.entries(mayUse).map(([name, below]) => ({
      name: `layer-of-${name}`,
      severity: 'error',
      from: { path: `^packages/${name}/src`, pathNot: '\\.spec\\.ts$' },
      to: { path: '^packages/', pathNot: `^packages/(${[name, ...below].join('|')})/` },
    })),
  ],
  options: {
    parser: 'swc',
    doNotFollow: { path: 'node_modules|/dist/' },
    exclude: { path: '\\.spec\\.ts$' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['require', 'node'],
      extensions: ['.ts', '.js'],
    },
  },
};
