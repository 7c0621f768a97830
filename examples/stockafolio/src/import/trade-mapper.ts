import { formatMoney, isStockafolioError, jsonCodec, messageOf, parseMoney } from '@stockafolio/core';
import type { Codec } from '@stockafolio/core/ports';
import { CUT_FROM, ORIGIN } from '@stockafolio/engine';
import { Trade } from '../trade.js';
import { listingOf } from '../universe/universe.js';
import type { ImportOptions, TradeField } from './import-options.js';
import type { Token } from './json-members.js';
import { BEGINNING } from './line-splitter.js';

/** The result of a line of the file: a message for the source. */
export interface ImportedLine {
  /** The name of its file. */
  readonly file: string;
  /** The number of its first line in the file, from 1. */
  readonly line: number;
  /** The user's UTF-8 bytes, so that all trades of a user go to one partition; null if no user was found. */
  readonly key: Uint8Array | null;
  /** A trade in its wire form; if there is a problem, the original line. */
  readonly value: Uint8Array;
  /** Why the stream will dead-letter it. */
  readonly problem?: string;
  /** For a trade: when it was made, epoch milliseconds. */
  readonly time?: number;
  /** For an event that no figure of the firm takes: it is never too late for them. */
  readonly isOfUserAlone?: boolean;
  /** For a line with a problem: where it came from, for its dead letter. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** The names of a file. */
export interface FileName {
  /** As people know it: `trades.csv.gz`. */
  readonly name: string;
  /** The prefix of the ids for rows without one: `trades`. */
  readonly source: string;
}

/** The beginning of a line that is too long to send. */
export function cutLine(line: ImportedLine, size = line.value.length): ImportedLine {
  const headers = { ...line.headers, [CUT_FROM]: String(size) };
  return { ...line, value: line.value.slice(0, BEGINNING), headers };
}

/** Values of a row by field, each as the text of a JSON value; missing and null values are absent. */
export type Tokens = ReadonlyMap<TradeField, Token>;

/** Words for a side that brokers use. */
const sides = { buy: ['buy', 'BUY', 'Buy', 'bought', 'B'], sell: ['sell', 'SELL', 'Sell', 'sold', 'S'] } as const;
const sideWords = Object.fromEntries(
  Object.entries(sides).flatMap(([side, words]) => words.map((word) => [word, side as Trade['side']])),
);

const wire = jsonCodec(Trade);
const NUMBER = /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/;

/** Turns the fields of rows into messages: valid trades in wire form, anything else unchanged. */
export class TradeMapper {
  private readonly file: FileName;
  private readonly options: ImportOptions;
  private readonly foreign: Codec<Trade>;

  constructor(file: FileName, options: ImportOptions) {
    this.file = file;
    this.options = options;
    const zone = options.zone ?? (options.format === 'original' ? 'America/New_York' : undefined);
    this.foreign = jsonCodec(Trade, { values: { side: sideWords }, ...(zone === undefined ? {} : { zone }) });
  }

  /**
   * @param tokens the row's values
   * @param asItWas what to pass on if the row is not a trade; defaults to the mapped values
   */
  map(line: number, tokens: Tokens, asItWas?: Uint8Array): ImportedLine {
    const { complete, problems } = this.completed(line, tokens);
    const mapped = Buffer.from(`{${[...complete].map(([field, token]) => `"${field}":${token}`).join(',')}}`);
    const key = userKey(complete.get('user'));
    try {
      const trade = this.foreign.decode(mapped);
      if (problems.length === 0) {
        return { file: this.file.name, line, key, value: wire.encode(trade), time: trade.time };
      }
    } catch (error) {
      if (!isStockafolioError(error, 'ERR_BAD_RECORD')) throw error;
      problems.push(messageOf(error));
    }
    // Under its own names the line may be a valid trade, but not the requested one.
    const value = asItWas === undefined || isTrade(asItWas) ? mapped : asItWas;
    return this.setAside(line, key, value, problems.join('; '));
  }

  /**
   * A line from which no row could be made.
   *
   * @param size its size in bytes, if only its beginning is given
   */
  bad(line: number, asItWas: Uint8Array, problem: string, user?: Token, size?: number): ImportedLine {
    const aside = this.setAside(line, userKey(user), asItWas, problem);
    return size === undefined ? aside : cutLine(aside, size);
  }

