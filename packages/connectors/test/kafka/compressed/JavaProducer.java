import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Writes the messages of the law (README.md) as one batch, by Kafka's own client: BROKER TOPIC COMPRESSION. */
public class JavaProducer {
  public static void main(String[] args) throws Exception {
    Map<String, Object> settings = Map.of(
        "bootstrap.servers", args[0], "compression.type", args[2], "linger.ms", "1000", "batch.size", "1000000");
    ByteArraySerializer bytes = new ByteArraySerializer();
    try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(settings, bytes, bytes)) {
      for (int n = 0; n < 500; n++) {
        byte[] key = ("key-" + n).getBytes(StandardCharsets.UTF_8);
        byte[] value = ("{\"n\":" + n + ",\"text\":\"" + "round and round ".repeat(n % 20) + "\"}").getBytes(StandardCharsets.UTF_8);
        producer.send(new ProducerRecord<>(args[1], 0, 1_767_600_000_000L + n, key, value));
      }
    }
  }
}
