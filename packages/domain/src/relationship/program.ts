import {
  type CountedElsewhere,
  type CountSources,
  type Intake,
  type Metric,
  type MetricReading,
  readMetric,
} from '../metric';
import { foldCondition } from '../ruleset/fold-condition';
import type { EventCondition, EvidenceRule, Gives, PromiseRule, Ruleset, StateCondition } from '../ruleset/ruleset';
import { matchesType } from '../ruleset/type-pattern';
import { milliseconds } from '../time/duration';
import { movesCases } from './case-book';
import {
  compileEventCondition,
  compileField,
  compileScale,
  type EventTest,
  type FieldNames,
  type FieldReader,
  fieldsOf,
  readsData,
} from './event-condition';
import { confidenceThreshold, type FactorOfRuleset, scoreThreshold, type Threshold } from './factor';
import { ALWAYS, type Atom, AtomTable, compileStateCondition, negated, type StateTest } from './state-condition';

/** A weight for a factor, by index. */
export type Weight = readonly [factor: number, weight: number];

export interface SettleStep {
  readonly promise: number;
  readonly outcome: 'kept' | 'released';
  readonly key: FieldReader | null;
  readonly when: EventTest | null;
}

export interface EvidenceStep {
  /** Index among the ruleset's evidence rules. */
  readonly rule: number;
  readonly id: string;
  readonly when: EventTest | null;
  readonly gives: readonly Weight[];
  readonly scale: ((...args: Parameters<FieldReader>) => number) | null;
  /** How often it may apply within `within` milliseconds; 0 for no limit. */
  readonly times: number;
  readonly within: number;
}

export interface MetricStep {
  readonly metric: number;
  readonly where: EventTest | null;
  /** The values to add; null adds 1. */
  readonly values: FieldReader | null;
  /** Numbers are added (1) or taken off (-1); 0 for values of any kind. */
  readonly sign: Intake['sign'];
}

export interface MakeStep {
  readonly promise: number;
  readonly when: EventTest | null;
  readonly key: FieldReader | null;
  /** Milliseconds, or the field with the deadline. */
  readonly within: number;
  readonly by: FieldReader | null;
}

/** The steps for one type of touchpoint. */
export interface TypeProgram {
  readonly movesCases: boolean;
  readonly settles: readonly SettleStep[];
  readonly evidence: readonly EvidenceStep[];
  readonly metrics: readonly MetricStep[];
  /** The metrics that conditions and values of metrics look at. */
  readonly metricsSeen: readonly number[];
  readonly makes: readonly MakeStep[];
  readonly consent: 'granted' | 'revoked' | null;
  /** Whether `data` is read. If not, a replay need not parse it. */
  readonly wantsData: boolean;
}

export interface StageProgram {
  readonly id: string;
  readonly enter: StateTest;
  readonly stay: StateTest;
  readonly enterCondition: StateCondition | undefined;
  readonly stayCondition: StateCondition | undefined;
  /** Milliseconds; 0 for none. */
  readonly minStay: number;
}

export interface SignalProgram {
  readonly id: string;
  readonly raise: StateTest;
  readonly clear: StateTest;
}

/** Counts that a fold keeps of its open promises, by the index of their rule, and of its open complaints. */
export interface OpenCounts {
  openPromises(rule: number): number;
  openComplaints(): number;
}

/** What depends on a metric or factor: indexes of atoms and signals, and whether any stage does. */
export interface Dependents {
  readonly atoms: readonly number[];
  readonly signals: readonly number[];
  readonly stages: boolean;
}

