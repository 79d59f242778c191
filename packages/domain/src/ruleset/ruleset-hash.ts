import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import type { Ruleset } from './ruleset';

/**
 * What identifies a ruleset: SHA-256, in hex, of its canonical JSON (RFC 8785). The order of keys and the format of the
 * text do not matter; every value, and the order of lists, does.
 */
export const rulesetHash = (ruleset: Ruleset): string =>
  createHash('sha256')
    .update(canonicalize(ruleset) ?? '', 'utf8')
    .digest('hex');
