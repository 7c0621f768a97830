import { open, type FileHandle } from 'node:fs/promises';
import { FrameScanner } from './frame-scanner.js';
import { codeOf } from './log-error.js';
import { listSegments } from './segments.js';

/** The present begin and end of a partition. Remembers how far it has looked, so that asking again is cheap. */
export class LogTail {
  readonly #folder: string;
  #handle: FileHandle | undefined;
  #scanner: FrameScanner | undefined;
  #first = -1;
  #looking: Promise<{ oldest: number; end: number }> | undefined;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** From the oldest existing offset to the one that the next message will get. */
  range(): Promise<{ readonly oldest: number; readonly end: number }> {
    this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  async close(): Promise<void> {
    await this.#looking?.catch(() => undefined);
    await this.#handle?.close();
    this.#handle = undefined;
    this.#scanner = undefined;
  }

  async #look(): Promise<{ oldest: number; end: number }> {
    const segments = await listSegments(this.#folder);
    const newest = segments.at(-1);
    if (newest === undefined) return { oldest: 0, end: 0 };
    if (this.#scanner === undefined || newest.first !== this.#first) {
      await this.#handle?.close();
      this.#scanner = undefined;
      try {
        this.#handle = await open(newest.path, 'r');
      } catch (error) {
        // Removed since it was listed. This happens only to a segment that is no longer the newest.
        if (codeOf(error) === 'ENOENT') return await this.#look();
        throw error;
      }
      this.#scanner = new FrameScanner(this.#handle, newest.path, 0, newest.first);
      this.#first = newest.first;
    }
    while (await this.#scanner.fill()) {
      let frame = this.#scanner.take();
      while (frame !== undefined) frame = this.#scanner.take();
    }
    return { oldest: segments[0]?.first ?? 0, end: this.#scanner.nextOffset };
  }
}