/** A ruleset compiled for folding: made once, shared by all folds, never changed. */
export interface Program {
  readonly ruleset: Ruleset;
  readonly factors: readonly FactorOfRuleset[];
  readonly metricIds: readonly string[];
  createMetrics(counts: OpenCounts): readonly Metric[];
  readonly promises: readonly {
    readonly id: string;
    /** Ids of the evidence it gives. */
    readonly kept: string;
    readonly broken: string;
    readonly whenKept: readonly Weight[];
    readonly whenBroken: readonly Weight[];
  }[];
  readonly evidenceRules: number;
  readonly stages: readonly StageProgram[];
  readonly signals: readonly SignalProgram[];
  /** Whether conditions of stages look at the stage, so that one move can lead to another a millisecond later. */
  readonly stagesLookAtStage: boolean;
  readonly atoms: readonly Atom[];
  /** Of each atom: the threshold of a metric as `base`; of a factor what decides on which side of it the score is. */
  readonly thresholds: readonly Threshold[];
  /** What depends on each metric and on each factor. */
  readonly ofMetric: readonly Dependents[];
  readonly ofFactor: readonly Dependents[];
  /** Metrics that count open promises, by promise; and those that count open complaints. */
  readonly metricsOfPromise: readonly (readonly number[])[];
  readonly metricsOfComplaints: readonly number[];
  /** Whether any condition reads `staff`. If not, a replay need not read it. */
  readonly wantsStaff: boolean;
  programFor(type: string): TypeProgram;
}

const indexOf = (ids: readonly string[], id: string, kind: string): number => {
  const index = ids.indexOf(id);
  if (index < 0) throw new TypeError(`unknown ${kind} "${id}" in the ruleset`);
  return index;
};

type MetricOfProgram = MetricReading & { readonly index: number; readonly id: string };

const factorsOf = (ruleset: Ruleset): readonly FactorOfRuleset[] =>
  Object.entries(ruleset.factors).map(([id, rule]) => ({
    id,
    halfLife: milliseconds(rule.halfLife),
    prior: rule.prior ?? [2, 2],
  }));

/** Compiles what touchpoints do, type by type. */
class TypeCompiler {
  readonly promiseIds: readonly string[];
  private readonly names: FieldNames;
  private readonly metricIds: readonly string[];
  private readonly promises: readonly PromiseRule[];
  private readonly evidence: readonly EvidenceRule[];

  constructor(
    ruleset: Ruleset,
    factors: readonly FactorOfRuleset[],
    private readonly metrics: readonly MetricOfProgram[],
  ) {
    this.metricIds = metrics.map(({ id }) => id);
    this.promises = ruleset.promises ?? [];
    this.promiseIds = this.promises.map(({ id }) => id);
    this.evidence = ruleset.evidence ?? [];
    const factorIds = factors.map(({ id }) => id);
    this.names = {
      metricIndex: (id) => indexOf(this.metricIds, id, 'metric'),
      factorIndex: (id) => indexOf(factorIds, id, 'factor'),
      factors,
    };
  }

  weights(gives: Gives | undefined): readonly Weight[] {
    return Object.entries(gives ?? {}).map(([id, weight]) => [this.names.factorIndex(id), weight]);
  }

  compile(type: string): TypeProgram {
    const kept = this.promises.filter((rule) => matchesType(rule.kept, type));
    const released = this.promises.filter((rule) => rule.released !== undefined && matchesType(rule.released, type));
    const made = this.promises.filter((rule) => matchesType(rule.made, type));
    const evidence = this.evidence.filter((rule) => matchesType(rule.on, type));
    const metrics = this.metrics.flatMap(({ intakes, ...rule }) => {
      const taking = intakes.filter(({ types }) => matchesType(types, type));
      return taking.length === 0 ? [] : [{ ...rule, intakes: taking }];
    });
    const fieldsOfMetrics = metrics.flatMap(({ values, where }) => [values?.field, ...fieldsOf(where)]);
    const fields = [
      ...[...kept, ...released, ...made].map(({ key }) => key),
      ...kept.flatMap(({ keptWhen }) => fieldsOf(keptWhen)),
      ...made.flatMap(({ madeWhen, by }) => [by, ...fieldsOf(madeWhen)]),
      ...evidence.flatMap(({ when, scale }) => [scale?.field, ...fieldsOf(when)]),
      ...fieldsOfMetrics,
    ];
    const consent = type === 'consent.granted' ? 'granted' : type === 'consent.revoked' ? 'revoked' : null;
    return {
      movesCases: movesCases(type),
      settles: [
        ...kept.map((rule) => this.settleStep(rule, 'kept')),
        ...released.map((rule) => this.settleStep(rule, 'released')),
      ],
      evidence: evidence.map((rule) => this.evidenceStep(rule)),
      metrics: metrics.flatMap((metric) => this.metricSteps(metric)),
      metricsSeen: this.metricIds.flatMap((id, index) => (fieldsOfMetrics.includes(`metric.${id}`) ? [index] : [])),
      makes: made.map((rule) => this.makeStep(rule)),
      consent,
      wantsData: consent !== null || movesCases(type) || fields.some((name) => name !== undefined && readsData(name)),
    };
  }

