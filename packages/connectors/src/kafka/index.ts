export { compressions, type Compression } from './compression/codec.js';
export { kafkaDestination, type KafkaDestinationOptions } from './kafka-destination.js';
export { kafkaProducer } from './kafka-producer.js';
export { kafkaSource } from './kafka-source.js';
export { kafkaTopics, type KafkaTopicsOptions } from './kafka-topics.js';
export type { KafkaLog, KafkaPlace, KafkaProducerOptions, KafkaSasl, KafkaSourceOptions } from './options.js';
