/*
 * The health of the pipeline, as the API gives it. What is not known is null, never 0: a runner that does not answer, a rate
 * before the second look, a figure that an earlier version of the runner does not have.
 */

/** A part of the plan. */
export interface WirePlanNode {
  /** Unique: `stream trades`, `operator positions`, `table positions`, `topic alerts`. */
  readonly id: string;
  readonly name: string;
  readonly kind: 'stream' | 'operator' | 'table' | 'topic';
  /** Of an operator the function that made it, such as `foldByKey`. */
  readonly operator: string | null;
  /** Of an operator: keys with state, over all partitions. */
  readonly keys: number | null;
}

export interface WirePlanEdge {
  readonly from: string;
  readonly to: string;
  /** Messages a second from a stream, rows a second to a table; between operators it is not counted. */
  readonly rate: number | null;
}

/** A process that runs the pipeline. */
export interface WireRunner {
  readonly name: string;
  /** Why it cannot be asked; null if it answers. */
  readonly why: string | null;
  /** Of Stockafolio, and of Node. */
  readonly version: string | null;
  readonly node: string | null;
  readonly started: string | null;
  readonly partitions: number | null;
  /** Resident memory, in bytes. */
  readonly memory: number | null;
  /** Processors in use: 1 is one whole processor. */
  readonly processors: number | null;
}

export interface WirePartition {
  /** Its number, behind the name of the stage if the pipeline has several: `0`, `portfolio.by-symbol/0`. */
  readonly partition: string;
  /** The runner that reads it; null if none of those that answer does. */
  readonly runner: string | null;
  /** The next offset to process: everything below it is in the tables. */
  readonly offset: number | null;
  /** Messages in the source that the tables have not acknowledged. */
  readonly behind: number | null;
  /** Market time before which no more trades are expected. */
  readonly watermark: string | null;
  /** The present time minus the newest event time in the tables, in seconds; negative for a replayed market. */
  readonly lagSeconds: number | null;
  readonly keys: number | null;
  /** The newest checkpoint that this runner has stored, and the size of its file in bytes. */
  readonly checkpointed: string | null;
  readonly checkpointBytes: number | null;
  /** Age of the oldest change that is in no checkpoint, in seconds. */
  readonly unsavedSeconds: number | null;
}

/** Figures over all runners that answer. */
export interface WirePipelineRates {
  /** A second, over the last ten seconds. */
  readonly messages: number | null;
  readonly rows: number | null;
  readonly commits: number | null;
  /** From a cut to the acknowledgement of its rows, in seconds, on average; null without commits. */
  readonly commitSeconds: number | null;
  /** From the source receiving a message to its rows being readable, in seconds, on average. */
  readonly endToEndSeconds: number | null;
}

/** Counts since the runners have started. */
export interface WirePipelineCounts {
  readonly checkpointsStored: number | null;
  readonly checkpointsFailed: number | null;
  readonly checkpointsSkipped: number | null;
  readonly retries: number | null;
  readonly wentBack: number | null;
  readonly deadLetters: number | null;
}

export interface WirePipeline {
  readonly now: string;
  readonly pipeline: string;
  /** Whether the server was given runners to ask. */
  readonly hasRunners: boolean;
  /** Whether the tables can be read: without them nothing is known of offsets, watermarks and dead letters. */
  readonly isReadable: boolean;
  readonly nodes: readonly WirePlanNode[];
  readonly edges: readonly WirePlanEdge[];
  readonly runners: readonly WireRunner[];
  readonly partitions: readonly WirePartition[];
  readonly rates: WirePipelineRates;
  readonly counts: WirePipelineCounts;
}

/** A message that was dead-lettered. */
export interface WireDeadLetter {
  /** With the name of the stage or the stream behind it, if the pipeline has several. */
  readonly pipeline: string;
  readonly partition: number;
  readonly offset: number;
  /** The only operator that has rejected it; empty if it was rejected as a whole. */
  readonly operator: string;
  readonly code: string;
  readonly cause: string;
  /** Its first 4,096 characters. */
  readonly message: string;
  readonly encoding: string;
  readonly truncated: boolean;
  /** When the source received it. */
  readonly ingested: string;
  readonly replayed: boolean;
}

export interface WireDeadLetters {
  /** By code, the most frequent first. */
  readonly causes: readonly { readonly code: string; readonly count: number; readonly newest: string }[];
  /** The newest ones, newest first. */
  readonly letters: readonly WireDeadLetter[];
  readonly count: number;
  /** Whether all were counted; otherwise there are more. */
  readonly complete: boolean;
}
