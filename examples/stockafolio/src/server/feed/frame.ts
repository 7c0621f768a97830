/** An event of a stream, in wire form. `data` is one line. */
export function frameOf(event: string, data: string, id?: string): Buffer {
  return Buffer.from(`event: ${event}\n${id === undefined ? '' : `id: ${id}\n`}data: ${data}\n\n`);
}
