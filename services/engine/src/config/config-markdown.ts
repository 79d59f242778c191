import { environmentName, SETTING_NAMES, SETTINGS, type Setting } from './settings';

const EXAMPLE = `# rapport.yaml
data: /var/lib/rapport
http:
  host: 0.0.0.0
  port: 7600
auth:
  oidc:
    issuer: https://login.example.com/realms/shop
    audience: rapport
    roles: { crm-team: marketing, auditors: auditor }
log: { format: json }
`;

/** The reference page of the configuration. */
export const configurationMarkdown = (): string => {
  const rows = SETTING_NAMES.map((name) => {
    const { default: fallback, flag, does, kind }: Setting = SETTINGS[name];
    const code = (text: unknown): string => `\`${String(text)}\``;
    return `| ${code(name)} | ${kind.name.replaceAll('|', '\\|')} | ${fallback === undefined ? '' : code(fallback)} | ${code(environmentName(name))} | ${flag === undefined ? '' : code(flag)} | ${does} |`;
  });
  return `# Configuration

Written from the code by \`npm run docs\`; do not edit.

The engine (\`rapport serve\`) is set by flags, environment, a file, and defaults; the first that says something counts,
in this order. The file is YAML or JSON: \`--config FILE\`, or the variable \`RAPPORT_CONFIG\`. Names may be nested or
written with dots. \`--set NAME=VALUE\` sets anything from the command line. A name that does not exist is refused with
the nearest one that does; each problem is reported with file, line and column. \`rapport config\` prints what counts, and
where each value comes from.

\`\`\`yaml
${EXAMPLE}\`\`\`

Durations are those of rulesets: ISO 8601, of weeks, days, hours, minutes and seconds. In the environment
and in flags mappings are JSON, and the items of a list are parted by commas.

| setting | expects | default | environment | flag | does |
|---|---|---|---|---|---|
${rows.join('\n')}
`;
};
