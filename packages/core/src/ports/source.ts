import type { Divergence } from './divergence.js';
import type { Mark } from './mark.js';

/** One message of a partitioned, ordered, replayable source. */
export interface SourceMessage {
  readonly offset: number;
  /** When the broker took it in, epoch milliseconds; 0 or less where that is not known. */
  readonly timestamp: number;
  /** Whether `timestamp` is what the producer's clock said (Kafka's CreateTime), not the broker's. */
  readonly byProducer?: boolean;
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Some consecutive messages of one partition. */
export interface SourceBatch {
  readonly partition: number;
  /** The assignment under which it was fetched. */
  readonly generation: number;
  readonly messages: readonly SourceMessage[];
  /** The offset that the next new message of this partition will get, as known when the batch was fetched. */
  readonly endOffset: number;
  /** The epoch of the leader that took all these messages in; absent where the source has none. */
  readonly epoch?: number;
}

/** What a partition holds now: offsets from `oldest` (inclusive) to `end` (exclusive). */
export interface PartitionRange {
  readonly partition: number;
  readonly oldest: number;
  readonly end: number;
}

/** A position to go on from: the next offset to be read. */
export interface Position {
  readonly partition: number;
  readonly offset: number;
  /** What is known of the last message before it. */
  readonly mark?: Mark;
}

/** Told of every change of assignment; the source waits for the promise before it goes on. */
export interface AssignmentListener {
  /** These partitions, which may be none, are this process's from now on. Answers where to read each from. */
  assigned(partitions: readonly number[], generation: number): Promise<readonly Position[]>;
  /** The partitions move away: what was done for them must be finished or dropped before this resolves. */
  revoked(partitions: readonly number[], generation: number): Promise<void>;
  /**
   * The partitions are another process's already, because nothing was heard of this one for too long: what was done for
   * them and not finished must be dropped. Where it is absent they are `revoked`.
   */
  lost?(partitions: readonly number[], generation: number): Promise<void>;
}

/**
 * What a group reads for: the tables and checkpoints of a pipeline, or an archive. Who reads for something else is no member,
 * since each would get a part of the partitions alone.
 */
export interface GroupTarget {
  /** What is made of the messages, in words: `pipeline 'portfolio'`, `archive of 'trades'`. */
  readonly role: string;
  /** What it is made into, by kind: ids that go with the things, wherever they are. */
  readonly ids: Readonly<Record<string, string>>;
  /** Bind the group to this target although it is bound to another, of which no member runs. */
  readonly takeGroup?: boolean;
  /** The run is over once it is caught up: it binds the group while it runs, not for those who come after it. */
  readonly endsByItself?: boolean;
}

/** A partition that another member of the group has. */
export interface PartitionHolder {
  readonly partition: number;
  /** Who that is, in words. */
  readonly holder: string;
}

/**
 * A partitioned, ordered, replayable source of messages: Kafka, or a log in a folder.
 *
 * Offsets rise within a partition, but may have gaps. Errors are StockafolioErrors: ERR_SOURCE_UNAVAILABLE
 * (retryable) and ERR_OFFSET_GONE, which names the offset asked for and the oldest that is there. A source that tells by
 * epochs whether its log was cut looks, too, before it gives messages of another epoch than before: ERR_SOURCE_DIVERGED.
 */
export interface Source {
  /**
   * Whether a group shares the partitions out, so that those which this reader has not may come to it later: from one that
   * ends, or has died and was not found out yet.
   */
  readonly shared?: boolean;
  /** An id of the topic itself, the same for ever and for every process: another topic of the same name has another. */
  identity(): Promise<string>;
  /** What every partition holds now. */
  ranges(): Promise<readonly PartitionRange[]>;
  /**
   * For each partition, an offset before which there is no message of this time or a later one; epoch milliseconds. Absent
   * where that is not known without reading.
   */
  positionsAt?(time: number): Promise<readonly Position[]>;
  /** Whether messages vanish other than oldest first, as those of a compacted topic do; they do not where it is absent. */
  compacted?(): Promise<boolean>;
  /**
   * Those of the positions, by their marks, before which the log no longer holds what was read. Absent where that cannot be
   * told. Of one for which nothing is known any more, as its message is gone, nothing is said.
   */
  diverged?(positions: readonly Position[]): Promise<readonly Divergence[]>;
  /**
   * Joins the group; assignments arrive at the listener, at the latest during the next call of {@link next}.
   *
   * @param target what the group is bound to, where a group shares the partitions out. {@link next} throws ERR_GROUP_TAKEN
   * where it is bound to another, or other programs are in it.
   */
  open(group: string, listener: AssignmentListener, target?: GroupTarget): Promise<void>;
  /** Who of the group has which partition at this moment, as far as that is known. Absent where there are no groups. */
  holders?(): Promise<readonly PartitionHolder[]>;
  /**
   * The next batch of any assigned partition that is not paused; undefined where none came within `maxWait` ms. Where none
   * is there, timers and input have had their turn before it answers, also with a wait of 0.
   */
  next(maxWait: number): Promise<SourceBatch | undefined>;
  pause(partitions: readonly number[]): void;
  resume(partitions: readonly number[]): void;
  /** Reads on from this offset. */
  seek(position: Position): void;
  /** Remembers for the group how far it came, for lag tools only; positions of partitions no longer owned are ignored. */
  commit(positions: readonly Position[], generation: number): Promise<void>;
  close(): Promise<void>;
}

/** One message to be appended. */
export interface OutgoingMessage {
  readonly key: Uint8Array | null;
  readonly value: Uint8Array;
  /** Epoch milliseconds; the time of appending where absent. */
  readonly timestamp?: number;
  /** Chosen from the key (see `partitionOf`) where absent. */
  readonly partition?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The writing end of a source. */
export interface Producer {
  /** Resolves when the messages are durable; each partition gets them in the order given. */
  append(messages: readonly OutgoingMessage[]): Promise<void>;
  close(): Promise<void>;
}
