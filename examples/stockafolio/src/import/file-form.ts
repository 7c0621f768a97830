import { StockafolioError } from '@stockafolio/core';

/** The accepted files. */
const ACCEPTED =
  'CSV (.csv, .tsv, .txt), JSON lines (.jsonl), a JSON array (.json) or Parquet (.parquet), each plain or as .gz';

/** The first bytes of files without text: the name of their kind, and what to do. */
const signatures: readonly { readonly bytes: string; readonly kind: string; readonly hint: string }[] = [
  {
    bytes: '504b0304',
    kind: 'a ZIP archive or an Excel workbook',
    hint: 'unpack it, or save the sheet as CSV in UTF-8, and import what comes out',
  },
  { bytes: 'd0cf11e0', kind: 'an Excel workbook', hint: 'save the sheet as CSV in UTF-8' },
  { bytes: '25504446', kind: 'a PDF', hint: 'ask the broker for CSV' },
  { bytes: '28b52ffd', kind: 'compressed with Zstandard', hint: 'decompress it with unzstd' },
  { bytes: 'fd377a58', kind: 'compressed with xz', hint: 'decompress it with unxz' },
  { bytes: '425a68', kind: 'compressed with bzip2', hint: 'decompress it with bunzip2' },
];

const begins = (head: Uint8Array, hex: string): boolean =>
  Buffer.from(head.buffer, head.byteOffset, hex.length / 2 <= head.length ? hex.length / 2 : 0).toString('hex') === hex;

/** Whether a file with these first bytes is compressed with gzip. */
export function isGzip(head: Uint8Array): boolean {
  return begins(head, '1f8b');
}

/** Whether a file with these first bytes is Parquet. */
export function isParquet(head: Uint8Array): boolean {
  return begins(head, '50415231');
}

/** @throws ERR_USAGE naming the kind of a file with these first bytes, if it cannot be read */
export function expectReadable(name: string, head: Uint8Array): void {
  const found = signatures.find(({ bytes }) => begins(head, bytes));
  if (found === undefined) return;
  throw new StockafolioError('ERR_USAGE', `${name} is ${found.kind}; accepted files are ${ACCEPTED}`, {
    hint: found.hint,
  });
}

/** The encoding of a text with these first bytes, by its byte order mark. */
export function markedEncoding(head: Uint8Array): string | undefined {
  if (begins(head, 'fffe')) return 'utf-16le';
  return begins(head, 'feff') ? 'utf-16be' : undefined;
}

/** @throws ERR_USAGE if a text in UTF-8 cannot begin with these bytes */
export function expectText(name: string, head: Uint8Array): void {
  const zeros = head.reduce((count, byte) => count + (byte === 0 ? 1 : 0), 0);
  // UTF-16 without a mark has a zero byte beside every English letter.
  if (zeros <= head.length / 8) return;
  throw new StockafolioError(
    'ERR_USAGE',
    `${name} is not text in UTF-8: ${zeros} of its first ${head.length} bytes are 0`,
    {
      hint: `if it is UTF-16, use --encoding utf-16le; otherwise use ${ACCEPTED}`,
    },
  );
}

export type TextKind = 'csv' | 'jsonl' | 'json';

/**
 * The kind of a text, by its name, or if that leaves it open, by its first bytes: an array, JSON lines, or rows under a
 * header.
 *
 * @param ending of its name, without that of a compression: `csv`
 */
export function textKind(ending: string, head: Uint8Array): TextKind {
  const first = Buffer.from(head)
    .toString('utf8')
    .replace(/^\ufeff?\s*/, '')
    .charAt(0);
  switch (ending) {
    case 'csv':
    case 'tsv':
      return 'csv';
    case 'jsonl':
    case 'ndjson':
      return 'jsonl';
    case 'json':
      return first === '[' ? 'json' : 'jsonl';
    default:
      if (first === '[') return 'json';
      return first === '{' || first === '' ? 'jsonl' : 'csv';
  }
}
