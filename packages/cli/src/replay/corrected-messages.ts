import { open, type FileHandle } from 'node:fs/promises';
import { createReadStream } from 'node:fs';
import { messageOf, StockafolioError } from '@stockafolio/core';
import { deadLetterId } from './dead-letters.js';

const LINE_FEED = 10;

interface Line {
  readonly position: number;
  readonly length: number;
}

/** A message in the file. */
export interface CorrectedMessage {
  readonly bytes: Uint8Array;
  /** The text of the file, if only the beginning of the message was listed; it may still be that beginning. */
  readonly beginning: string | undefined;
}

interface Fields {
  readonly pipeline?: string;
  readonly partition: number;
  readonly offset: number;
  readonly message: unknown;
  readonly encoding?: unknown;
  readonly truncated?: unknown;
}

/**
 * The messages of a file of lines of `dead-letters list --format jsonl`; they stay in the file until they are needed.
 */
export class CorrectedMessages {
  readonly #handle: FileHandle;
  readonly #lines: ReadonlyMap<string, Line>;

  private constructor(handle: FileHandle, lines: ReadonlyMap<string, Line>) {
    this.#handle = handle;
    this.#lines = lines;
  }

  /** @throws ERR_USAGE naming the line of the file that is not a dead letter */
  static async open(file: string): Promise<CorrectedMessages> {
    const handle = await open(file).catch((cause: unknown) => {
      throw new StockafolioError('ERR_USAGE', `${file} cannot be read: ${messageOf(cause)}`, {
        cause,
        hint: 'give the file of corrected dead letters: lines of `dead-letters list --format jsonl`',
      });
    });
    try {
      return new CorrectedMessages(handle, await linesOf(file));
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  has(id: string): boolean {
    return this.#lines.has(id);
  }

  async message(id: string): Promise<CorrectedMessage | undefined> {
    const line = this.#lines.get(id);
    if (line === undefined) return undefined;
    const { message, encoding, truncated } = JSON.parse(await this.#textOf(line)) as Fields;
    const text = typeof message === 'string' ? message : JSON.stringify(message);
    const isBase64 = encoding === 'base64' && typeof message === 'string' && !text.trimStart().startsWith('{');
    return {
      bytes: Buffer.from(text, isBase64 ? 'base64' : 'utf8'),
      beginning: truncated === true ? text : undefined,
    };
  }

  close(): Promise<void> {
    return this.#handle.close();
  }

  async #textOf({ position, length }: Line): Promise<string> {
    const bytes = Buffer.alloc(length);
    for (let read = 0; read < length;) {
      const { bytesRead } = await this.#handle.read(bytes, read, length - read, position + read);
      if (bytesRead === 0) break;
      read += bytesRead;
    }
    return bytes.toString('utf8');
  }
}

async function linesOf(file: string): Promise<Map<string, Line>> {
  const lines = new Map<string, Line>();
  let number = 0;
  for await (const { text, position, length } of textLines(file)) {
    number++;
    if (text.trim() === '') continue;
    const fields = parsed(text);
    if (fields === undefined) throw noLetter(`${file}:${number}`);
    lines.set(deadLetterId(fields.partition, fields.offset, fields.pipeline), { position, length });
  }
  return lines;
}

async function* textLines(file: string): AsyncGenerator<Line & { readonly text: string }> {
  let held: Buffer[] = [];
  let position = 0;
  const line = (): Line & { readonly text: string } => {
    const bytes = Buffer.concat(held);
    held = [];
    return { text: bytes.toString('utf8'), position, length: bytes.length };
  };
  for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) {
    let from = 0;
    for (let end = chunk.indexOf(LINE_FEED); end !== -1; end = chunk.indexOf(LINE_FEED, from)) {
      held.push(chunk.subarray(from, end));
      from = end + 1;
      const ended = line();
      yield ended;
      position += ended.length + 1;
    }
    if (from < chunk.length) held.push(chunk.subarray(from));
  }
  if (held.length > 0) yield line();
}

function parsed(line: string): Fields | undefined {
  try {
    const fields = JSON.parse(line) as Partial<Fields> | null;
    const { pipeline = '', partition, offset, message } = fields ?? {};
    if (typeof pipeline !== 'string') return undefined;
    return typeof partition === 'number' && typeof offset === 'number' && message !== undefined
      ? (fields as Fields)
      : undefined;
  } catch {
    return undefined;
  }
}

function noLetter(place: string): StockafolioError {
  return new StockafolioError('ERR_USAGE', `${place} is not a line of \`dead-letters list --format jsonl\``, {
    hint: 'a line is an object with partition, offset and message; the message is a text, or the corrected record itself',
  });
}
