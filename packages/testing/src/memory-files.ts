import { StockafolioError } from '@stockafolio/core';
import type { ByteRange, FileInfo, Files, WriteOptions } from '@stockafolio/core/ports';

/** {@link Files} in memory, for tests, with faults on request. Writes are counted from 1, starting at the request. */
export interface MemoryFiles extends Files {
  /** The present contents, by name; a test may read and change them. */
  readonly contents: Map<string, Uint8Array>;
  /** Every read so far, oldest first. */
  readonly reads: readonly { readonly name: string; readonly start: number; readonly end: number }[];
  /** The n-th next write leaves nothing behind and rejects with this error. */
  failWrite(nth: number, error: unknown): void;
  /**
   * Of the n-th next write only the first `length` bytes are kept, as after a crash of a store that is not atomic; with
   * an error the write rejects as well.
   */
  cutWrite(nth: number, length: number, error?: unknown): void;
}

interface Fault {
  readonly length: number;
  readonly error: unknown;
}

/** An empty in-memory store of files. */
export function memoryFiles(): MemoryFiles {
  const contents = new Map<string, Uint8Array>();
  const reads: { name: string; start: number; end: number }[] = [];
  const faults = new Map<number, Fault>();
  let writes = 0;

  const find = (name: string): Uint8Array => {
    const bytes = contents.get(name);
    if (bytes === undefined) throw new StockafolioError('ERR_FILE_NOT_FOUND', `there is no file '${name}'`);
    return bytes;
  };

  return {
    contents,
    reads,
    failWrite: (nth, error) => void faults.set(writes + nth, { length: -1, error }),
    cutWrite: (nth, length, error) => void faults.set(writes + nth, { length, error }),
    async *list(prefix): AsyncIterable<FileInfo> {
      const names = [...contents.keys()].filter((name) => name.startsWith(prefix)).sort();
      for (const name of names) yield { name, size: contents.get(name)?.length ?? 0 };
    },
    size: async (name) => contents.get(name)?.length,
    async read(name, range?: ByteRange) {
      const bytes = find(name);
      const { start, end } = range ?? { start: 0, end: bytes.length };
      if (start < 0 || end < start || end > bytes.length) {
        const code = start < 0 || end < start ? 'ERR_INTERNAL' : 'ERR_FILES_UNAVAILABLE';
        throw new StockafolioError(code, `'${name}' has ${bytes.length} bytes, not ${start} to ${end}`);
      }
      reads.push({ name, start, end });
      return bytes.slice(start, end);
    },
    async write(name, content, options: WriteOptions = {}) {
      const fault = faults.get((writes += 1));
      const bytes = content instanceof Uint8Array ? content.slice() : await concatenated(content);
      if (fault?.length === -1) throw fault.error;
      if (options.ifAbsent === true && contents.has(name)) {
        throw new StockafolioError('ERR_FILE_EXISTS', `there is already a file '${name}'`);
      }
      contents.set(name, fault === undefined ? bytes : bytes.slice(0, fault.length));
      if (fault?.error !== undefined) throw fault.error;
    },
    async delete(name) {
      contents.delete(name);
    },
    close: async () => undefined,
  };
}

async function concatenated(parts: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const kept: Uint8Array[] = [];
  let length = 0;
  for await (const part of parts) {
    kept.push(part.slice());
    length += part.length;
  }
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of kept) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
