import { gunzipSync, createGunzip } from 'node:zlib';
import { expect } from 'chai';
import fc from 'fast-check';
import type { Wire } from './feed-client.js';
import { acceptsGzip, gzipWire } from './gzip-wire.js';

/** A wire that keeps what is written to it. */
function kept(): Wire & { readonly chunks: Uint8Array[] } {
  const chunks: Uint8Array[] = [];
  return {
    ...{ chunks, on: () => undefined, destroy: () => undefined },
    write: (chunk) => chunks.push(chunk) > 0,
    end: (chunk) => chunk !== undefined && chunks.push(chunk),
  };
}

describe('a compressed event stream', () => {
  const frames = fc.array(
    fc.string({ maxLength: 2_000, unit: 'grapheme' }).map((text) => Buffer.from(text)),
    { minLength: 1, maxLength: 12 },
  );

  it('is one gzip file of its frames, in whatever order other clients got the same ones', () => {
    fc.assert(
      fc.property(frames, fc.infiniteStream(fc.nat(11)), fc.boolean(), (all, picks, withLast) => {
        for (let client = 0; client < 3; client++) {
          const sent = Array.from({ length: 8 }, () => all[(picks.next().value as number) % all.length] as Buffer);
          const wire = kept();
          const gzip = gzipWire(wire);
          for (const frame of sent) gzip.write(frame);
          gzip.end(withLast ? all[0] : undefined);
          const expected = Buffer.concat(withLast ? [...sent, all[0] as Buffer] : sent);
          expect(gunzipSync(Buffer.concat(wire.chunks)).equals(expected)).to.equal(true);
        }
      }),
    );
  });

  it('can be read frame by frame, before it ends', async () => {
    const reader = createGunzip();
    const wire = kept();
    const gzip = gzipWire(wire);
    for (const text of ['event: tick\n\n', 'event: change\ndata: {}\n\n', '']) {
      gzip.write(Buffer.from(text));
      reader.write(wire.chunks.at(-1));
      if (text !== '') expect(String(await new Promise((read) => reader.once('data', read)))).to.equal(text);
    }
    reader.destroy();
  });

  it('is for those who accept it', () => {
    for (const header of ['gzip', 'br, gzip', 'deflate, gzip;q=0.5', 'GZIP', '*', 'gzip;q=0.001'])
      expect(acceptsGzip(header), header).to.equal(true);
    for (const header of [undefined, '', 'br', 'identity', 'gzip;q=0', 'gzip; q=0.000, br', 'x-gzip2'])
      expect(acceptsGzip(header), header).to.equal(false);
  });
});
