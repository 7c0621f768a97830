/** An event of a stream, as it goes over the wire. `data` is one line. */
export function frameOf(event: string, data: string, id?: string): Buffer {
  return Buffer.from(`event: ${event}\n${id === undefined ? '' : `id: ${id}\n`}data: ${data}\n\n`);
}
