import { open, type FileHandle } from 'node:fs/promises';
import { StockafolioError } from '@stockafolio/core';
import type { SourceMessage } from '@stockafolio/core/ports';
import { BodyReader } from './frame.js';
import { FrameScanner } from './frame-scanner.js';
import { absent, corrupt } from './log-error.js';
import { listSegments, type Segment } from './segments.js';

/** After this many bytes of a segment another starting position is remembered. */
const STRIDE = 512 * 1024;

interface FramePosition {
  readonly position: number;
  readonly offset: number;
}

/** Reads one partition from any offset on, while it is being appended to. */
export class PartitionReader {
  readonly #folder: string;
  readonly #partition: number;
  /** Positions of frames in the segments read so far, by path, so that going back needs no search. */
  readonly #positions = new Map<string, FramePosition[]>();
  #next: number;
  #segment: Segment | undefined;
  #handle: FileHandle | undefined;
  #scanner: FrameScanner | undefined;
  #body: BodyReader | undefined;

  constructor(folder: string, partition: number, offset: number) {
    this.#folder = folder;
    this.#partition = partition;
    this.#next = offset;
  }

  /** The next offset to read. */
  get next(): number {
    return this.#next;
  }

  /** Up to `max` next messages; none if there are none yet. */
  async read(max: number): Promise<readonly SourceMessage[]> {
    const messages: SourceMessage[] = [];
    for (;;) {
      const body = this.#body;
      while (body !== undefined && body.left > 0 && messages.length < max) messages.push(body.next());
      const frame = messages.length < max ? this.#scanner?.take() : undefined;
      if (frame !== undefined && this.#segment !== undefined) {
        this.#remember(this.#segment, frame.position, frame.header.firstOffset);
        if (frame.header.firstOffset + frame.header.count > this.#next) {
          this.#body = new BodyReader(frame.bytes, frame.body, frame.header);
          this.#body.skipTo(this.#next);
        }
        continue;
      }
      if (messages.length > 0) break;
      if (!(await this.#more())) return messages;
    }
    this.#next += messages.length;
    return messages;
  }

  async close(): Promise<void> {
    await this.#handle?.close();
    this.#handle = undefined;
    this.#scanner = undefined;
    this.#body = undefined;
  }

  /** Brings more into memory, from this segment or the next; false if the log ends here for now. */
  async #more(): Promise<boolean> {
    if (this.#scanner === undefined || this.#segment === undefined) {
      return this.#enter(await this.#segmentOf(this.#next));
    }
    if (await this.#scanner.fill()) return true;
    const segments = await listSegments(this.#folder);
    const newest = segments.at(-1);
    if (newest === undefined || newest.first <= this.#segment.first) return this.#nothingYet(segments);
    // It was closed since; the messages written to it before that must be read first.
    if (await this.#scanner.fill()) return true;
    const following = segments.find(({ first }) => first > (this.#segment?.first ?? -1));
    if (following === undefined || following.first === this.#scanner.nextOffset) return this.#enter(following);
    const oldest = segments[0]?.first ?? 0;
    if (oldest > this.#scanner.nextOffset) throw this.#gone(oldest);
    const what = `it ends before offset ${this.#scanner.nextOffset}, but the next file begins at ${following.first}`;
    throw corrupt(this.#segment.path, this.#scanner.position, what);
  }

  #nothingYet(segments: readonly Segment[]): false {
    const end = this.#scanner?.nextOffset ?? 0;
    if (segments.length === 0 || end < this.#next) throw this.#neverWritten(end);
    return false;
  }

  /** The segment that holds this offset, or will. */
  async #segmentOf(offset: number): Promise<Segment | undefined> {
    const segments = await listSegments(this.#folder);
    const oldest = segments[0];
    if (oldest === undefined) {
      if (offset > 0) throw this.#neverWritten(0);
      return undefined;
    }
    if (offset < oldest.first) throw this.#gone(oldest.first);
    return segments.findLast(({ first }) => first <= offset);
  }

  async #enter(segment: Segment | undefined): Promise<boolean> {
    await this.close();
    if (segment === undefined) return false;
    this.#handle = await open(segment.path, 'r').catch(absent);
    // Trimmed since it was listed: the next attempt finds what exists now.
    if (this.#handle === undefined) return this.#enter(await this.#segmentOf(this.#next));
    const positions = this.#positions.get(segment.path) ?? [];
    const from = positions.findLast(({ offset }) => offset <= this.#next) ?? { position: 0, offset: segment.first };
    this.#segment = segment;
    this.#scanner = new FrameScanner(this.#handle, segment.path, from.position, from.offset);
    return true;
  }

  #remember(segment: Segment, position: number, offset: number): void {
    const positions = this.#positions.get(segment.path) ?? [];
    const last = positions.at(-1);
    if (last !== undefined && position < last.position + STRIDE) return;
    positions.push({ position, offset });
    this.#positions.set(segment.path, positions);
  }

  #gone(oldest: number): StockafolioError {
    return new StockafolioError(
      'ERR_OFFSET_GONE',
      `partition ${this.#partition}: offset ${this.#next} is gone, the oldest is ${oldest}`,
      { hint: 'start from the archive, or from the oldest offset' },
    );
  }

  #neverWritten(end: number): StockafolioError {
    return new StockafolioError(
      'ERR_OFFSET_GONE',
      `partition ${this.#partition}: offset ${this.#next} does not exist, the log ends before ${end}`,
      { hint: 'the log has lost its newest messages, or the position belongs to another log' },
    );
  }
}
