import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Writes settings that log only warnings and errors: the default of both servers with logback is DEBUG. */
export async function logbackFile(folder: string): Promise<string> {
  const file = join(folder, 'logback.xml');
  await writeFile(
    file,
    `<configuration>
  <appender name="out" class="ch.qos.logback.core.ConsoleAppender">
    <encoder><pattern>%d{HH:mm:ss.SSS} %-5level %logger{0} %msg%n</pattern></encoder>
  </appender>
  <root level="WARN"><appender-ref ref="out"/></root>
</configuration>
`,
  );
  return file;
}
