import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * Files by Spark. {@code FOLDER FILE...} makes one of each kind in the folder, then compares the files of other writers
 * with the law of law.ts: it prints how many of their rows differ from those that Spark computes itself.
 */
public final class ForeignParquet {
  private static final int ROWS = 30;

  private static final String LAW =
      "select named_struct('id', 'no', 'price', i) id_group, concat('t', i) id, i % 3 = 0 flag,"
          + " cast(i * 7 - 200 as int) small, i * 1000003 - 50000000 big,"
          + " if(i % 2 = 0, -9223372036854775807L - 1 + i, 9223372036854775807L - i) huge,"
          + " cast(i as double) / 8 ratio, cast(cast(i as double) / 4 as float) half,"
          + " cast(cast(i * 12345 - 500000 as decimal(18, 0)) * 0.0001 as decimal(18, 4)) price,"
          + " cast(cast((i - 15) * 1e26BD as decimal(38, 4)) + cast(i * 0.0001BD as decimal(38, 4)) as decimal(38, 4)) wide,"
          + " cast((i * 101 - 3000) * 0.01 as decimal(9, 2)) cents,"
          + " timestamp_millis(1700000000000 + i * 1001) at, timestamp_millis(-5000 + i * 997) micros,"
          + " date_add(date'1970-01-01', cast(19000 + i * 31 as int)) day, 4000000000 + i unsigned,"
          + " if(i % 4 = 0, null, concat('nöte ', i % 5)) note, if(i % 3 = 0, null, cast(i as int)) maybe,"
          + " array(i, null) list, map('id', i) pairs from (select id i from range(0, " + ROWS + ", 1, 1))";

  private static final List<String> COMPARED =
      List.of(
          "id", "flag", "small", "big", "huge", "ratio", "cast(half as double)", "price", "wide", "cast(cents as decimal(18, 4))",
          "at", "micros", "day", "unsigned", "note", "maybe");

  public static void main(String[] args) {
    SparkSession spark =
        SparkSession.builder()
            .config("spark.sql.session.timeZone", "UTC")
            .config("spark.sql.shuffle.partitions", "1")
            .getOrCreate();
    spark.sparkContext().setLogLevel("ERROR");
    try {
      Dataset<Row> law = spark.sql(LAW).cache();
      write(law, args[0], "snappy-v1-int96", "snappy", "PARQUET_1_0", "INT96", false);
      write(law, args[0], "zstd-v2-micros", "zstd", "PARQUET_2_0", "TIMESTAMP_MICROS", false);
      write(law, args[0], "gzip-v1-millis", "gzip", "PARQUET_1_0", "TIMESTAMP_MILLIS", true);
      write(law, args[0], "lz4_raw-v2-micros", "lz4_raw", "PARQUET_2_0", "TIMESTAMP_MICROS", false);
      for (int i = 1; i < args.length; i++) {
        Dataset<Row> found = spark.read().parquet(args[i]).selectExpr(COMPARED.toArray(new String[0]));
        Dataset<Row> wanted = law.selectExpr(COMPARED.toArray(new String[0]));
        long rows = found.count();
        System.out.println(found.exceptAll(wanted).count() + wanted.exceptAll(found).count() + " of " + rows + " rows differ");
      }
    } finally {
      spark.stop();
    }
  }

  private static void write(
      Dataset<Row> rows, String folder, String name, String codec, String version, String times, boolean legacy) {
    SparkSession spark = rows.sparkSession();
    spark.conf().set("spark.sql.parquet.outputTimestampType", times);
    // Decimals as byte arrays, whatever their precision.
    spark.conf().set("spark.sql.parquet.writeLegacyFormat", Boolean.toString(legacy));
    rows.coalesce(1)
        .write()
        .option("compression", codec)
        .option("parquet.writer.version", version)
        .parquet(folder + "/spark-" + name);
  }

  private ForeignParquet() {}
}
