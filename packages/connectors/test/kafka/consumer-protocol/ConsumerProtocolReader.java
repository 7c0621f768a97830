import java.time.Duration;
import java.util.List;
import java.util.Properties;
import org.apache.kafka.clients.consumer.KafkaConsumer;

/** Reads a topic as a member of a group of KIP-848, in which the broker assigns partitions, and prints its assignment. */
public class ConsumerProtocolReader {
  public static void main(String[] args) {
    Properties properties = new Properties();
    properties.put("bootstrap.servers", args[0]);
    properties.put("group.id", args[2]);
    properties.put("group.protocol", "consumer");
    properties.put("client.id", "consumer-protocol-reader");
    properties.put("key.deserializer", "org.apache.kafka.common.serialization.ByteArrayDeserializer");
    properties.put("value.deserializer", "org.apache.kafka.common.serialization.ByteArrayDeserializer");
    try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(properties)) {
      consumer.subscribe(List.of(args[1]));
      int known = -1;
      while (true) {
        consumer.poll(Duration.ofMillis(200));
        int assigned = consumer.assignment().size();
        if (assigned != known) System.out.println("assigned " + assigned);
        known = assigned;
      }
    } catch (RuntimeException error) {
      System.out.println("failed " + error);
      System.exit(1);
    }
  }
}
