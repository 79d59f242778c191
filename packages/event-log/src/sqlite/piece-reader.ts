import type { JsonObject } from '@rapport/domain';
import { storeError } from '@rapport/sqlite';
import type { StreamEvent } from '../history-scan';
import type { EventRows } from './event-rows';
import type { Parts, Piece } from './piece';

const NO_DATA: JsonObject = Object.freeze({});

/** Parses the text of a JSON array. */
type ParseColumn = <T>(text: string, count: number) => readonly T[];

/** Identities of a piece, parsed when the first one is needed: a fold that only classifies hardly ever needs one. */
class Identities {
  private parsedIds: readonly string[] | undefined;
  private parsedSources: readonly number[] | undefined;
  constructor(
    private readonly piece: Piece,
    private readonly parse: ParseColumn,
    private readonly sourceNamed: (no: number) => string,
  ) {}
  id(index: number): string {
    this.parsedIds ??= this.parse<string>(this.piece.ids, this.piece.count);
    return this.parsedIds[index]!;
  }
  source(index: number): string {
    this.parsedSources ??= this.parse<number>(`[${this.piece.sources}]`, this.piece.count);
    return this.sourceNamed(this.parsedSources[index]!);
  }
}

/** An event as a fold needs it. */
class LeanEvent implements StreamEvent {
  constructor(
    private readonly identities: Identities,
    private readonly index: number,
    readonly type: string,
    readonly version: number,
    readonly occurredAt: number,
    readonly data: JsonObject,
  ) {}
  get id(): string {
    return this.identities.id(this.index);
  }
  get source(): string {
    return this.identities.source(this.index);
  }
  get recordedAt(): number {
    return 0;
  }
}

/** The columns that a lean reader leaves out. */
interface Rest {
  readonly recordedAt: readonly number[];
  readonly staff: readonly (string | null)[];
  readonly correlationIds: readonly (string | null)[];
}

const wholeEvent = (lean: LeanEvent, i: number, { recordedAt, staff, correlationIds }: Rest): StreamEvent => ({
  source: lean.source,
  id: lean.id,
  type: lean.type,
  version: lean.version,
  occurredAt: lean.occurredAt,
  recordedAt: recordedAt[i]!,
  data: lean.data,
  ...(staff[i] === null ? undefined : { staff: staff[i]! }),
  ...(correlationIds[i] === null ? undefined : { correlationId: correlationIds[i]! }),
});

/** Schema versions of the events of a stream, from a revision on. */
export type VersionsOf = (no: number, from: number, count: number) => readonly number[];

/** Turns pieces into events. */
export class PieceReader {
  private readonly wanted = new Map<string, boolean>();

  constructor(
    private readonly path: string,
    private readonly rows: EventRows,
    private readonly wantsData: Parts['wantsData'],
    private readonly versionsOf: VersionsOf,
  ) {}

  /**
   * Appends the events of a piece to `into`.
   *
   * @param from revision of its first event
   * @throws StoreError `damaged` where the columns do not fit together
   */
  read(piece: Piece, from: number, into: StreamEvent[]): void {
    const { count } = piece;
    const identities = new Identities(piece, this.parse, this.sourceNamed);
    const typeNos = this.parse<number>(`[${piece.types}]`, count);
    const versions = piece.versions === count ? undefined : this.versionsOf(piece.no, from, count);
    const occurredAt = this.parse<number>(`[${piece.occurredAt}]`, count);
    const data = this.parse<JsonObject | 0>(`[${piece.data}]`, count);
    const rest = this.restOf(piece);
    for (let i = 0; i < count; i++) {
      const type = this.named(this.rows.types.nameOf(typeNos[i]!));
      const one = data[i]!;
      const wanted = one === 0 || !this.wants(type) ? NO_DATA : one;
      const event = new LeanEvent(identities, i, type, versions?.[i] ?? 1, occurredAt[i]!, wanted);
      into.push(rest === undefined ? event : wholeEvent(event, i, rest));
    }
  }

  private restOf({ count, recordedAt, staff = '[]', correlationIds = '[]' }: Piece): Rest | undefined {
    if (recordedAt === undefined) return undefined;
    return {
      recordedAt: this.parse<number>(`[${recordedAt}]`, count),
      staff: this.parse<string | null>(staff, count),
      correlationIds: this.parse<string | null>(correlationIds, count),
    };
  }

  private wants(type: string): boolean {
    const known = this.wanted.get(type);
    if (known !== undefined) return known;
    const wanted = this.wantsData?.(type) ?? true;
    this.wanted.set(type, wanted);
    return wanted;
  }

  private named(name: string | undefined): string {
    if (name === undefined) throw storeError('damaged', this.path);
    return name;
  }

  private readonly sourceNamed = (no: number): string => this.named(this.rows.sources.nameOf(no));

  private readonly parse = <T>(text: string, count: number): readonly T[] => {
    let values: readonly T[];
    try {
      values = JSON.parse(text);
    } catch (error) {
      throw storeError('damaged', this.path, error);
    }
    if (values.length !== count) throw storeError('damaged', this.path);
    return values;
  };
}
