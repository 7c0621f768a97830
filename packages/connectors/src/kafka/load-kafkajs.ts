import { loadPeer, type Peer } from '@stockafolio/core/ports';
import type kafkajs from 'kafkajs';

export type Kafkajs = typeof kafkajs;

const KAFKAJS: Peer = { neededBy: 'topics in Kafka', packages: ['kafkajs@2'] };

/** @throws ERR_PEER_MISSING */
export async function loadKafkajs(): Promise<Kafkajs> {
  return (await loadPeer(KAFKAJS, () => import('kafkajs'))).default;
}