  private settleStep(rule: PromiseRule, outcome: 'kept' | 'released'): SettleStep {
    return {
      promise: this.promises.indexOf(rule),
      outcome,
      key: this.field(rule.key),
      when: outcome === 'kept' ? this.test(rule.keptWhen) : null,
    };
  }

  private evidenceStep(rule: EvidenceRule): EvidenceStep {
    return {
      rule: this.evidence.indexOf(rule),
      id: rule.id,
      when: this.test(rule.when),
      gives: this.weights(rule.gives),
      scale: rule.scale === undefined ? null : compileScale(rule.scale, this.names),
      times: rule.atMost?.times ?? 0,
      within: rule.atMost === undefined ? 0 : milliseconds(rule.atMost.within),
    };
  }

  private metricSteps({ index, where, values, intakes }: MetricOfProgram): readonly MetricStep[] {
    const step = { metric: index, where: this.test(where), values: this.field(values?.field) };
    return intakes.map(({ sign }) => ({ ...step, sign }));
  }

  private makeStep(rule: PromiseRule): MakeStep {
    return {
      promise: this.promises.indexOf(rule),
      when: this.test(rule.madeWhen),
      key: this.field(rule.key),
      within: rule.within === undefined ? 0 : milliseconds(rule.within),
      by: this.field(rule.by),
    };
  }

  private test(condition: EventCondition | undefined): EventTest | null {
    return condition === undefined ? null : compileEventCondition(condition, this.names);
  }
  private field(name: string | undefined): FieldReader | null {
    return name === undefined ? null : compileField(name, this.names);
  }
}

/** Finds the signals and stages that depend on some of the atoms. */
const dependentsIn =
  ({ signals, atomsOfSignal, stageAtoms }: CompiledStages, atoms: readonly Atom[]) =>
  (wanted: (atom: Atom) => boolean): Dependents => {
    const indexes = atoms.flatMap((atom, index) => (wanted(atom) ? [index] : []));
    return {
      atoms: indexes,
      signals: signals.flatMap((_, signal) =>
        indexes.some((atom) => atomsOfSignal[signal]!.has(atom)) ? [signal] : [],
      ),
      stages: indexes.some((atom) => stageAtoms.has(atom)),
    };
  };

/** Computes the value of each key once. */
const remembering = <Value>(compute: (key: string) => Value): ((key: string) => Value) => {
  const known = new Map<string, Value>();
  return (key) => {
    const before = known.get(key);
    if (before !== undefined) return before;
    const value = compute(key);
    known.set(key, value);
    return value;
  };
};

/**
 * Compiles a ruleset, which must have passed the check of the ruleset language.
 *
 * @throws TypeError for one that has not
 * @example const program = compileRuleset(retail); evaluate(program, touchpoints, { asOf })
 */
