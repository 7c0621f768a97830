import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.table.api.Table;
import org.apache.flink.table.api.TableDescriptor;
import org.apache.flink.table.api.TableResult;
import org.apache.flink.table.api.bridge.java.StreamTableEnvironment;
import org.apache.flink.types.Row;
import org.apache.flink.types.RowKind;
import org.apache.flink.util.CloseableIterator;

/**
 * A cluster of Flink in this process, which runs what its standard input says, one job a line: a way, the file of a query, and
 * the names of topics, separated by tabs. The way is `measure` (rows are discarded) or `answer` (the last rows are printed,
 * as JSON lines). Each job ends with a line `done`.
 *
 * Arguments: BROKERS TABLES_FILE CHECKPOINTS_URL CHECKPOINT_INTERVAL MINI_BATCH.
 */
public final class NexmarkOnFlink {
  private static final int PARALLELISM = 2;

  public static void main(String[] args) throws Exception {
    // Libraries print to the standard output too.
    PrintStream out = System.out;
    System.setOut(System.err);
    Configuration cluster = new Configuration();
    cluster.setString("rest.address", "localhost");
    cluster.setString("rest.bind-port", "0");
    cluster.setString("taskmanager.memory.managed.size", "256m");
    cluster.setString("taskmanager.memory.network.min", "64m");
    cluster.setString("taskmanager.memory.network.max", "64m");
    MiniClusterConfiguration configuration =
        new MiniClusterConfiguration.Builder()
            .setConfiguration(cluster)
            .setNumTaskManagers(1)
            .setNumSlotsPerTaskManager(PARALLELISM)
            .build();
    try (MiniCluster flink = new MiniCluster(configuration)) {
      flink.start();
      URI rest = flink.getRestAddress().get();
      out.println("ready");
      BufferedReader jobs = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
      for (String job = jobs.readLine(); job != null; job = jobs.readLine()) {
        String[] parts = job.split("\t");
        StreamTableEnvironment tables = environment(rest, args);
        declare(tables, args[1], args[0], parts);
        Table query = tables.sqlQuery(Files.readString(Path.of(parts[1])));
        if (parts[0].equals("measure")) {
          query.executeInsert(TableDescriptor.forConnector("blackhole").build()).await();
        } else {
          printLast(query.execute(), out);
        }
        out.println("done");
      }
    }
  }

  private static StreamTableEnvironment environment(URI rest, String[] args) {
    Configuration job = new Configuration();
    job.setString("parallelism.default", String.valueOf(PARALLELISM));
    job.setString("pipeline.object-reuse", "true");
    job.setString("state.backend.type", "hashmap");
    job.setString("execution.checkpointing.interval", args[3]);
    job.setString("execution.checkpointing.storage", "filesystem");
    job.setString("execution.checkpointing.dir", args[2]);
    // Else a job would wait for one more checkpoint at its end.
    job.setString("execution.checkpointing.checkpoints-after-tasks-finish", "false");
    job.setString("table.local-time-zone", "UTC");
    if (Boolean.parseBoolean(args[4])) {
      job.setString("table.exec.mini-batch.enabled", "true");
      job.setString("table.exec.mini-batch.allow-latency", "2s");
      job.setString("table.exec.mini-batch.size", "50000");
    }
    StreamExecutionEnvironment environment =
        StreamExecutionEnvironment.createRemoteEnvironment(rest.getHost(), rest.getPort(), job, new String[0]);
    StreamTableEnvironment tables = StreamTableEnvironment.create(environment);
    tables.getConfig().addConfiguration(job);
    return tables;
  }

  /** Declares the tables over the topics that the job names: of persons, of auctions and of bids. */
  private static void declare(StreamTableEnvironment tables, String file, String brokers, String[] job) throws Exception {
    String text =
        Files.readString(Path.of(file))
            .replace("${brokers}", brokers)
            .replace("${persons}", job[2])
            .replace("${auctions}", job[3])
            .replace("${bids}", job[4]);
    for (String statement : text.split(";")) {
      if (!statement.isBlank()) tables.executeSql(statement);
    }
  }

  /** Prints the rows that are left when all changes are applied. */
  private static void printLast(TableResult result, PrintStream out) throws Exception {
    Map<String, Integer> rows = new LinkedHashMap<>();
    try (CloseableIterator<Row> changes = result.collect()) {
      while (changes.hasNext()) {
        Row row = changes.next();
        boolean isAdded = row.getKind() == RowKind.INSERT || row.getKind() == RowKind.UPDATE_AFTER;
        rows.merge(json(row, result), isAdded ? 1 : -1, (a, b) -> a + b == 0 ? null : a + b);
      }
    }
    for (Map.Entry<String, Integer> row : rows.entrySet()) {
      for (int n = 0; n < row.getValue(); n++) out.println(row.getKey());
    }
  }

  private static String json(Row row, TableResult result) {
    StringBuilder text = new StringBuilder("{");
    for (int n = 0; n < row.getArity(); n++) {
      Object value = row.getField(n);
      if (value instanceof Instant) value = ((Instant) value).toEpochMilli();
      if (value instanceof LocalDateTime) value = ((LocalDateTime) value).toInstant(ZoneOffset.UTC).toEpochMilli();
      text.append(n == 0 ? "" : ",").append('"').append(result.getResolvedSchema().getColumnNames().get(n)).append("\":");
      // The generator's texts have no characters that JSON escapes.
      text.append(value instanceof Number ? value : "\"" + value + "\"");
    }
    return text.append('}').toString();
  }
}
