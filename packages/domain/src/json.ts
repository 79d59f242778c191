/** JSON as TypeScript sees it; readonly, because nothing in Rapport edits what was recorded. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json;
}
