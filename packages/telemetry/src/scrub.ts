/**
 * The last gate before a log line leaves the process: whatever looks like a secret, or stands under a name that keeps
 * one, is replaced, however deep it is nested and whatever wrote it (a serializer, a child's bindings, an error's text).
 */
export const REDACTED = '[redacted]';

/** Names whose values are never shown. `keyId` is a name of its own and may be shown. */
const SECRET_NAME =
  /(?:authorization|cookies?|secrets?|tokens?|passwords?|passphrase|signature|(?:^|[^a-z])keys?|Keys?)$/;
const isSecretName = (name: string): boolean => SECRET_NAME.test(name) || SECRET_NAME.test(name.toLowerCase());

/** What secrets look like in any text. Names of metrics (`rapport_http_...`) do not: they have neither digit nor capital. */
const SHAPES: readonly (readonly [RegExp, string])[] = [
  [/whsec_[A-Za-z0-9+/=_-]+/g, REDACTED],
  [/\brapport_[A-Za-z0-9-]+_(?=[\w-]*[A-Z0-9])[\w-]{12,}/g, REDACTED],
  [/\beyJ[\w-]{5,}\.[\w-]+\.[\w-]*/g, REDACTED],
  [/\bBearer\s+[^\s"',;\\]+/gi, `Bearer ${REDACTED}`],
  // A header in running text, to the end of its line.
  [
    /\b((?:proxy-)?authorization|(?:set-)?cookie)(\\*["'])?\s*[:=]\s*(?:\\*["'][^"'\n]*["']|[^\n"']*)/gi,
    `$1$2: ${REDACTED}`,
  ],
  // "secret": "..." and secret: '...', also inside a text that is JSON itself.
  [
    /\b([\w-]{0,64}(?:secret|token|password|passphrase|key))(\\*["'])?(\s*[:=]\s*)\\*["'](?:[^"'\\]|\\(?!["'])[^"'])*\\{0,7}["']/gi,
    `$1$2$3"${REDACTED}"`,
  ],
  // ?token=... in a URL, and secret=... in a message.
  [/\b([\w-]{0,64}(?:secret|token|password|passphrase|key))=(?!"?\[redacted)[^\s&"',;]+/gi, `$1=${REDACTED}`],
  [/:\/\/[^\s/:@"']+:[^\s/@"']+@/g, `://${REDACTED}@`],
];

/** A text without what looks like a secret in it. */
export const scrubText = (text: string): string =>
  SHAPES.reduce((scrubbed, [shape, instead]) => scrubbed.replace(shape, instead), text);

const scrub = (value: unknown): unknown => {
  if (typeof value === 'string') return scrubText(value);
  if (Array.isArray(value)) return value.map(scrub);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      scrubText(name),
      isSecretName(name) && inner !== null && typeof inner !== 'boolean' ? REDACTED : scrub(inner),
    ]),
  );
};

/** Lines without any of these words need no closer look, and most lines have none. */
const SUSPECT = /secret|token|passw|passphrase|key|authorization|cookie|signature|whsec|rapport_|bearer|eyJ|:\/\//i;

/** A line of JSON, with its line feed, without secrets. */
export const scrubLine = (line: string): string => {
  if (!SUSPECT.test(line)) return line;
  try {
    return `${JSON.stringify(scrub(JSON.parse(line)))}\n`;
  } catch {
    return `${JSON.stringify({ msg: 'a log line that is not JSON was left out' })}\n`;
  }
};
