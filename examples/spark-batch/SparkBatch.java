import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * Distributes the units of a Stockafolio batch over the executors of Spark: each is piped through `stockafolio batch-unit`,
 * which runs beside the executor. Spark retries a failed unit; running a unit twice changes nothing.
 *
 * Arguments: a file with the output of `stockafolio batch --print-units`, then the command of a unit.
 */
public final class SparkBatch {
  public static void main(String[] args) throws Exception {
    List<String> units = Files.readAllLines(Path.of(args[0]));
    List<String> command = Arrays.asList(args).subList(1, args.length);
    SparkConf conf = new SparkConf().setAppName("stockafolio-batch").setIfMissing("spark.master", "local[2]");
    try (JavaSparkContext spark = new JavaSparkContext(conf)) {
      List<String> results = units.isEmpty() ? List.of() : spark.parallelize(units, units.size()).pipe(command).collect();
      results.forEach(System.out::println);
      if (results.size() != units.size()) {
        throw new IllegalStateException(results.size() + " of " + units.size() + " units answered");
      }
    }
  }
}
