"""Writes the messages of the law (README.md) as one batch, by librdkafka: BROKER TOPIC COMPRESSION."""

import sys

from confluent_kafka import Producer

broker, topic, compression = sys.argv[1:]
producer = Producer({"bootstrap.servers": broker, "compression.type": compression, "linger.ms": 1000})
for n in range(500):
    value = f'{{"n":{n},"text":"{"round and round " * (n % 20)}"}}'
    producer.produce(topic, value, f"key-{n}", partition=0, timestamp=1_767_600_000_000 + n)
producer.flush()