  private setAside(line: number, key: Uint8Array | null, value: Uint8Array, problem: string): ImportedLine {
    const file = this.file.name;
    return { file, line, key, value, problem, headers: { [ORIGIN]: `${file}:${line}` } };
  }

  private completed(line: number, tokens: Tokens): { complete: Map<TradeField, Token>; problems: string[] } {
    const complete = new Map<TradeField, Token>();
    const problems: string[] = [];
    for (const field of Trade.names) {
      const given = tokens.get(field) ?? this.fallback(field, line, tokens);
      if (given === undefined) continue;
      const token = this.options.decimalComma === true ? withPoint(field, given, problems) : given;
      complete.set(field, asNumber(field, token));
    }
    if (this.options.signedQuantity === true) splitSign(complete, problems);
    if (this.options.roundPrices === true) roundPrice(complete);
    return { complete, problems };
  }

  private fallback(field: TradeField, line: number, tokens: Tokens): Token | undefined {
    if (field === 'id') {
      const number = String(line);
      return JSON.stringify(`${this.file.source.slice(0, 63 - number.length)}-${number}`);
    }
    if (field !== 'sector') return undefined;
    const symbol = textOf(tokens.get('symbol'));
    return JSON.stringify((symbol === undefined ? undefined : listingOf(symbol)?.sector) ?? 'Unknown');
  }
}

/** Whole numbers and times may be in quotes, or in a cell; in the wire form they are not. */
function asNumber(field: TradeField, token: Token): Token {
  if (field !== 'quantity' && field !== 'time') return token;
  const text = textOf(token)?.trim();
  return text !== undefined && NUMBER.test(text) ? text.replace(/^(-?)0+(?=\d)/, '$1') : token;
}

/** The side of a row counts; the sign of its quantity must not contradict it. */
function splitSign(fields: Map<TradeField, Token>, problems: string[]): void {
  const quantity = fields.get('quantity');
  if (quantity === undefined || !NUMBER.test(quantity)) return;
  const isSale = quantity.startsWith('-');
  const side = textOf(fields.get('side'));
  if (isSale && side !== undefined && sideWords[side] === 'buy') {
    problems.push(`quantity: ${quantity} is a sale, but the side is '${side}'`);
  }
  fields.set('quantity', isSale ? quantity.slice(1) : quantity);
  if (side === undefined) fields.set('side', isSale ? '"sell"' : '"buy"');
}

const DECIMAL_COMMA = /^[+-]?(\d{1,3}(\.\d{3})+|\d+)(,\d+)?$/;

/** A number that is written `1.234,56`, as `1234.56`. */
function withPoint(field: TradeField, token: Token, problems: string[]): Token {
  const text = field === 'quantity' || field === 'price' ? textOf(token) : undefined;
  if (text === undefined) return token;
  if (!DECIMAL_COMMA.test(text)) problems.push(`${field}: '${text}' is not a number with a decimal comma`);
  return JSON.stringify(text.replaceAll('.', '').replace(',', '.'));
}

/** An invalid amount stays unchanged, so that the codec reports it. */
function roundPrice(fields: Map<TradeField, Token>): void {
  const price = fields.get('price');
  if (price === undefined) return;
  try {
    fields.set('price', JSON.stringify(formatMoney(parseMoney(textOf(price) ?? price, { round: true }))));
  } catch (error) {
    if (!isStockafolioError(error)) throw error;
  }
}

function isTrade(bytes: Uint8Array): boolean {
  try {
    wire.decode(bytes);
    return true;
  } catch (error) {
    if (isStockafolioError(error)) return false;
    throw error;
  }
}

/** The text of a token, if it is a text. */
function textOf(token: Token | undefined): string | undefined {
  return token?.startsWith('"') === true ? (JSON.parse(token) as string) : undefined;
}

function userKey(token: Token | undefined): Uint8Array | null {
  const user = textOf(token);
  return user === undefined || user === '' || user.includes('\ufffd') ? null : Buffer.from(user);
}
