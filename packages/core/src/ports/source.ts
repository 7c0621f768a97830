import type { Divergence } from './divergence.js';
import type { Mark } from './mark.js';

/** One message of a partitioned, ordered, replayable source. */
export interface SourceMessage {
  readonly offset: number;
  /** When the broker received it, epoch milliseconds; 0 or less if unknown. */
  readonly timestamp: number;
  /** Whether `timestamp` is from the producer's clock (Kafka's CreateTime), not the broker's. */
  readonly byProducer?: boolean;
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  readonly headers?: Readonly<Record<string, string>>;
  /** Its offset in the topic, if `offset` is its number in a lane of a repartition. */
  readonly at?: number;
  /**
   * In a lane of a repartition: it has no record, but says that later ones count as sent after this time, epoch
   * milliseconds. Its `offset` is that of the next record.
   */
  readonly silentUntil?: number;
  /**
   * By writer, the numbers that were read up to this message and that no earlier one told: of messages that pipelines send
   * for others to read. Repeats are dropped by them.
   */
  readonly seen?: Readonly<Record<string, number>>;
}

/** What was read of pipelines that send to the topic. */
export interface Seen {
  /** By writer, the number of its last message. */
  readonly writers: Readonly<Record<string, number>>;
  /** The offset before which this holds, if not all is known up to the position: from there on it must be looked up. */
  readonly before?: number;
}

/** Some consecutive messages of one partition. */
export interface SourceBatch {
  readonly partition: number;
  /** The index of the stream, if the source is one of several streams; defaults to the first. */
  readonly input?: number;
  /** The assignment under which it was fetched. */
  readonly generation: number;
  readonly messages: readonly SourceMessage[];
  /** The offset of the next new message of this partition, as known when the batch was fetched. */
  readonly endOffset: number;
  /** The epoch of the leader that received all these messages; absent if the source has none. */
  readonly epoch?: number;
  /** Of a lane of a repartition: the offset of the topic before which all messages were returned, with these. */
  readonly reached?: number;
}

/** What a partition holds now: offsets from `oldest` (inclusive) to `end` (exclusive). */
export interface PartitionRange {
  readonly partition: number;
  readonly oldest: number;
  readonly end: number;
  /** What it holds of each stream, in order, if the source is one of several: `oldest` and `end` are sums. */
  readonly inputs?: readonly InputRange[];
  /** Whether more was sent than `end` says, because it is not known before it is read. */
  readonly isOpenEnded?: boolean;
}

/** What a partition of one of several streams holds. */
export interface InputRange {
  readonly oldest: number;
  readonly end: number;
}

/** A position to continue from: the next offset to read. */
export interface Position {
  readonly partition: number;
  readonly offset: number;
  /** What is known of the last message before it. */
  readonly mark?: Mark;
  /** The positions of the streams, in order, if the source is one of several: `offset` is the sum of theirs. */
  readonly inputs?: readonly InputOffset[];
  /** As in {@link InputOffset}, if the source is one lane of a repartition. */
  readonly at?: number;
  /** What was read of pipelines that send to the topic; absent if there are none. */
  readonly seen?: Seen;
}

/** Where one of several streams continues. */
export interface InputOffset {
  readonly offset: number;
  readonly mark?: Mark;
  /** Of a lane of a repartition: the offset of the topic from which its next messages are found. */
  readonly at?: number;
  readonly seen?: Seen;
}

/** Is notified of every change of assignment; the source waits for the promise before it continues. */
export interface AssignmentListener {
  /** This process owns these partitions, possibly none, from now on. Returns the position to read each one from. */
  assigned(partitions: readonly number[], generation: number): Promise<readonly Position[]>;
  /**
   * The partitions are moving to another process: unfinished work for them must be finished or dropped before this
   * resolves.
   */
  revoked(partitions: readonly number[], generation: number): Promise<void>;
  /**
   * Another process already owns the partitions, because nothing was heard from this one for too long: unfinished work
   * for them must be dropped. If it is absent, `revoked` is called.
   */
  lost?(partitions: readonly number[], generation: number): Promise<void>;
}

/**
 * What a group reads for: the tables and checkpoints of a pipeline, or an archive. A process that reads for something
 * else is not a member, because each would get only a part of the partitions.
 */
export interface GroupTarget {
  /** What is made from the messages, in words: `pipeline 'portfolio'`, `archive of 'trades'`. */
  readonly role: string;
  /** The destinations, by kind: ids that stay with the stores, wherever they are. */
  readonly ids: Readonly<Record<string, string>>;
  /** Bind the group to this target although it is bound to another one, if no member of that runs. */
  readonly takeGroup?: boolean;
  /** The run ends once it has caught up: it binds the group while it runs, but not afterwards. */
  readonly endsByItself?: boolean;
}

