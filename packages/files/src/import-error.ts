/** What stops an import altogether; a bad line does not, it becomes a rejected item. */
export type ImportErrorKind =
  | 'missing-file'
  | 'not-a-file'
  | 'empty-file'
  | 'not-text'
  | 'damaged-archive'
  | 'wrong-columns'
  | 'wrong-files'
  | 'unreadable'
  | 'mapping';

/**
 * An import that cannot go on. The message says what is wrong, where, and what to do. Everything yielded before it was
 * thrown is right and may be kept; importing the file again after the repair adds only what is missing.
 */
export class ImportError extends Error {
  constructor(
    readonly kind: ImportErrorKind,
    message: string,
    readonly at: { readonly file: string; readonly line?: number; readonly field?: string },
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'ImportError';
  }

  get file(): string {
    return this.at.file;
  }

  get line(): number | undefined {
    return this.at.line;
  }

  get field(): string | undefined {
    return this.at.field;
  }
}
