import * as zlib from 'node:zlib';
import { StockafolioError } from '@stockafolio/core';
import { loadPeer, type Peer } from '@stockafolio/core/ports';
import { LARGEST, tooLarge, type Codec } from './codec.js';

const FZSTD: Peer = { neededBy: 'messages compressed with zstd', packages: ['fzstd@0.1'] };

interface NodeZstd {
  zstdCompressSync(bytes: Buffer): Buffer;
  zstdDecompressSync(bytes: Buffer, options: { readonly maxOutputLength: number }): Buffer;
}

/**
 * Zstandard: Node's own since 22.15; in earlier versions the package fzstd, which only reads.
 *
 * @throws ERR_PEER_MISSING
 */
export async function loadZstd(): Promise<Codec> {
  if (hasZstd(zlib)) {
    const { zstdCompressSync, zstdDecompressSync } = zlib;
    return {
      compress: (records) => zstdCompressSync(records),
      decompress: (bytes) => zstdDecompressSync(bytes, { maxOutputLength: LARGEST }),
    };
  }
  return readByPackage();
}

/** Whether this Node has it; the types are those of Node 20. */
function hasZstd(module: object): module is NodeZstd {
  return 'zstdDecompressSync' in module;
}

/** The decompressor for Node versions without Zstandard. */
export async function readByPackage(): Promise<Codec> {
  const { Decompress } = await loadPeer(FZSTD, () => import('fzstd'));
  return {
    compress: () => {
      throw new StockafolioError('ERR_USAGE', `Node ${process.versions.node} cannot compress with zstd`, {
        hint: 'use Node 22.15 or newer, or another compression: gzip, snappy, lz4',
      });
    },
    decompress: (bytes) => {
      const parts: Uint8Array[] = [];
      let size = 0;
      const stream = new Decompress((part) => {
        size += part.length;
        if (size > LARGEST) throw tooLarge();
        parts.push(part);
      });
      stream.push(bytes, true);
      return Buffer.concat(parts);
    },
  };
}
