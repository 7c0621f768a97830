import { open, type FileHandle } from 'node:fs/promises';
import { syncFolder } from '../files-local/write-whole.js';
import { FrameEncoder, type TimedMessage } from './frame.js';
import { FrameScanner } from './frame-scanner.js';
import { listSegments, segmentAt } from './segments.js';

export interface WriterOptions {
  readonly segmentBytes: number;
  /** Forces every append to disk, so that it also survives a power cut. */
  readonly fsync: 'never' | 'each';
}

interface Waiting {
  readonly messages: readonly TimedMessage[];
  readonly done: () => void;
  readonly failed: (error: unknown) => void;
}

/**
 * Appends to one partition. Appends that arrive during a write go together into the next write, so many small ones cost
 * little more than one large one.
 */
export class PartitionWriter {
  readonly #folder: string;
  readonly #options: WriterOptions;
  readonly #encoder = new FrameEncoder();
  #handle: FileHandle;
  #path: string;
  #size: number;
  #nextOffset: number;
  #waiting: Waiting[] = [];
  #writing: Promise<void> | undefined;
  #failed = false;

  private constructor(
    folder: string,
    options: WriterOptions,
    handle: FileHandle,
    path: string,
    size: number,
    nextOffset: number,
  ) {
    this.#folder = folder;
    this.#options = options;
    this.#handle = handle;
    this.#path = path;
    this.#size = size;
    this.#nextOffset = nextOffset;
  }

  /** Opens the newest segment and cuts off the unfinished end that a killed writer left. */
  static async open(folder: string, options: WriterOptions): Promise<PartitionWriter> {
    const newest = (await listSegments(folder)).at(-1) ?? segmentAt(folder, 0);
    const handle = await open(newest.path, 'a+');
    try {
      await syncFolder(folder);
      const writer = new PartitionWriter(folder, options, handle, newest.path, 0, newest.first);
      await writer.#cutTornEnd();
      return writer;
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  /** Resolves when the operating system has the messages (`fsync: 'each'`: when they are on disk). */
  append(messages: readonly TimedMessage[]): Promise<void> {
    return new Promise((done, failed) => {
      this.#waiting.push({ messages, done, failed });
      this.#writing ??= this.#write();
    });
  }

  async close(): Promise<void> {
    await this.#writing;
    await this.#handle.datasync();
    await this.#handle.close();
  }

  async #write(): Promise<void> {
    // Begin after this turn of the event loop, so that its appends are written together.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const taken = this.#waiting;
      this.#waiting = [];
      try {
        await this.#put(taken.length === 1 ? (taken[0]?.messages ?? []) : taken.flatMap(({ messages }) => messages));
        for (const { done } of taken) done();
      } catch (error) {
        this.#failed = true;
        for (const { failed } of taken) failed(error);
      }
    }
    this.#writing = undefined;
  }

  async #put(messages: readonly TimedMessage[]): Promise<void> {
    // The remains of a failed write, on a full disk for example, must not stay between two frames.
    if (this.#failed) await this.#cutTornEnd();
    const { bytes, ends } = this.#encoder.encode(messages, this.#nextOffset);
    let written = 0;
    let before = { position: 0, nextOffset: this.#nextOffset };
    for (const end of ends) {
      const grown = this.#size + end.position - written;
      if (grown > this.#options.segmentBytes && this.#size + before.position - written > 0) {
        await this.#flush(bytes.subarray(written, before.position), before.nextOffset);
        written = before.position;
        await this.#roll();
      }
      before = end;
    }
    await this.#flush(bytes.subarray(written), before.nextOffset);
    if (this.#options.fsync === 'each') await this.#handle.datasync();
  }

  async #flush(bytes: Buffer, nextOffset: number): Promise<void> {
    for (let at = 0; at < bytes.length;) {
      const { bytesWritten } = await this.#handle.write(bytes, at);
      at += bytesWritten;
    }
    this.#size += bytes.length;
    this.#nextOffset = nextOffset;
  }

  /** From the last known good position: complete frames count as written, since readers may have seen them. */
  async #cutTornEnd(): Promise<void> {
    const scanner = new FrameScanner(this.#handle, this.#path, this.#size, this.#nextOffset);
    while (await scanner.fill()) {
      let frame = scanner.take();
      while (frame !== undefined) frame = scanner.take();
    }
    await this.#handle.truncate(scanner.position);
    this.#size = scanner.position;
    this.#nextOffset = scanner.nextOffset;
    this.#failed = false;
  }

  async #roll(): Promise<void> {
    await this.#handle.datasync();
    const segment = segmentAt(this.#folder, this.#nextOffset);
    const next = await open(segment.path, 'a+');
    await this.#handle.close();
    this.#handle = next;
    this.#path = segment.path;
    this.#size = 0;
    await syncFolder(this.#folder);
  }
}