/** A partition that another member of the group owns. */
export interface PartitionHolder {
  readonly partition: number;
  /** A description of the owner. */
  readonly holder: string;
}

/**
 * A partitioned, ordered, replayable source of messages: Kafka, or a log in a folder.
 *
 * Offsets rise within a partition, but may have gaps. Errors are StockafolioErrors: ERR_SOURCE_UNAVAILABLE (retryable)
 * and ERR_OFFSET_GONE, which names the requested offset and the oldest available one. A source that detects by epochs
 * whether its log was cut also checks before it returns messages of a new epoch: ERR_SOURCE_DIVERGED.
 */
export interface Source {
  /**
   * Whether a group shares the partitions, so that this reader may later get partitions that it does not own: from a
   * member that ends, or has died and was not yet detected.
   */
  readonly shared?: boolean;
  /**
   * An id of the topic itself, the same forever and for every process: another topic of the same name has another id.
   */
  identity(): Promise<string>;
  /** What every partition holds now. */
  ranges(): Promise<readonly PartitionRange[]>;
  /**
   * For each partition, an offset before which there is no message of this time or a later one; epoch milliseconds.
   * Absent if that is unknown without reading.
   */
  positionsAt?(time: number): Promise<readonly Position[]>;
  /**
   * Whether messages disappear in another order than oldest first, as in a compacted topic. If it is absent, they do
   * not.
   */
  compacted?(): Promise<boolean>;
  /**
   * The positions before which, according to their marks, the log no longer holds what was read. Absent if that cannot
   * be checked. A position about which nothing is known, because its message is gone, is not included.
   */
  diverged?(positions: readonly Position[]): Promise<readonly Divergence[]>;
  /**
   * Joins the group; assignments arrive at the listener, at the latest during the next call of {@link next}.
   *
   * @param target what the group is bound to, if a group shares the partitions. {@link next} throws ERR_GROUP_TAKEN if
   * the group is bound to another target, or other programs are in it.
   */
  open(group: string, listener: AssignmentListener, target?: GroupTarget): Promise<void>;
  /**
   * Reads these partitions, and no others, without a group: the source is read along with another one, which has a
   * group. Absent if that is impossible.
   */
  follow?(positions: readonly Position[], generation: number): Promise<void>;
  /**
   * When this process last found that a partition has no message that was not returned, by its `Clock.now`: messages
   * that come later were received after that. Undefined if there are some, or if it is not known.
   *
   * @param input the index of the stream, if the source is one of several
   */
  emptyAt?(partition: number, input?: number): number | undefined;
  /** Which member of the group owns which partition now, as far as that is known. Absent if there are no groups. */
  holders?(): Promise<readonly PartitionHolder[]>;
  /**
   * The next batch of any assigned partition that is not paused; undefined if none arrived within `maxWait` ms. If
   * there is none, timers and input are processed before it returns, even with a wait of 0.
   */
  next(maxWait: number): Promise<SourceBatch | undefined>;
  /** @param input only this stream, if the source is one of several */
  pause(partitions: readonly number[], input?: number): void;
  resume(partitions: readonly number[], input?: number): void;
  /** Continues reading from this offset. */
  seek(position: Position): void;
  /** Stores the group's progress, for lag tools only; positions of partitions that are no longer owned are ignored. */
  commit(positions: readonly Position[], generation: number): Promise<void>;
  close(): Promise<void>;
}

/** One message to append. */
export interface OutgoingMessage {
  readonly key: Uint8Array | null;
  /** Null for a tombstone: in a compacted topic it removes what earlier messages of its key have said. */
  readonly value: Uint8Array | null;
  /** Epoch milliseconds; defaults to the time of appending. */
  readonly timestamp?: number;
  /** Defaults to the partition of the key (see `partitionOf`). */
  readonly partition?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The writing end of a source. */
export interface Producer {
  /** Resolves when the messages are durable; each partition gets them in the order given. */
  append(messages: readonly OutgoingMessage[]): Promise<void>;
  close(): Promise<void>;
}

/**
 * What one writer sends to a topic, in transactions: messages and the number of the next one together, or neither.
 */
export interface Transactions {
  /**
   * Begins: from now on nothing is committed by another process that began before, and what it left open is undone.
   *
   * @returns the number that was committed last; 0 if none was
   */
  begin(): Promise<number>;
  /**
   * Commits messages, of which there is at least one, and the number of the next one.
   *
   * @throws ERR_WRITER_FENCED if another process has begun since: then nothing was committed
   */
  commit(messages: readonly OutgoingMessage[], next: number): Promise<void>;
}
