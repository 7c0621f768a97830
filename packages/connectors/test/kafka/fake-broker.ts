import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { ByteReader } from '../../src/kafka/protocol/byte-reader.js';
import { ByteWriter } from '../../src/kafka/protocol/byte-writer.js';
import { writeBatch, type TimedMessage } from '../../src/kafka/protocol/write-batch.js';

const FETCH = 1;
const LIST_OFFSETS = 2;
const METADATA = 3;
const API_VERSIONS = 18;
const EPOCH_END = 23;
const EARLIEST = -2;
const OUT_OF_RANGE = 1;

/** A partition of the fake broker: messages, each in its own batch, from an oldest offset on. */
export interface FakePartition {
  oldest: number;
  messages: TimedMessage[];
  /** Returns where an epoch ends. */
  endOf: (epoch: number) => { readonly error?: number; readonly epoch: number; readonly end: number };
}

/** The part of a Kafka broker that is needed to check whether a topic was truncated. */
export class FakeBroker {
  readonly topic = 'trades';
  readonly partitions: FakePartition[] = [];
  /** The keys of all requests, in order. */
  readonly asked: number[] = [];
  /** Whether it supports epochs; a server that is not Kafka may not. */
  knowsEpochs = true;
  readonly #sockets = new Set<Socket>();
  readonly #server: Server = createServer((socket) => this.#serve(socket));

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #serve(socket: Socket): void {
    this.#sockets.add(socket);
    let left = Buffer.alloc(0);
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => {
      left = Buffer.concat([left, chunk]);
      while (left.length >= 4 && left.length >= 4 + left.readInt32BE(0)) {
        const request = left.subarray(4, 4 + left.readInt32BE(0));
        left = left.subarray(4 + request.length);
        const answer = this.#answer(new ByteReader(request));
        socket.write(new ByteWriter().int32(answer.length).raw(answer).written);
      }
    });
  }

  #answer(request: ByteReader): Buffer {
    const [key, version] = [request.int16(), request.int16()];
    const out = new ByteWriter().int32(request.int32());
    request.string();
    this.asked.push(key);
    if (key === API_VERSIONS) this.#versions(out, version);
    else if (key === METADATA) this.#metadata(out);
    else if (key === LIST_OFFSETS) this.#offsets(out, request);
    else if (key === EPOCH_END) this.#epochEnds(out, request);
    else if (key === FETCH) this.#fetch(out, request);
    return Buffer.from(out.written);
  }

  #versions(out: ByteWriter, version: number): void {
    const spoken = [
      ...[FETCH, LIST_OFFSETS, METADATA, API_VERSIONS].map((key) => [key, { 1: 11, 2: 1, 3: 1, 18: 0 }[key] ?? 0]),
      ...(this.knowsEpochs ? [[EPOCH_END, 4]] : []),
    ];
    out.int16(0).array(spoken, ([key = 0, most = 0]) => void out.int16(key).int16(0).int16(most));
    if (version > 0) out.int32(0);
  }

  #metadata(out: ByteWriter): void {
    out.array([1], (node) => void out.int32(node).string('127.0.0.1').int32(this.port).int16(-1));
    out.int32(1).array([this.topic], (topic) => {
      out.int16(0).string(topic).int8(0);
      out.array([...this.partitions.keys()], (partition) => {
        out.int16(0).int32(partition).int32(1);
        for (let lists = 0; lists < 2; lists++) out.array([1], (node) => void out.int32(node));
      });
    });
  }

  #offsets(out: ByteWriter, request: ByteReader): void {
    request.int32();
    const topics = request.array(() => {
      request.string();
      return request.array(() => [request.int32(), request.int64()] as const);
    });
    out.array([this.topic], (topic) => {
      out.string(topic).array(topics.flat(), ([partition, time]) => {
        const { oldest, messages } = this.#partition(partition);
        out.int32(partition).int16(0).int64(-1);
        out.int64(time === EARLIEST ? oldest : oldest + messages.length);
      });
    });
  }

  #epochEnds(out: ByteWriter, request: ByteReader): void {
    request.int32();
    const topics = request.array(() => {
      request.string();
      return request.array(() => {
        const partition = request.int32();
        request.int32();
        return [partition, request.int32()] as const;
      });
    });
    out.int32(0).array([this.topic], (topic) => {
      out.string(topic).array(topics.flat(), ([partition, asked]) => {
        const { error = 0, epoch, end } = this.#partition(partition).endOf(asked);
        out.int16(error).int32(partition).int32(epoch).int64(end);
      });
    });
  }

  #fetch(out: ByteWriter, request: ByteReader): void {
    for (let fields = 0; fields < 4; fields++) request.int32();
    request.int8();
    request.int32();
    request.int32();
    const topics = request.array(() => {
      request.string();
      return request.array(() => {
        const partition = request.int32();
        request.int32();
        const offset = request.int64();
        request.int64();
        request.int32();
        return [partition, offset] as const;
      });
    });
    out.int32(0).int16(0).int32(0);
    out.array([this.topic], (topic) => {
      out.string(topic).array(topics.flat(), ([partition, offset]) => {
        const { oldest, messages } = this.#partition(partition);
        const message = messages[offset - oldest];
        const end = oldest + messages.length;
        out.int32(partition).int16(message === undefined ? OUT_OF_RANGE : 0);
        out.int64(end).int64(end).int64(oldest).int32(0).int32(-1);
        const batch = message === undefined ? [] : [writeBatch([message], { producerId: -1n, epoch: 0, sequence: 0 })];
        for (const bytes of batch) bytes.writeBigInt64BE(BigInt(offset), 0);
        out.bytes(Buffer.concat(batch));
      });
    });
  }

  #partition(n: number): FakePartition {
    const partition = this.partitions[n];
    if (partition === undefined) throw new Error(`there is no partition ${n}`);
    return partition;
  }
}