export const compileRuleset = (ruleset: Ruleset): Program => {
  const factors = factorsOf(ruleset);
  const metrics = Object.entries(ruleset.metrics ?? {}).map(
    ([id, rule], index): MetricOfProgram => ({ ...readMetric(rule), index, id }),
  );
  const types = new TypeCompiler(ruleset, factors, metrics);
  const table = new AtomTable();
  const compiled = compileStages(ruleset, table);
  const { stages, signals } = compiled;
  const dependents = dependentsIn(compiled, table.atoms);
  const metricsCounting = (wanted: (elsewhere: CountedElsewhere) => boolean): readonly number[] =>
    metrics.flatMap(({ index, elsewhere }) => (elsewhere !== undefined && wanted(elsewhere) ? [index] : []));
  return {
    ruleset,
    factors,
    metricIds: metrics.map(({ id }) => id),
    createMetrics: (counts) => {
      const sources: CountSources = {
        openPromises: (id) => {
          const promise = indexOf(types.promiseIds, id, 'promise');
          return () => counts.openPromises(promise);
        },
        openComplaints: () => counts.openComplaints(),
      };
      return metrics.map(({ createMetric }) => createMetric(sources));
    },
    promises: (ruleset.promises ?? []).map(({ id, whenKept, whenBroken }) => ({
      id,
      kept: `${id}:kept`,
      broken: `${id}:broken`,
      whenKept: types.weights(whenKept),
      whenBroken: types.weights(whenBroken),
    })),
    evidenceRules: ruleset.evidence?.length ?? 0,
    stages,
    signals,
    atoms: table.atoms,
    thresholds: table.atoms.map((atom) => thresholdOf(atom, factors)),
    ofMetric: metrics.map(({ id }) => dependents((atom) => atom.subject === 'metric' && atom.id === id)),
    ofFactor: factors.map(({ id }) => dependents((atom) => atom.subject !== 'metric' && atom.id === id)),
    metricsOfPromise: types.promiseIds.map((id) =>
      metricsCounting((elsewhere) => elsewhere.what === 'openPromises' && elsewhere.promise === id),
    ),
    metricsOfComplaints: metricsCounting((elsewhere) => elsewhere.what === 'openComplaints'),
    stagesLookAtStage: stages.some(
      ({ enterCondition, stayCondition }) => looksAtStage(enterCondition) || looksAtStage(stayCondition),
    ),
    // Any field of that name. A false positive costs a little speed, nothing else.
    wantsStaff: JSON.stringify(ruleset).includes('"staff"'),
    programFor: remembering((type) => types.compile(type)),
  };
};

/** The threshold of an atom, as its metric or factor is compared with it. */
export const thresholdOf = ({ subject, id, threshold }: Atom, factors: readonly FactorOfRuleset[]): Threshold => {
  const prior = factors.find((factor) => factor.id === id)?.prior;
  if (subject === 'metric' || prior === undefined) return { base: threshold, perFor: 0, perAgainst: 0 };
  return subject === 'factor' ? scoreThreshold(prior, threshold) : confidenceThreshold(prior, threshold);
};

const looksAtStage = (condition: StateCondition | undefined): boolean =>
  condition !== undefined &&
  foldCondition<StateCondition, boolean>(condition, {
    all: (parts) => parts.includes(true),
    any: (parts) => parts.includes(true),
    not: (part) => part,
    leaf: (leaf) => 'stage' in leaf,
  });

interface CompiledStages {
  readonly stages: readonly StageProgram[];
  readonly signals: readonly SignalProgram[];
  /** Atoms that each signal looks at, and those that stages look at. */
  readonly atomsOfSignal: readonly ReadonlySet<number>[];
  readonly stageAtoms: ReadonlySet<number>;
}

const compileStages = (ruleset: Ruleset, table: AtomTable): CompiledStages => {
  const stageAtoms = new Set<number>();
  const compiled = (condition: StateCondition | undefined): StateTest =>
    condition === undefined ? ALWAYS : compileStateCondition(condition, table, stageAtoms);
  const stages = ruleset.stages.map(
    ({ id, enter, stay = enter, minStay }): StageProgram => ({
      id,
      enterCondition: enter,
      stayCondition: stay,
      enter: compiled(enter),
      stay: compiled(stay),
      minStay: minStay === undefined ? 0 : milliseconds(minStay),
    }),
  );
  const atomsOfSignal: Set<number>[] = [];
  const signals = (ruleset.signals ?? []).map(({ id, raise, clear }, i): SignalProgram => {
    atomsOfSignal[i] = new Set();
    const raises = compileStateCondition(raise, table, atomsOfSignal[i]);
    const clears = clear === undefined ? negated(raises) : compileStateCondition(clear, table, atomsOfSignal[i]);
    return { id, raise: raises, clear: clears };
  });
  return { stages, signals, atomsOfSignal, stageAtoms };
};
