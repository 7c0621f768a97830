import type { Observable } from 'rxjs';
import { StockafolioError } from '../errors/index.js';
import { keyKindsOf } from '../state/key-kinds.js';
import type { KeyKind } from '../state/key-parts.js';
import type { Table } from '../table/index.js';
import { planning } from './ambient.js';
import { Flow, foreignFlow, type FlowOrigin } from './flow.js';
import { reservedTables } from './reserved-tables.js';
import type { Edge, OperatorNode, Plan, Step } from './plan.js';

/** Collects what the build function of a pipeline declares. */
export class PlanBuilder {
  readonly #pipeline: string;
  readonly #steps: Step[] = [];
  readonly #operators: OperatorNode[] = [];
  readonly #tables = new Map<string, Table>();
  readonly #edges: Edge[] = [];
  readonly #keyKinds = new Map<OperatorNode, readonly KeyKind[]>();
  readonly #origins = new Set<FlowOrigin>();
  #refused: StockafolioError | undefined;
  readonly input: FlowOrigin = Object.freeze({ name: '' });

  constructor(pipeline: string) {
    this.#pipeline = pipeline;
    this.#origins.add(this.input);
  }

  /** Adds an operator; returns its output. @throws ERR_OPERATOR_NAME_TAKEN */
  addOperator<T>(node: OperatorNode, input: Observable<unknown>): Flow<T> {
    if (this.#operators.some(({ name }) => name === node.name)) {
      throw new StockafolioError(
        'ERR_OPERATOR_NAME_TAKEN',
        `pipeline '${this.#pipeline}' has two operators named '${node.name}'`,
        { hint: 'state is found by this name: give each operator its own name' },
      );
    }
    this.#edges.push({ from: this.#originOf(input), to: node.name, table: false });
    this.#operators.push(node);
    this.#steps.push({ node, input });
    this.#origins.add(node);
    return new Flow<T>(node);
  }

  /** The operator that directly emits this output; undefined if there is none. */
  operatorOf(flow: Observable<unknown>): OperatorNode | undefined {
    return flow instanceof Flow ? this.#operators.find((node) => node === flow.origin) : undefined;
  }

  /** Adds a table. @throws ERR_PIPELINE_INVALID if another one has its name, or another branch writes it */
  addTable(table: Table, rows: Observable<unknown>, writer: OperatorNode | undefined): void {
    if (reservedTables.has(table.name)) {
      throw new StockafolioError(
        'ERR_PIPELINE_INVALID',
        `pipeline '${this.#pipeline}' cannot write table '${table.name}': the library has its own table of that name`,
        { hint: `use another name than ${[...reservedTables].join(', ')}` },
      );
    }
    const other = this.#tables.get(table.name);
    if (other !== undefined && other !== table) {
      throw new StockafolioError(
        'ERR_PIPELINE_INVALID',
        `pipeline '${this.#pipeline}' has two tables named '${table.name}'`,
      );
    }
    if (other !== undefined) {
      throw new StockafolioError(
        'ERR_PIPELINE_INVALID',
        `pipeline '${this.#pipeline}': two branches write table '${table.name}', where rows of equal versions would be lost`,
        { hint: 'give each branch a table of its own, or merge them before one into()' },
      );
    }
    if (writer !== undefined) this.#noteKinds(writer, table);
    this.#tables.set(table.name, table);
    this.#edges.push({ from: this.#originOf(rows), to: table.name, table: true });
    this.#steps.push({ table, rows, writer });
  }

  /** Adds an observer of a flow. */
  addObserver(observed: Observable<unknown>, next: (value: unknown) => void, error: (error: unknown) => void): void {
    this.#steps.push({ observed, next, error });
  }

  /** Notes an error that cannot be thrown where it is found; the first one counts. */
  refuse(error: StockafolioError): void {
    this.#refused ??= error;
  }

  finish(): Plan {
    if (this.#refused !== undefined) throw this.#refused;
    return Object.freeze({
      input: this.input,
      steps: Object.freeze(this.#steps),
      operators: Object.freeze(this.#operators),
      tables: Object.freeze([...this.#tables.values()]),
      edges: Object.freeze(this.#edges),
      keyKinds: this.#keyKinds,
    });
  }

  #noteKinds(writer: OperatorNode, table: Table): void {
    const kinds = keyKindsOf(table);
    const known = this.#keyKinds.get(writer);
    if (known !== undefined && known.join() !== kinds.join()) {
      throw new StockafolioError(
        'ERR_PIPELINE_INVALID',
        `operator '${writer.name}' cannot write to table '${table.name}': its key columns are (${kinds.join(', ')}), but those of its other table are (${known.join(', ')})`,
        { hint: "give both tables key columns of the same types, one for each part of the operator's key" },
      );
    }
    this.#keyKinds.set(writer, kinds);
  }

  /**
   * The name of the operator whose output an observable was piped from; '' for the stream, and if that is unknown.
   *
   * @throws ERR_PIPELINE_INVALID if it is of another pipeline
   */
  #originOf(observable: Observable<unknown>): string {
    for (let at: Observable<unknown> | undefined = observable; at !== undefined; at = at.source) {
      if (!(at instanceof Flow)) continue;
      if (this.#origins.has(at.origin)) return at.origin.name;
      throw foreignFlow(this.#pipeline, at.origin);
    }
    return '';
  }
}

/** Makes a plan from a build function. */
export function buildPlan(pipeline: string, build: (input: Flow<unknown>) => unknown): Plan {
  const builder = new PlanBuilder(pipeline);
  planning(builder, () => void build(new Flow(builder.input)));
  return builder.finish();
}
